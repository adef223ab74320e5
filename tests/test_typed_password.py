"""Where the password comes from, and what an interrupted run leaves: the command at a terminal of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend

from nvrflow.cli.password import asker
from nvrflow.errors import WrongCall
from nvrflow.simulator import simulate

SECRET = "typed-at-a-terminal-7"


class Held(KeyringBackend):
    """A keyring with one password."""

    priority = 1

    def __init__(self) -> None:
        """Takes nothing from the environment."""

    def get_password(self, service: str, username: str) -> str | None:
        return "from the keyring" if (service, username) == ("nvrflow 192.0.2.10", "admin") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("nvrflow stores no password")


@pytest.fixture
def held() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(Held())
    yield
    keyring.set_keyring(before)


def test_the_password_comes_from_the_environment_then_from_the_keyring(held: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nvrflow.environment._taken", [])
    monkeypatch.setattr("sys.stdin", open(os.devnull))  # noqa: SIM115, PTH123
    assert asker("http://192.0.2.10", "admin")() == "from the keyring"
    with pytest.raises(WrongCall, match=r"the keyring has no password for nvrflow 192\.0\.2\.11"):
        asker("http://192.0.2.11", "admin")()
    monkeypatch.setenv("NVRFLOW_PASSWORD", "from the environment")
    assert asker("http://192.0.2.10", "admin")() == "from the environment"


def at_a_terminal(argv: list[str], home: Path, answers: dict[bytes, bytes]) -> tuple[int, bytes]:
    """What a program writes to a terminal of its own, and its exit code; each prompt is answered once it stands there."""
    ours, theirs = pytest.importorskip("pty").openpty()
    variables = {**os.environ, "HOME": str(home), "TERM": "dumb"}
    with subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs, env=variables, cwd=home) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                read = os.read(ours, 4096)
            except OSError:  # the terminal's other side is closed
                break
            if not read:
                break
            said += read
            for prompt in [prompt for prompt in answers if prompt in said]:
                os.write(ours, answers.pop(prompt))
        os.close(ours)
        return process.wait(60), said


@pytest.mark.browser
def test_without_either_the_password_is_asked_for_and_not_shown(home: Path) -> None:
    with simulate("dahua/nvr_v4", password=SECRET) as recorder:
        argv = [sys.executable, "-m", "nvrflow", "run", "sign_in", recorder.url, "--no-screenshots", "--out", str(home / "run")]
        code, said = at_a_terminal(argv, home, {b"Password of admin on": SECRET.encode() + b"\n"})
        assert code == 0, said
        assert any(entry.event == "login" for entry in recorder.log), recorder.log
    assert SECRET.encode() not in said
    assert not [path for path in (home / "run").rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


@pytest.mark.browser
def test_an_interrupted_run_ends_with_130_and_without_a_traceback(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        argv = [sys.executable, "-m", "nvrflow", "secure", url, "--out", str(home / "run")]
        variables: dict[str, Any] = {**os.environ, "HOME": str(home), "NVRFLOW_PASSWORD": SECRET}
        with subprocess.Popen(argv, env=variables, stdin=subprocess.DEVNULL, stdout=-1, stderr=-1, text=True) as process:
            asked, _ = silent.accept()
            process.send_signal(signal.SIGINT)
            said = "".join(process.communicate(timeout=60))
            asked.close()
    assert process.returncode == 130, said
    assert "Traceback" not in said
