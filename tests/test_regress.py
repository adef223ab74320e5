"""The ready suite: it finds the defects of a firmware and nothing else, and its results can be read by people."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nvrflow.regression.result_pages import as_html, as_markdown
from nvrflow.regression.scoreboard import Result, Scoreboard, earlier, read
from nvrflow.simulator import simulate, usable

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
FIXTURES = Path(__file__).resolve().parent / "faulty_firmware"
NAME = "faulty/nvr_v4"
# Each planted defect with the promises that it breaks.
BROKEN = {
    "redirect_lost": ["test_plain_http_leads_to_https"],
    "cookie_not_secure": ["test_the_session_cookie_is_protected"],
    "old_tls": ["test_old_tls_versions_are_refused"],
    "certificate_without_names": [
        "test_browsers_would_accept_the_certificate",
        "test_a_browser_that_trusts_the_ca_opens_the_recorder",
    ],
    "sign_out_is_only_shown": ["test_signing_out_ends_the_session"],
    "script_error": ["test_the_pages_scripts_make_no_new_errors"],
    "page_lost": ["test_every_page_can_be_reached_in_every_language"],
    "https_stays_on": ["test_https_can_be_turned_on_off_and_on_again"],
}
IDLE = "an_idle_session_ends_by_itself"
NOT_KEPT = {"test_the_session_cookie_is_protected"}  # by the shipped simulated recorders: their cookie has no `Secure`


def regress(recorder: Any, out: Path, *options: str, password: str = "") -> tuple[int, str, dict[str, Any]]:
    """Run the command on a recorder: the exit code, what it said, and the outcomes by test."""
    ended = subprocess.run(
        [sys.executable, "-m", "nvrflow", "regress", recorder.url, "--out", str(out), *options],
        env={**os.environ, "NVRFLOW_PASSWORD": password or recorder.password, "HOME": str(out.parent)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=800,
    )
    data = json.loads((out / "results.json").read_text(encoding="utf-8"))
    return ended.returncode, ended.stdout + ended.stderr, {one["name"]: one for one in data["results"]}


def broken(results: dict[str, Any]) -> set[str]:
    return {name for name, one in results.items() if one["outcome"] in ("failed", "error")}


def pytest_on(recorder: Any, out: Path, *options: str) -> tuple[int, str]:
    """Run the suite with pytest, as a team does that has its own settings for pytest."""
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:dash", "--pyargs", "nvrflow.suite", "--recorder", recorder.url,
         "--results", str(out), "--rootdir", str(out.parent), *options],
        cwd=out.parent, env={**os.environ, "NVRFLOW_PASSWORD": recorder.password, "HOME": str(out.parent)},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return ended.returncode, ended.stdout + ended.stderr


def test_three_defects_are_found_and_told_for_people(tmp_path: Path) -> None:
    with simulate(NAME, fixtures=FIXTURES, differences=["old_tls", "redirect_lost", "sign_out_is_only_shown"]) as recorder:
        code, said = pytest_on(recorder, tmp_path / "out", "-k", "tls or leads_to_https or signing_out")
    assert code == 1, said
    board = read(tmp_path / "out")
    assert [one.name for one in board.results if one.outcome == "failed"] == [
        name for defect in ("sign_out_is_only_shown", "redirect_lost", "old_tls") for name in BROKEN[defect]
    ]
    assert board.firmware == "dahua/nvr_v4" and board.version == "4.1" and not board.is_good
    summary = (tmp_path / "out" / "summary.md").read_text(encoding="utf-8")
    assert (
        "| ✗ | TLS versions that browsers have dropped (before TLS 1.2) are refused. | failed: accepted: TLSv1, TLSv1.1 |"
        in summary
    )
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "shows the pages without HTTPS" in page and "product-defect" in page and "<script" not in page


def test_a_recorder_that_refuses_the_password_is_tried_once(tmp_path: Path) -> None:
    with simulate(NAME, fixtures=FIXTURES, lockout_tries=3) as recorder:
        code, said, results = regress(recorder, tmp_path / "out", "--read-only", password="not the password")
        tried = [entry.event for entry in recorder.log]
    assert code == 4, said
    assert len(results) == 1 and said.count("✗") == 1, said
    assert tried == ["login-refused"]


@pytest.mark.parametrize(
    "options", [(), pytest.param(("--read-only",), marks=pytest.mark.slow)], ids=["nobody there", "read only"]
)
def test_nothing_is_changed_unless_it_was_allowed(tmp_path: Path, options: tuple[str, ...]) -> None:
    with simulate("uniview/nvr") as recorder:
        before = recorder.state()
        code, said, results = regress(recorder, tmp_path / "out", *options)
        assert recorder.state() == before
    assert code == 0, said
    assert {name for name, one in results.items() if one["outcome"] == "skipped"} >= set(BROKEN["old_tls"])
    assert all(results[f"test_{one}"]["outcome"] == "not applicable" for one in ("a_wrong_password_is_refused", IDLE))


@pytest.mark.parametrize("lasts", [pytest.param(300.0, marks=pytest.mark.slow), 1.0])
def test_an_idle_session_is_waited_for(lasts: float, tmp_path: Path) -> None:
    with simulate(NAME, fixtures=FIXTURES, session_timeout=60.0) as recorder:
        recorder.change(session_timeout=lasts)
        code, said = pytest_on(recorder, tmp_path / "out", "-k", "idle", "--idle-session", "1")
    assert code == (1 if lasts > 60 else 0), said
    (result,) = read(tmp_path / "out").results
    assert result.outcome == ("failed" if lasts > 60 else "passed") and ("still works" in result.message) == (lasts > 60)


@pytest.mark.slow
def test_a_known_script_error_breaks_no_promise(tmp_path: Path) -> None:
    (tmp_path / "known.txt").write_text("the list of channels has no length\n", encoding="utf-8")
    with simulate(NAME, fixtures=FIXTURES, differences=["script_error"]) as recorder:
        code, said = pytest_on(recorder, tmp_path / "out", "-k", "scripts", "--known-script-errors", str(tmp_path / "known.txt"))
    assert code == 0, said


@pytest.mark.slow
def test_eight_planted_defects_are_found_and_nothing_else(tmp_path: Path) -> None:
    with simulate(NAME, fixtures=FIXTURES) as recorder:
        code, said, results = regress(recorder, tmp_path / "first", "--yes")
        assert (code, broken(results)) == (0, set()), said
    with simulate(NAME, fixtures=FIXTURES, differences=[*BROKEN]) as recorder:
        code, said, results = regress(recorder, tmp_path / "second", "--yes")
    assert code == 1 and len(BROKEN) == 8
    assert broken(results) == {name for names in BROKEN.values() for name in names}, said
    page = (tmp_path / "second" / "index.html").read_text(encoding="utf-8")
    assert len(re.findall(r'<th class="mark[ "]', page)) == 2, "the first run is beside the second"


@pytest.mark.slow
@pytest.mark.parametrize("name", usable())
def test_the_suite_runs_on_every_simulated_recorder(name: str, tmp_path: Path) -> None:
    with simulate(name, restart_seconds=0.3) as recorder:
        web = recorder.state()["web"]
        _, said, results = regress(recorder, tmp_path / "out", "--yes")
        assert recorder.state()["web"] == web and recorder.sessions == 0, "it is left as it was found"
    assert broken(results) <= NOT_KEPT, said
    assert sum(one["outcome"] == "passed" for one in results.values()) >= 8, said


BOARD = Scoreboard(
    "http://192.0.2.10", "2026-11-28T09:00:00+00:00",
    (Result("test_a", "A | b.", "passed", seconds=1.5), Result("test_c", "<c>.", "failed", "product-defect", "said <so>", 2)),
    "dahua/nvr_v4", "NVR4216", "4.1",
)  # fmt: skip


def test_results_are_read_again_and_earlier_ones_stand_beside(tmp_path: Path) -> None:
    import dataclasses

    for number, when in enumerate(("2026-11-26", "2026-11-27", "2026-11-28")):
        (tmp_path / str(number)).mkdir()
        dataclasses.replace(BOARD, when=f"{when}T09:00:00+00:00").write(tmp_path / str(number))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "results.json").write_text("{}")
    assert read(tmp_path / "2") == BOARD
    before = earlier(tmp_path / "2", BOARD)
    assert [one.when[:10] for one in before] == ["2026-11-27", "2026-11-26"]
    page = as_html(BOARD, before)
    assert page.count('title="failed"') == 3 and "&lt;c&gt;" in page and "said &lt;so&gt;" in page


def test_the_summary_has_what_failed_first_and_breaks_no_table() -> None:
    lines = as_markdown(BOARD).splitlines()
    assert lines[0] == r"## ✗ NVR4216 4.1 \(dahua/nvr\_v4\)" or lines[0].startswith("## ✗ NVR4216 4.1")
    assert lines[6].startswith("| ✗ | &lt;c&gt;.") and r"A \| b." in lines[7]
