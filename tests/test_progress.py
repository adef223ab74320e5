"""What a person sees of a run, at a real terminal and elsewhere."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import pytest
import sample_report
from rich.cells import cell_len

from nvrflow.cli.progress import Progress
from nvrflow.errors import NotTrusted
from nvrflow.recorder import Manner
from nvrflow.report import Https, Report, Step, TrustChange
from nvrflow.report.advice import next_command

HERE = Path(__file__).parent
FOLDER = Path("runs") / "20261123-213000-secure-192.0.2.10"
PLAY = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
import sample_report
from pathlib import Path
from nvrflow.cli.progress import progress_for
from nvrflow.report import Step


def play(report, before=lambda step: None):
    with progress_for("--json" in sys.argv) as progress:
        chapter = ""
        for step in report.steps:
            if step.chapter != chapter:
                chapter = step.chapter
                progress.chapter(chapter)
            progress.starts(step.title)
            before(step)
            progress.ended(step)
    progress.summary(report, Path("runs"))
"""


def heard(report: Report, encoding: str = "utf-8") -> tuple[list[str], str]:
    """The lines of the steps and the summary, both without a terminal; strict about characters."""
    live, final = (io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict") for _ in range(2))
    with Progress(live, final) as progress:
        chapter = ""
        for step in report.steps:
            if step.chapter != chapter:
                chapter = step.chapter
                progress.chapter(chapter)
            progress.starts(step.title)
            progress.ended(step)
    progress.summary(report, FOLDER)
    for stream in (live, final):
        stream.flush()
        stream.seek(0)
    return live.read().splitlines(), final.read()


def terminal(code: str, columns: int = 80, typed: bytes = b"", until: str = "", then: signal.Signals | None = None) -> str:
    """All that `code` writes to a terminal of its own; what is `typed`, or the signal, comes once `until` has been seen."""
    pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, (24).to_bytes(2, sys.byteorder) + columns.to_bytes(2, sys.byteorder) + bytes(4))
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES", "NO_COLOR")}
    environment |= {"TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(
        [sys.executable, "-c", PLAY + textwrap.dedent(code)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # how Linux says that the other side is closed
                break
            if not piece:
                break
            said += piece
            if until and until.encode() in said:
                until = ""
                if typed:
                    os.write(ours, typed)
                if then is not None:
                    process.send_signal(then)
    os.close(ours)
    return said.decode()


def left_standing(said: str, columns: int = 80) -> list[str]:
    """The lines that remain on the terminal: what was erased or overwritten is gone."""
    lines, row, column = [""], 0, 0
    for part in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", said):
        if part == "\r":
            column = 0
        elif part == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif part.startswith("\x1b["):
            if part.endswith("A"):
                row = max(0, row - int(part[2:-1] or 1))
            elif part.endswith("K"):
                lines[row] = "" if part == "\x1b[2K" else lines[row][:column]
        else:
            assert cell_len(lines[row][:column] + part) <= columns, "a line is wider than the terminal"
            lines[row] = lines[row][:column].ljust(column) + part + lines[row][column + len(part) :]
            column += len(part)
    return [line.rstrip() for line in lines]


# Without a terminal


def test_without_a_terminal_there_is_one_plain_line_for_each_step_and_chapter() -> None:
    lines, _ = heard(sample_report.done())
    assert len(lines) == 21 + 8
    assert lines[:3] == ["Connect", "  ✓ Open http://192.0.2.10:8080  0.11 s", "Sign in"]


@pytest.mark.parametrize("name", ["FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE"])
def test_no_terminal_commands_are_written_where_there_is_no_terminal(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "1")
    lines, final = heard(sample_report.failed())
    assert "\x1b" not in "".join(lines) + final


def test_steps_that_write_drifted_failed_or_were_held_back_are_marked() -> None:
    def line(report: Report, number: int) -> list[str]:
        return [one for one in heard(report)[0] if one.startswith("  ")][number - 1].split()

    assert line(sample_report.done(), 10)[-4:] == ["Download", "drift", "1.10", "s"]
    assert line(sample_report.done(), 16)[-4:] == ["OK", "write", "1.76", "s"]
    assert line(sample_report.checked(), 16) == ["○", "Click", "OK", "write", "held", "back", "1.76", "s"]
    assert line(sample_report.failed(), 4) == ["✗", "Click", "Login", "failed", "0.44", "s"]


def test_what_a_recorder_says_cannot_command_the_terminal() -> None:
    report = sample_report.failed()
    report.steps[0].title = report.steps[0].note = "Open \x1b]0;owned\x07\x1b[2J\nfake\rline"
    assert report.error is not None
    report.error["message"] = "refused \x1b[31mred\x9b1m"
    lines, final = heard(report)
    assert lines[1].split()[:4] == ["✓", "Open", "fake", "line"]
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "".join(lines) + final)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437"])
def test_terminals_without_unicode_get_what_they_have(encoding: str) -> None:
    report = sample_report.failed()
    report.steps[0].title = "Click Sicherheit für 安全"
    lines, final = heard(report, encoding)
    assert lines[1].split()[0] == "ok" and "XX Failed" in final


def test_rich_is_not_imported_for_help() -> None:
    code = "import sys; import nvrflow.cli; sys.argv = ['nvrflow', '--help']\ntry: nvrflow.cli.main()\nexcept SystemExit: pass\n"
    code += "print([name for name in sys.modules if name.split('.')[0] in ('rich', 'PIL', 'jinja2', 'playwright')])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


def test_with_json_nothing_of_it_goes_to_standard_output() -> None:
    command = [sys.executable, "-c", PLAY + "play(sample_report.done())"]
    told = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    assert told.stdout == "" and "Run folder: runs" in told.stderr
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Run folder: runs" in told.stdout and "Run folder" not in told.stderr and "Click Login" in told.stderr


# The result


def test_the_result_tells_no_step_again_and_says_where_the_folder_is() -> None:
    report = sample_report.done()
    report.steps[9].title = "Click a thing that is named once"
    lines, final = heard(report)
    assert "\n".join(lines).count("Click a thing that is named once") == 1
    assert not any(step.title in final for step in report.steps)
    assert f"Run folder: {FOLDER}\n" in final


def test_a_whole_run_takes_about_thirty_lines_of_a_terminal() -> None:
    lines = left_standing(terminal("play(sample_report.done())"))
    assert len([line for line in lines if line]) <= 34
    assert len(lines) <= 38


@pytest.mark.parametrize(
    ("variant", "sentence"),
    [
        (sample_report.done, "✓ Done. HTTPS is on and trusted. 21 steps in 7.52 s."),
        (sample_report.already, "✓ Already done: nothing had to be changed. HTTPS is on and trusted. 18 steps in 7.52 s."),
        (sample_report.checked, "○ Checked: nothing was changed. 16 steps in 7.52 s."),
        (sample_report.failed, "✗ Failed: The sign-in was refused."),
    ],
)
def test_the_outcome_is_one_sentence(variant: Callable[[], Report], sentence: str) -> None:
    assert sentence in heard(variant())[1].splitlines()


def test_the_summary_says_what_came_of_it() -> None:
    _, final = heard(sample_report.done())
    assert "HTTPS: https://192.0.2.10, TLSv1.3, HTTP redirects to it, trusted by Chromium\n" in final
    assert "Trust: chromium-nss: imported, limited (stands for 192.0.2.10 only), SHA-256 A1:A1:A1:A1:A1:A1:A1:A1…\n" in final
    assert "Certificates: downloads/device.crt, downloads/trusted-ca.crt\n" in final
    assert "Drift: trusted.download: move `t=com.Download` up" in final
    assert "Note: the recorder's clock is 3 minutes late" in final


def test_an_error_names_its_kind_its_step_its_message_and_what_to_do() -> None:
    lines = heard(sample_report.failed())[1].splitlines()
    told = "192.0.2.10: the recorder refused admin, 4 tries are left; the right password is needed"
    assert lines[-2] == f"sign-in-refused in step 4, Click Login: {told}"
    assert lines[-1].startswith("What to do: Check the user name and the password")


def test_an_error_before_the_first_step_names_no_step() -> None:
    report = Report("secure", "http://192.0.2.10")
    report.failed(NotTrusted("192.0.2.10: no"))
    _, final = heard(report)
    assert "not-trusted: 192.0.2.10: no\n" in final


def test_the_end_names_what_a_person_may_want_to_do_next() -> None:
    def last(report: Report) -> str:
        return heard(report)[1].splitlines()[-1]

    switched_only = sample_report.done()
    assert switched_only.https is not None
    switched_only.trust, switched_only.https.trusted = [], None
    assert last(sample_report.done()) == "To undo the import: nvrflow untrust http://192.0.2.10:8080"
    assert last(sample_report.checked()) == "To do it: run the same command without --check"
    assert last(switched_only) == "To make browsers trust it: nvrflow secure http://192.0.2.10:8080"
    options = Manner("acme/nvr", Path("my files")).options("guest")
    command = "nvrflow secure http://192.0.2.10:8080 --user guest --firmware acme/nvr --selectors 'my files'"
    assert next_command(switched_only.as_dict(), options) == ("To make browsers trust it", command)


def test_a_store_takes_one_line_and_its_commands_come_only_when_they_are_wanted() -> None:
    report = sample_report.checked()
    long = "certutil -A -d sql:/home/somebody/.local/share/pki/nssdb -t C,, -n 'nvrflow 192.0.2.10 authority' -i anchor.pem"
    report.trust = [
        TrustChange("chromium-nss", "limited", ":".join(["A1"] * 32), False, "192.0.2.10 only", [long, "rm -f anchor.pem"]),
        TrustChange("firefox:default", "pin", ":".join(["B2"] * 32), False),
    ]
    plain, with_commands = io.StringIO(), io.StringIO()
    Progress(plain, plain).summary(report, FOLDER)
    Progress(with_commands, with_commands).summary(report, FOLDER, commands=True)
    told = [line for line in plain.getvalue().splitlines() if line.startswith("Trust: ")]
    assert told == [
        "Trust: chromium-nss: would be imported, limited (192.0.2.10 only), SHA-256 A1:A1:A1:A1:A1:A1:A1:A1…",
        "Trust: firefox:default: would be imported, pin (this one certificate), SHA-256 B2:B2:B2:B2:B2:B2:B2:B2…",
    ]
    assert "certutil" not in plain.getvalue()
    printed = with_commands.getvalue().splitlines()
    at = printed.index("  # chromium-nss")
    assert printed[at + 1 : at + 3] == [f"  {long}", "  rm -f anchor.pem"]


def test_a_certificates_warnings_are_told_once() -> None:
    report = sample_report.done()
    assert "Warning: device certificate: is valid for 3680 days\n" in heard(report)[1]
    report.notes.append("device certificate: is valid for 3680 days; Safari wants 825 at most")
    assert heard(report)[1].count("3680 days") == 1


def test_https_that_nobody_could_look_at_is_not_called_off() -> None:
    report = sample_report.failed()
    for is_on in (False, True):
        report.https = Https(is_on, is_on)
        assert "HTTPS: " not in heard(report)[1]
    report.https = Https(False, True)
    assert "HTTPS: nothing was imported\n" in heard(report)[1], "it was switched on before the run failed"
    assert "HTTPS: off\n" in heard(sample_report.checked())[1]


# At a terminal


@pytest.mark.parametrize("columns", [80, 40, 200])
def test_at_a_terminal_each_step_is_told_whole_in_lines_that_fit(columns: int) -> None:
    said = terminal(
        """
        report = sample_report.done()
        report.steps[6].title = "Click a button whose name goes on " * 5
        report.steps[7].title = "点击下载按钮" * 20
        play(report)
        """,
        columns,
    )
    lines = left_standing(said, columns)[: -1 - left_standing(said, columns)[::-1].index("")]
    steps = [line for line in lines if line.strip().startswith("✓ ") and line.endswith(" s")]
    assert len(steps) == 21
    assert {cell_len(line) for line in steps} == {min(columns - 1, 80)}, "times stand below each other at the right edge"
    whole = "".join(lines).replace(" ", "")
    assert re.sub(r"\d+\.\d\ds", "", whole).count("点击下载按钮") == 20
    assert len(re.findall(r"goes\s+on", " ".join(lines))) + len(re.findall(r"goes +\d\.\d\d s +on", " ".join(lines))) == 5


def test_a_chapter_of_one_step_has_no_heading_of_its_own() -> None:
    lines = left_standing(terminal("play(sample_report.done())"))
    headings = [line for line in lines[: lines.index("")] if "✓" not in line]
    assert headings == ["Sign in", "Download the certificates", "Enable HTTPS"]
    assert [line.partition(" ")[0] for line in lines[: lines.index("")] if line.startswith("✓")] == ["✓"] * 5
    assert lines[0].startswith("✓ Open http") and lines[1] == "Sign in" and lines[2].startswith("  ✓ Fill in Username")


def test_a_failed_step_that_was_the_first_of_its_chapter_is_told() -> None:
    code = """
    report = sample_report.failed()
    report.steps = report.steps[:1]
    report.steps[0].outcome = "failed"
    play(report)
    """
    assert left_standing(terminal(code))[0].startswith("✗ Open http")


def test_the_running_step_stands_at_the_bottom_until_it_is_over() -> None:
    code = """
    import threading
    shown = threading.Event()
    play(sample_report.failed(), lambda step: shown.wait(0.3) if step.id == "open" else None)
    """
    said = terminal(code)
    assert re.search("[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]\x1b\\[0m Open http", said)
    assert not re.search("[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]", "\n".join(left_standing(said)))


def test_a_step_is_never_shown_as_over_and_running_at_once() -> None:
    said = terminal("play(sample_report.done())")
    over = said.index("✓\x1b[0m Click SETTING")
    assert not re.search("[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]\x1b\\[0m Click SETTING", said[over:])
    assert re.search("[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]\x1b\\[0m Click SETTING", said[:over])


def test_a_question_can_be_asked_in_the_middle_and_the_list_goes_on() -> None:
    code = """
    with progress_for(False) as progress:
        progress.starts("Fill in Password")
        with progress.pause():
            answer = input("Password? ")
        progress.ended(Step("fill", "Fill in Password", seconds=0.5))
        progress.says("it was " + answer)
    """
    said = terminal(code, typed=b"blue\n", until="Password? ")
    asked = said[said.index("Password? ") : said.index("blue")]
    assert "Fill in" not in asked, "nothing is drawn while a person types"
    assert said[: said.index("Password? ")].count("\x1b[?25h") == 1, "the cursor is shown for the answer"
    lines = [line for line in left_standing(said) if line]
    assert lines[0] == "Password? blue" and lines[1].startswith("  ✓ Fill in Password") and lines[2].strip() == "it was blue"


def test_a_question_in_the_only_step_of_a_chapter_gives_it_no_heading_and_no_indent() -> None:
    code = """
    with progress_for(False) as progress:
        progress.chapter("Import on this computer")
        progress.starts("Import")
        with progress.pause():
            input("Is it? ")
        progress.ended(Step("import", "Import", seconds=0.5))
        progress.chapter("Verify")
    """
    lines = [line for line in left_standing(terminal(code, typed=b"y\n", until="Is it? ")) if line]
    assert lines[0] == "Is it? y" and lines[1].startswith("✓ Import ") and len(lines) == 2


def test_ctrl_c_leaves_a_terminal_with_its_cursor() -> None:
    code = """
    import threading
    play(sample_report.done(), lambda step: threading.Event().wait(60))
    """
    said = terminal(code, until="\x1b[?25l", then=signal.SIGINT)
    assert "KeyboardInterrupt" in said
    assert said.rindex("\x1b[?25h") > said.rindex("\x1b[?25l")


def test_a_step_that_takes_long_says_for_how_long() -> None:
    code = """
    import threading
    import nvrflow.cli.progress as shown
    shown._PATIENCE = 0.0
    play(sample_report.failed(), lambda step: threading.Event().wait(0.3) if step.id == "open" else None)
    """
    assert re.search(r"Open http\S+ +(\x1b\[\S+m)?0 s", terminal(code))


def test_dumb_terminals_get_plain_lines() -> None:
    said = terminal("import os\nos.environ['TERM'] = 'dumb'\nplay(sample_report.done())")
    assert "\x1b" not in said and "Click Login" in said


def test_a_step_is_shown_although_nobody_said_that_it_starts() -> None:
    live = io.StringIO()
    Progress(live, live).ended(Step("open", "Open"))
    assert "Open" in live.getvalue()


def test_a_step_that_another_one_interrupts_is_shown_as_running_again() -> None:
    code = """
    import threading
    with progress_for(False) as progress:
        progress.starts("Click Preferences")
        progress.starts("Click No")
        progress.ended(Step("answer", "Click No", seconds=0.5))
        threading.Event().wait(0.3)
        progress.ended(Step("click", "Click Preferences", seconds=0.9))
    """
    said = terminal(code)
    assert re.search("[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]\x1b\\[0m Click Preferences", said[said.index("✓\x1b[0m Click No") :])
    assert [line.split("  ")[1] for line in left_standing(said) if line.strip()] == ["✓ Click No", "✓ Click Preferences"]


# Waits


def test_a_wait_of_more_than_three_seconds_says_what_for_how_long_and_until_when() -> None:
    code = """
    import threading
    import nvrflow.cli.progress as shown
    from nvrflow.wait import waiting
    shown._SILENCE = 0.5
    with progress_for(False) as progress:
        progress.starts("Click Save")
        with waiting("the recorder's answer", 30):
            threading.Event().wait(1.5)
        progress.ended(Step("click", "Click Save", seconds=1.5))
        progress.starts("Click Next")
        with waiting("something short", 30):
            threading.Event().wait(0.2)
        progress.ended(Step("next", "Click Next", seconds=0.2))
    """
    said = terminal(code)
    assert re.search(r"waiting for the recorder's answer: 1 s \(at most 30 s\)", said)
    assert "something short" not in said
    assert "waiting" not in "\n".join(left_standing(said)), "it goes when the wait is over"


def test_a_wait_outside_of_any_step_is_told_too() -> None:
    code = """
    import threading
    import nvrflow.cli.progress as shown
    from nvrflow.wait import waiting
    shown._SILENCE = 0.2
    with progress_for(True):
        with waiting("the browser to start"):
            threading.Event().wait(0.6)
        print("over")
    """
    said = terminal(code)
    assert re.search(r"waiting for the browser to start: \d s\x1b", said)
    assert said.rindex("\x1b[?25h") < said.index("over"), "the cursor is back"
    assert [line for line in left_standing(said) if line] == ["over"]


def test_the_innermost_long_wait_is_told() -> None:
    code = """
    import threading
    import nvrflow.cli.progress as shown
    from nvrflow.wait import waiting
    shown._SILENCE = 0.5
    with progress_for(True), waiting("the sign-out"):
        with waiting("the answer to a click", 5):
            threading.Event().wait(1)
        threading.Event().wait(0.3)
    """
    said = re.findall(r"waiting for (the sign-out|the answer to a click)", terminal(code))
    assert [name for name, _ in groupby(said)][-2:] == ["the answer to a click", "the sign-out"]


def test_without_a_terminal_a_long_wait_is_one_line_on_standard_error() -> None:
    code = """
import threading
import nvrflow.cli.progress as shown
from nvrflow.wait import waiting
shown._SILENCE = 0.2
with progress_for(False):
    with waiting("the recorder's answer", 30):
        threading.Event().wait(1.0)
    with waiting("something short", 30):
        pass
    threading.Event().wait(0.6)
"""
    told = subprocess.run([sys.executable, "-c", PLAY + code], capture_output=True, text=True, check=True)
    assert told.stdout == ""
    assert told.stderr == "    waiting for the recorder's answer (at most 30 s)\n"


# Other commands


@pytest.mark.parametrize("columns", [60, pytest.param(80, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "arguments",
    [
        ["doctor"],
        ["run", "sign_in", "http://192.0.2.10", "--yes"],
        ["secure", "http://127.0.0.1:1", "--no-screenshots", "--out", "run"],
        ["lint", "acme/nvr.yaml", "--selectors", "."],
    ],
    ids=lambda arguments: arguments[0],
)
def test_at_a_terminal_no_command_prints_a_line_that_ends_within_a_word(
    arguments: list[str], columns: int, tmp_path: Path
) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "nvr.yaml").write_text('vendor: Acme\nfirmware: "*"\npages: {home: {}}\n', encoding="utf-8")
    code = f"import os, nvrflow.cli\nos.chdir({str(tmp_path)!r})\nsys.argv = ['nvrflow', *{arguments!r}]\nnvrflow.cli.main()\n"
    said = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal(code, columns))
    lines = [line.rpartition("\r")[2] or line for line in said.replace("\r\n", "\n").split("\n")]
    assert max(len(line) for line in lines if " " in line.strip()) <= columns
    assert any(len(line) > columns // 2 for line in lines), "something was long enough to be wrapped"
