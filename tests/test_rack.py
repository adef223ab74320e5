"""A rack of recorders: its file, its locks, and a team's tests side by side on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from test_team_tests import own_tests

from nvrflow.errors import InvalidFile, WrongCall
from nvrflow.inventory.lease import Lease
from nvrflow.inventory.roster import Roster
from nvrflow.pytest_plugin.leases import Leases
from nvrflow.pytest_plugin.selection import Wanted
from nvrflow.recorder.steps import Steps
from nvrflow.report import Report
from nvrflow.simulator import simulate
from nvrflow.state_folder import state_folder

BRISK: dict[str, Any] = {"restart_seconds": 0.3, "scan_seconds": 0.3}


def team(folder: Path, home: Path, content: str, *options: str, **variables: str) -> subprocess.Popen[str]:
    """A team's tests in a project outside of this one, started."""
    (folder / "test_own.py").write_text(content, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    argv = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:dash", "-rs", *options]
    own = {**os.environ, "HOME": str(home), **variables}
    return subprocess.Popen(argv, env=own, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def rack(folder: Path, recorders: dict[str, Any]) -> Path:
    path = folder / "recorders.yaml"
    lines = ["defaults: {user: admin}", "recorders:"]
    lines += [f'  - {{name: {name}, url: "{one.url}", password: {{env: {name.upper()}}}}}' for name, one in recorders.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("recorders: []", ":1: recorders: must be a list of recorders"),
        ("recorders:\n  - {name: a}", ":2: recorders.0.url: every recorder needs a url"),
        ("recorders:\n  - {name: a, url: 'http://u:p@192.0.2.1'}", ":2: recorders.0.url: the address holds an @"),
        ("recorders:\n  - {name: a, url: 'http://192.0.2.1', password: hunter2}", ":2: recorders.0.password: say where"),
        ("recorders:\n  - {name: a, url: 'http://192.0.2.1', pass: x}", ":2: recorders.0.pass: this key is not known"),
        (
            "recorders:\n- {name: a, url: 'http://192.0.2.1'}\n- {name: b, url: '192.0.2.1'}",
            ":3: recorders.1: 192.0.2.1 is listed",
        ),
        ("defaults: {tags: lobby}\nrecorders:\n- {name: a, url: '192.0.2.1'}", ":1: defaults.tags: must be a list of words"),
    ],
)
def test_a_fault_in_the_rack_file_is_told_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "recorders.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFile) as told:
        Roster.read(path)
    assert said in str(told.value) and "hunter2" not in str(told.value)


def test_a_password_comes_from_where_the_rack_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONT", "of the variable")
    (tmp_path / "secret").write_text("of the file\n", encoding="utf-8")
    (tmp_path / "secret").chmod(0o644)
    script = f"{sys.executable} -c \\\"print('of the command')\\\""
    (tmp_path / "r.yaml").write_text(
        f'defaults: {{password: {{command: "{script}"}}, tags: [all]}}\nrecorders:\n'
        "- {name: a, url: 192.0.2.1, password: {env: FRONT}, tags: [lobby]}\n"
        "- {name: b, url: 192.0.2.2, password: {file: secret}}\n- {name: c, url: 192.0.2.3}\n",
        encoding="utf-8",
    )
    first, second, third = Roster.read(tmp_path / "r.yaml").devices
    assert first.password and second.password and third.password
    assert first.password.password() == "of the variable" == first.password.password() and "FRONT" not in os.environ
    assert first.tags == {"all", "lobby"} and third.password.password() == "of the command"
    with pytest.raises(WrongCall, match="chmod 600"):
        second.password.password()
    (tmp_path / "secret").chmod(0o600)
    assert second.password.password() == "of the file"


def test_a_lease_is_for_one_process_and_says_when_it_is_lost(tmp_path: Path) -> None:
    first, second = Lease(tmp_path, "192.0.2.1:80"), Lease(tmp_path, "192.0.2.1:80")
    assert first.take() and not second.take() and not first.abandoned
    assert f"process {os.getpid()}" in second.holder() and not first.lost()
    steps = Steps(Report("", ""), objection=first.lost)
    with steps.step("before", "Before"):
        next(tmp_path.glob("*.lock")).unlink()
    steps.leaving = True
    with steps.step("sign-out", "Sign out"):
        """Nobody is left signed in."""
    steps.leaving = False
    with pytest.raises(WrongCall, match="the lease was lost"), steps.step("write", "Write", "write"):
        raise AssertionError("a step was made without the lease")
    assert [one.id for one in steps.report.steps] == ["before", "sign-out"]
    assert "the lease was lost" in first.lost()
    first.give_back()
    assert second.take() and second.abandoned, "whoever lost it may have left a session"
    second.give_back()
    assert first.take() and not first.abandoned
    first.give_back()


def test_two_homes_do_not_see_each_others_leases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = []
    for home in ("one", "other"):
        monkeypatch.setenv("HOME", str(tmp_path / home))
        held.append(Lease(state_folder() / "leases", "192.0.2.1:80"))
    assert held[0].take() and held[1].take()
    for lease in held:
        lease.give_back()


def test_the_lease_of_a_process_that_is_killed_is_free_at_once(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib\nfrom nvrflow.inventory.lease import Lease\n"
        "lease = Lease(pathlib.Path(sys.argv[1]), '192.0.2.1:80')\nprint(lease.take(), flush=True)\nsys.stdin.read()"
    )
    argv = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "True\n"
        lease = Lease(tmp_path, "192.0.2.1:80")
        assert not lease.take() and f"process {other.pid}" in lease.holder()
        other.kill()
        other.wait()
        assert lease.take() and lease.abandoned
    lease.give_back()


def test_a_lease_that_is_lost_while_a_step_looks_for_its_element_stops_the_change() -> None:
    said = [""]
    steps = Steps(Report("", ""), take_pictures=False, objection=lambda: said[0])
    nowhere: Any = None
    with pytest.raises(WrongCall, match="taken away"), steps.step("ok", "Click OK", "write") as step:
        said[0] = "taken away"
        steps.before_using(step, nowhere, None)
        raise AssertionError("the click was made without the lease")


NOWHERE = """
import pytest
@pytest.mark.recorder(vendor="Dahua", tags=["lobby", "new"])
def test_it(signed_in): pass
"""
THREE = """recorders:
- {name: front, url: "http://192.0.2.1", tags: [lobby], firmware: dahua/nvr_v4}
- {name: back, url: "http://192.0.2.2", firmware: hikvision/nvr_v4}
- {name: side, url: "http://192.0.2.3", firmware: hikvision/nvr_v4}
"""


def test_a_test_that_no_recorder_fits_is_skipped_and_told_why_for_each(tmp_path: Path, home: Path) -> None:
    (tmp_path / "recorders.yaml").write_text(THREE, encoding="utf-8")
    told, _ = (running := team(tmp_path, home, NOWHERE, "--rack", "recorders.yaml")).communicate(timeout=60)
    marker = "recorder(vendor='Dahua', tags=['lobby', 'new'])"
    first = "front: the test is for recorders with the tag new, and this one has lobby"
    others = "back, side: the test is for Dahua, and this is Hikvision"
    assert running.returncode == 0 and "1 skipped" in told, told
    assert f"no recorder fits the marker {marker}: {first}; {others}" in told, told


def test_what_a_recorder_turned_out_to_be_decides_which_is_taken_next(tmp_path: Path) -> None:
    (tmp_path / "recorders.yaml").write_text(THREE.replace(", firmware: dahua/nvr_v4", "").replace("hikvision/nvr_v4", '""'))
    leases = Leases(Roster.read(tmp_path / "recorders.yaml").devices, "run", 1.0, tmp_path / "leases")
    newer, older, said = Wanted(firmware=">=4.3"), Wanted(firmware="<4.3"), list[str]()
    assert leases.take(newer, said.append).device == leases.devices[0]
    leases.learn("Dahua", "4.001")
    told = "front: the test is for firmware >=4.3, and this is 4.001. Not tried for this test: back, side"
    assert leases.misfit(newer) == f"this recorder does not fit the marker recorder(firmware='>=4.3'): {told}"
    assert leases.take(newer, said.append).device == leases.devices[1]
    assert leases.take(Wanted(tags=frozenset({"lobby"})), said.append).device == leases.devices[0]
    leases.give_back()
    leases.devices = leases.devices[::-1]
    taken = leases.take(older, said.append).device
    assert taken is not None and taken.name == "front", "what is known to fit comes first"
    leases.give_back()
    assert not said


TOGETHER = """
import os, pytest
from pathlib import Path

@pytest.mark.parametrize("number", range(6))
def test_a_page(signed_in, number):
    with open(Path(__file__).with_name("used"), "a") as used:
        used.write(f"{os.getpid()} {signed_in.url}\\n")
    signed_in.go_to("security")

def test_slow(signed_in):
    Path(__file__).with_name("running").write_text(str(os.getpid()))
    signed_in.page.wait_for_timeout(1500)
    signed_in.go_to("security")
"""


@pytest.mark.browser
@pytest.mark.parametrize("killed", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["to the end", "one killed"])
def test_four_workers_never_use_a_recorder_together(killed: bool, tmp_path: Path, home: Path) -> None:
    limits = {"session_limit": 1, "session_timeout": 20, **BRISK}
    with simulate("dahua/nvr_v4", **limits) as front, simulate("dahua/nvr_v4", **limits) as back:
        file = rack(tmp_path, {"front": front, "back": back})
        most, over = [0], threading.Event()
        watch = threading.Thread(target=lambda: _watch((front, back), most, over))
        watch.start()
        running = team(tmp_path, home, TOGETHER, "--rack", str(file), "-n", "4", FRONT=front.password, BACK=back.password)
        if killed:
            _kill_when_written(tmp_path / "running")
        told, _ = running.communicate(timeout=170)
        over.set()
        watch.join()
        events = [entry.event for one in (front, back) for entry in one.log]
    assert most == [1] and "login-refused" not in events
    if killed:
        assert "6 passed" in told and "1 failed" in told and "crashed" in told, told
        return
    assert running.returncode == 0 and "7 passed" in told, told
    assert "session-limit" not in events and events.count("login") == events.count("logout") < 7, events
    assert "nvrflow: waiting for a free recorder: 127.0.0.1" in told


def _watch(recorders: tuple[Any, ...], most: list[int], over: threading.Event) -> None:
    while not over.wait(0.05):
        most[0] = max(most[0], *(one.sessions for one in recorders))


def _kill_when_written(path: Path) -> None:
    for _ in range(800):
        if path.exists() and (text := path.read_text(encoding="utf-8")):
            os.kill(int(text), signal.SIGKILL)
            return
        threading.Event().wait(0.05)
    raise AssertionError("the test did not begin")


@pytest.mark.browser
def test_one_refused_sign_in_stops_all_workers_with_one_error(tmp_path: Path, home: Path) -> None:
    content = "import pytest\n@pytest.mark.parametrize('number', range(3))\ndef test_it(signed_in, number): pass\n"
    with simulate("dahua/nvr_v4", **BRISK) as recorder:
        file = rack(tmp_path, {"front": recorder})
        told, _ = (running := team(tmp_path, home, content, "--rack", str(file), "-n", "2", FRONT="wrong")).communicate(
            timeout=170
        )
        assert [entry.event for entry in recorder.log] == ["login-refused"]
    assert running.returncode == 14 and "2 skipped" in told and "1 error in" in told, told
    assert told.partition("short test summary")[0].count("4 tries left before the account is locked") == 1
    assert "front: a sign-in was refused in this test run" in told and "Traceback" not in told


TAKEN_AWAY = """
import json
from pathlib import Path
from nvrflow.flows.enable_https import enable_https
from nvrflow.state_folder import state_folder

def test_https(signed_in):
    page = signed_in.go_to("https")
    (note,) = (state_folder() / "leases").glob("*.json")
    note.write_text(json.dumps({**json.loads(note.read_text()), "process": 1}))
    page.click("ok")
"""


@pytest.mark.browser
def test_a_test_whose_recorder_was_taken_away_stops_before_it_changes_anything(tmp_path: Path, home: Path) -> None:
    with simulate("dahua/nvr_v4", **BRISK) as recorder:
        before = recorder.state()
        ended = own_tests(tmp_path, home, TAKEN_AWAY, "--recorder", recorder.url, NVRFLOW_PASSWORD=recorder.password)
        assert ended.returncode == 1 and "the lease was lost" in ended.stdout, ended.stdout + ended.stderr
        assert recorder.state()["web"] == before["web"]
