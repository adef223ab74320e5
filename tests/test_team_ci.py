"""A team's repository in continuous integration: the commands of its files for GitLab, GitHub and Jenkins run as they stand there.

They run in a fresh folder, with the wheel of this checkout in place of a published one, on simulated recorders. The services
themselves are not here, and neither is a builder for the Dockerfile.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from built_wheel import ROOT, without

from nvrflow.content import read_yaml
from nvrflow.simulator import simulate

TEMPLATE = ROOT / "template"
GITLAB, GITHUB, JENKINS = ".gitlab-ci.yml", ".github/workflows/recorders.yml", "Jenkinsfile"
SECRETS = ("FRONT_GATE_PASSWORD", "BACK_GATE_PASSWORD")
REFUSED = "A recorder refused the sign-in. This is not a failed test. Correct the password first."
LIMITED: dict[str, Any] = {"session_limit": 1, "session_timeout": 20, "restart_seconds": 0.3, "scan_seconds": 0.3}
NAMES = r"apt-get install .*?((?:--?[\w-]+ |\\\n|\s)*)((?:[a-z0-9.+-]+(?:\s|\\\n)+)+)"


@dataclass(frozen=True)
class Computer:
    """What a service for continuous integration gives: an environment with pip, and the shell for each job's commands."""

    top: Path
    packages: Path

    def run(self, folder: Path, commands: list[str], **secrets: str) -> subprocess.CompletedProcess[str]:
        """Run the commands one after the other in a new shell that ends at the first error, as the services do."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "NVRFLOW", "PYTEST"))}
        own = {
            "PATH": f"{self.top / 'stand-ins'}:{self.top / 'venv' / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(self.packages),
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "CI": "true",
            "CI_PROJECT_DIR": str(folder),
        }
        argv = ["bash", "-e", "-o", "pipefail", "-c", "\n".join(commands)]
        return subprocess.run(argv, cwd=folder, env=kept | own | secrets, capture_output=True, text=True, timeout=280)


@pytest.fixture(scope="module")
def computer(tmp_path_factory: pytest.TempPathFactory) -> Computer:
    """An environment with pip and without nvrflow, which sees what nvrflow needs; apt-get notes what it is asked for."""
    top = tmp_path_factory.mktemp("computer")
    subprocess.run([sys.executable, "-m", "venv", top / "venv"], check=True, capture_output=True)
    (top / "stand-ins").mkdir()
    (top / "stand-ins" / "apt-get").write_text(f'#!/bin/sh\necho "apt-get $*" >> {top}/asked\n', encoding="utf-8")
    (top / "stand-ins" / "apt-get").chmod(0o755)
    return Computer(top, without((), top / "packages"))


@pytest.fixture
def repository(tmp_path: Path, wheel: Path) -> Path:
    """A new repository outside of this one, with the wheel in its folder wheels/."""
    place = tmp_path / "our tests"
    subprocess.run([sys.executable, "-m", "nvrflow", "new", place], check=True, capture_output=True)
    (place / "wheels").mkdir()
    shutil.copy(wheel, place / "wheels")
    return place


def gitlab(job: str) -> list[str]:
    """The commands of a job, with those that GitLab runs before each."""
    data = read_yaml(TEMPLATE / GITLAB).data
    return [*data["default"]["before_script"], *data[job]["script"]]


def github(job: str) -> list[str]:
    """The commands of a job, each in a shell of its own."""
    steps = read_yaml(TEMPLATE / GITHUB).data["jobs"][job]["steps"]
    return [f"(\nset -e\n{step['run']}\n)" for step in steps if "run" in step]


def jenkins(job: str) -> list[str]:
    """The commands of a stage, after those of the stage that installs."""
    stages = re.split(r"stage\('(\w+)'\)", (TEMPLATE / JENKINS).read_text(encoding="utf-8"))
    told = dict(zip(stages[1::2], stages[2::2], strict=True))
    return re.findall(r"(?:sh |script: )'([^']+)'", told["Install"] + told[job.capitalize()])


def results(folder: Path) -> dict[str, int]:
    """How many tests there were and how they ended, as JUnit says."""
    (found,) = folder.glob("junit*.xml")
    suite = next(ElementTree.parse(found).iter("testsuite"))
    return {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}


@contextmanager
def rack(repository: Path) -> Iterator[tuple[Any, Any, list[int]]]:
    """Two recorders with room for one person each in the place of those in recorders.yaml; and the most that were signed in."""
    with simulate("dahua/nvr_v4", **LIMITED) as front, simulate("dahua/nvr_v4", **LIMITED) as back:
        file = repository / "recorders.yaml"
        text = file.read_text(encoding="utf-8")
        for written, real in (("http://192.0.2.10", front.url), ("http://192.0.2.11", back.url)):
            assert text.count(written) == 1
            text = text.replace(written, real)
        file.write_text(text, encoding="utf-8")
        most, over = [0], threading.Event()
        watch = threading.Thread(target=_watch, args=((front, back), most, over))
        watch.start()
        try:
            yield front, back, most
        finally:
            over.set()
            watch.join()


def _watch(recorders: tuple[Any, ...], most: list[int], over: threading.Event) -> None:
    while not over.wait(0.05):
        most[0] = max(most[0], *(one.sessions for one in recorders))


def passwords(*recorders: Any) -> dict[str, str]:
    return {name: one.password for name, one in zip(SECRETS, recorders, strict=True)}


def events(*recorders: Any) -> list[str]:
    return [entry.event for one in recorders for entry in one.log]


@pytest.mark.browser
@pytest.mark.parametrize(
    "commands",
    [gitlab, pytest.param(github, marks=pytest.mark.slow), pytest.param(jenkins, marks=pytest.mark.slow)],
    ids=["gitlab", "github", "jenkins"],
)
def test_a_new_repository_passes_in_ci_without_a_recorder_and_on_a_rack(
    commands: Callable[[str], list[str]], computer: Computer, repository: Path
) -> None:
    ended = computer.run(repository, commands("simulated"))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Successfully installed nvrflow" in ended.stdout or commands is not gitlab
    assert results(repository) == {"tests": 4, "failures": 0, "errors": 0, "skipped": 0}
    next(repository.glob("junit*.xml")).unlink()
    with rack(repository) as (front, back, most):
        before = [one.state() for one in (front, back)]
        ended = computer.run(repository, commands("rack"), **passwords(front, back))
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert results(repository) == {"tests": 4, "failures": 0, "errors": 0, "skipped": 0}
        told = events(front, back)
        assert most == [1] and not {"session-limit", "login-refused"} & set(told), told
        assert [one.sessions for one in (front, back)] == [0, 0], "everybody signed out"
        assert [one.state() for one in (front, back)] == before, "what the tests changed was put back"
    assert all(one.password not in ended.stdout + ended.stderr for one in (front, back))
