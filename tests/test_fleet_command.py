"""`nvrflow fleet` as its users type it, on simulated recorders."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from nvrflow import tls
from nvrflow.address import place_of
from nvrflow.errors import InvalidFile, WrongCall
from nvrflow.fleet.logbook import Logbook
from nvrflow.simulator import simulate

pytestmark = pytest.mark.browser
BRISK: dict[str, Any] = {"restart_seconds": 0.3, "scan_seconds": 0.3}
WRONG = "of-another-recorder-7"


@pytest.fixture
def site() -> Iterator[list[Any]]:
    """Three recorders of different makers; of the last one the list has a wrong password."""
    with ExitStack() as running:
        yield [running.enter_context(simulate(name, **BRISK)) for name in ("dahua/nvr_v4", "hikvision/nvr_v4", "dahua/nvr_v5")]


def listed(folder: Path, site: list[Any], env: dict[str, str]) -> Path:
    lines = ["address;name;site;tags;password"]
    for number, one in enumerate(site):
        env[f"PASSWORD_{number}"] = WRONG if number == 2 else one.password
        lines.append(f"{one.url};nvr-{number};{'erie' if number else 'buffalo'};t{number};env:PASSWORD_{number}")
    lines.append("http://127.0.0.1:9;gone;erie;;env:PASSWORD_0")
    path = folder / "recorders.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def begun(argv: list[str], folder: Path, env: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "nvrflow", "fleet", *argv]
    own = {**os.environ, **env}
    return subprocess.Popen(
        command, env=own, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def fleet(argv: list[str], folder: Path, env: dict[str, str] | None = None) -> tuple[int, str, str]:
    running = begun(argv, folder, env or {})
    out, err = running.communicate(timeout=150)
    return running.returncode, out, err


def command_lines() -> list[bytes]:
    """The command line of each process of this computer."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # a process that has just ended
            found.append(path.read_bytes())
    assert found
    return found


def has_https(recorder: Any) -> bool:
    """Whether the recorder answers on its HTTPS port with TLS."""
    at = place_of(recorder.https_url)
    return tls.served(at.host, at.port).outcome == "tls"


def is_alive(group: int) -> bool:
    """Whether a process of the group still runs."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def until(happens: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not happens() and time.monotonic() < end:
        time.sleep(0.1)
    return happens()


def states(folder: Path) -> dict[str, str]:
    """The state of each recorder in the logbook; empty before there is one."""
    try:
        return {one.name: one.state for one in Logbook.at(folder).entries()}
    except (WrongCall, InvalidFile):
        return {}


def test_a_fleet_from_nothing_to_a_report(site: list[Any], tmp_path: Path) -> None:
    env: dict[str, str] = {}
    file = listed(tmp_path, site, env)
    running = begun(["run", "enable_https", "--recorders", str(file), "--out", "run", "--json"], tmp_path, env)
    assert until(lambda: site[0].sessions > 0, 60)
    assert not [line for line in command_lines() if any(one.password.encode() in line for one in site)]
    out, err = running.communicate(timeout=150)
    assert running.returncode == 3, err
    document = json.loads(out)
    found = {one["name"]: one for one in document["recorders"]}
    kinds = {name: one["error"]["kind"] if one["error"] else one["outcome"] for name, one in found.items()}
    assert kinds == {"nvr-0": "done", "nvr-1": "done", "nvr-2": "sign-in-refused", "gone": "unreachable"}
    assert [has_https(one) for one in site] == [True, True, False]
    assert [one.sessions for one in site] == [0, 0, 0]
    assert json.loads((tmp_path / found["nvr-0"]["report"] / "report.json").read_text())["outcome"] == "done"
    assert not list((tmp_path / "run").rglob("nvr-0/steps/*.png"))
    assert list((tmp_path / "run").rglob("nvr-2/steps/*.png"))
    lines = len(site[2].log)
    code, out, err = fleet(["run", "enable_https", "--recorders", str(file), "--out", "run", "--resume"], tmp_path, env)
    assert (code, "1 recorder to do" in err) == (3, True)
    assert len(site[2].log) == lines
    code, out, err = fleet(["report", "run", "--csv", "fleet.csv", "--html", "fleet.html"], tmp_path)
    assert code == 0
    assert "4 recorders" in out
    assert "hikvision/nvr_v4" in (tmp_path / "fleet.csv").read_text()
    assert 'href="run/recorders/nvr-0/report.html"' in (tmp_path / "fleet.html").read_text()
    secrets = [*(one.password.encode() for one in site), WRONG.encode()]
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and any(one in path.read_bytes() for one in secrets)]


def test_secure_imports_nothing_that_nobody_has_confirmed(site: list[Any], tmp_path: Path) -> None:
    env: dict[str, str] = {}
    file = listed(tmp_path, site[:1], env)
    code, _, err = fleet(["run", "secure", "--recorders", str(file), "--out", "run", "--only", "name=nvr-0"], tmp_path, env)
    assert code == 3
    assert "certificate-refused: 127.0.0.1: nobody confirmed the fingerprint" in err
    assert has_https(site[0])
    assert not list(Path(os.environ["HOME"]).rglob("trust.json"))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_finishes_what_it_has_begun_and_goes_on_later(number: int, site: list[Any], tmp_path: Path) -> None:
    env: dict[str, str] = {}
    file = listed(tmp_path, site[:2], env)
    argv = ["run", "enable_https", "--recorders", str(file), "--out", "run", "--workers", "1"]
    running = begun(argv, tmp_path, env)
    assert until(lambda: "running" in states(tmp_path / "run").values(), 30)
    os.killpg(running.pid, number) if number == signal.SIGINT else running.terminate()
    _, err = running.communicate(timeout=90)
    assert running.returncode == 130
    assert "stopping: interrupted; 1 recorder will be finished first" in err
    assert list(states(tmp_path / "run").values()) == ["ended", "waiting", "waiting"]
    assert [one.sessions for one in site] == [0, 0, 0]
    assert until(lambda: not is_alive(running.pid), 10)
    code, _, err = fleet([*argv, "--resume", "--only", "name=nvr-*"], tmp_path, env)
    assert code == 0, err
    assert [has_https(one) for one in site] == [True, True, False]


@pytest.mark.slow
def test_the_second_ctrl_c_ends_the_recorders_before_their_next_step(site: list[Any], tmp_path: Path) -> None:
    env: dict[str, str] = {}
    file = listed(tmp_path, site[:1], env)
    site[0].change(latency_ms=300)
    running = begun(["run", "enable_https", "--recorders", str(file), "--out", "run", "--only", "name=nvr-0"], tmp_path, env)
    assert until(lambda: site[0].sessions == 1, 60)
    for _ in range(2):
        os.killpg(running.pid, signal.SIGINT)
        time.sleep(0.3)
    running.communicate(timeout=90)
    assert running.returncode == 130
    (entry,) = Logbook.at(tmp_path / "run").entries()
    assert entry.ending is not None
    assert entry.ending.error is not None
    assert entry.ending.error["kind"] == "interrupted"
    assert site[0].sessions == 0
    assert until(lambda: not is_alive(running.pid), 10)


@pytest.mark.slow
def test_a_killed_run_leaves_no_process_and_no_session_and_goes_on(site: list[Any], tmp_path: Path) -> None:
    env: dict[str, str] = {}
    file = listed(tmp_path, site[:2], env)
    argv = ["run", "enable_https", "--recorders", str(file), "--out", "run", "--only", "name=nvr-*"]
    running = begun(argv, tmp_path, env)
    assert until(lambda: sum(one.sessions for one in site) > 0, 60)
    running.kill()
    running.communicate(timeout=90)
    assert until(lambda: not is_alive(running.pid), 90)
    assert [one.sessions for one in site] == [0, 0, 0]
    assert set(states(tmp_path / "run").values()) == {"running"}
    code, _, err = fleet([*argv, "--resume"], tmp_path, env)
    assert code == 0, err
    assert [has_https(one) for one in site] == [True, True, False]
