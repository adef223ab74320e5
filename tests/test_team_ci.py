"""A team's repository in continuous integration: the commands of its files run as they stand there.

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
import tomllib
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


EACH_SERVICE = [gitlab, pytest.param(github, marks=pytest.mark.slow), pytest.param(jenkins, marks=pytest.mark.slow)]
SERVICES = ["gitlab", "github", "jenkins"]


@pytest.mark.browser
@pytest.mark.parametrize("commands", EACH_SERVICE, ids=SERVICES)
def test_a_new_repository_passes_in_ci_without_a_recorder(
    commands: Callable[[str], list[str]], computer: Computer, repository: Path
) -> None:
    ended = computer.run(repository, commands("simulated"))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Successfully installed nvrflow" in ended.stdout or commands is not gitlab
    assert results(repository) == {"tests": 4, "failures": 0, "errors": 0, "skipped": 0}


# Quick: the simulated recorders before, the same commands with a refused sign-in below, and test_rack.py.
@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("commands", [gitlab, github, jenkins], ids=SERVICES)
def test_a_new_repository_passes_in_ci_on_a_rack(
    commands: Callable[[str], list[str]], computer: Computer, repository: Path
) -> None:
    with rack(repository) as (front, back, most):
        before = [one.state() for one in (front, back)]
        ended = computer.run(repository, commands("rack"), **passwords(front, back))
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert results(repository) == {"tests": 4, "failures": 0, "errors": 0, "skipped": 0}
        told = events(front, back)
        assert most == [1] and not {"session-limit", "login-refused"} & set(told), told
        assert [one.sessions for one in (front, back)] == [0, 0], "everybody signed out"
        assert [one.state() for one in (front, back)] == before, "what the tests changed was put back"
    for file in [path for path in repository.rglob("*") if path.is_file()]:
        assert not [one for one in (front, back) if one.password.encode() in file.read_bytes()], file
    assert not [one for one in (front, back) if one.password in ended.stdout + ended.stderr]


@pytest.mark.browser
def test_a_refused_sign_in_has_another_exit_code_than_a_failed_test(computer: Computer, repository: Path) -> None:
    with rack(repository) as (front, back, _):
        refused = computer.run(repository, gitlab("rack"), **passwords(front, back) | {SECRETS[0]: "wrong", SECRETS[1]: "wrong"})
        assert refused.returncode == 14 and REFUSED in refused.stdout, refused.stdout + refused.stderr
        tried = [events(one) for one in (front, back)]
        assert ["login-refused"] in tried and all(one in ([], ["login-refused"]) for one in tried)
        refusals = sum(map(len, tried))
        told = results(repository)
        assert told["tests"] == 4 and told["errors"] + told["failures"] == refusals and told["skipped"] == 4 - refusals
    for name in ("test_https.py", "test_pages.py"):
        (repository / "tests" / name).unlink()
    baseline = repository / "baselines/dahua/nvr_v4/en/system_service.yaml"
    baseline.write_text(baseline.read_text(encoding="utf-8").replace("Refresh", "Renew"), encoding="utf-8")
    failed = computer.run(repository, gitlab("simulated")[-1:])
    assert failed.returncode == 1 and REFUSED not in failed.stdout, failed.stdout + failed.stderr
    assert results(repository) == {"tests": 2, "failures": 1, "errors": 0, "skipped": 0}
    kept = read_yaml(repository / GITLAB).data["default"]["artifacts"]["paths"]
    attached = re.findall(r"\[\[ATTACHMENT\|(.+?)\]\]", (repository / "junit.xml").read_text(encoding="utf-8"))
    assert attached and all(
        Path(one).relative_to(repository).parts[0] + "/" in kept for one in attached if Path(one).is_absolute()
    )
    assert all((repository / one).is_file() for one in attached)


ON_PAGES = """
import os
from pathlib import Path

import pytest


@pytest.mark.parametrize("number", range(6))
def test_a_page(signed_in, number):
    signed_in.go_to("security")


def test_slow(signed_in):
    Path(__file__).with_name("running").write_text(str(os.getpid()))
    signed_in.page.wait_for_timeout(1500)
    signed_in.go_to("security")
"""


@pytest.mark.slow
@pytest.mark.browser
def test_a_worker_that_is_killed_gives_its_recorder_back_and_the_rest_goes_on(computer: Computer, repository: Path) -> None:
    (repository / "tests" / "test_more.py").write_text(ON_PAGES, encoding="utf-8")
    with rack(repository) as (front, back, most):
        killer = threading.Thread(target=_kill_when_written, args=(repository / "tests" / "running",))
        killer.start()
        ended = computer.run(repository, gitlab("rack"), **passwords(front, back))
        killer.join()
        assert ended.returncode == 1 and "10 passed" in ended.stdout and "1 failed" in ended.stdout, ended.stdout + ended.stderr
        assert "crashed while running 'tests/test_more.py::test_slow'" in ended.stdout
        before = [len(one.log) for one in (front, back)]
        (repository / "tests" / "test_more.py").unlink()
        again = computer.run(repository, gitlab("rack"), **passwords(front, back))
        assert again.returncode == 0 and "4 passed" in again.stdout, again.stdout + again.stderr
        for one, seen in zip((front, back), before, strict=True):
            assert "login" in [entry.event for entry in one.log[seen:]], "both recorders are used again"
        assert most == [1] and "login-refused" not in events(front, back)
        assert [one.sessions for one in (front, back)] == [0, 0]


def _kill_when_written(path: Path) -> None:
    for _ in range(4000):
        if path.exists() and (text := path.read_text(encoding="utf-8")):
            os.kill(int(text), signal.SIGKILL)
            return
        threading.Event().wait(0.05)


def test_the_three_services_are_given_the_same_commands() -> None:
    def plain(commands: list[str]) -> list[str]:
        text = "\n".join(commands).replace(".venv/bin/", "").replace("python3", "python")
        return re.findall(r"^(?:python -m|nvrflow) .+?(?= --junitxml|$)", text, re.M)

    for job in ("simulated", "rack"):
        wanted = plain(gitlab(job))
        assert len(wanted) == (3 if job == "simulated" else 2) and plain(github(job)) == wanted
        assert plain(jenkins(job)) == ["python -m venv .venv", *wanted]


def test_all_three_tell_a_refused_sign_in_keep_the_files_and_name_each_password() -> None:
    names = re.findall(r"\{env: (\w+)\}", (TEMPLATE / "recorders.yaml").read_text(encoding="utf-8"))
    assert names == list(SECRETS)
    for file in (GITLAB, GITHUB, JENKINS):
        text = (TEMPLATE / file).read_text(encoding="utf-8")
        assert REFUSED in text and re.search(r"= 14|== 14", text)
        assert "nvrflow-report/" in text and "test-results/" in text and "junit" in text
        if file != GITLAB:  # there the variables of the project are in the environment of each job
            assert all(text.count(name) >= 1 for name in names)
    data = read_yaml(TEMPLATE / GITLAB).data
    assert data["default"]["artifacts"]["when"] == data["rack"]["cache"]["when"] == "always"
    for job in read_yaml(TEMPLATE / GITHUB).data["jobs"].values():
        assert job["steps"][-1]["uses"].startswith("actions/upload-artifact") and "!cancelled()" in job["steps"][-1]["if"]
        assert not set(job) & {"env"}, "a secret is for the step that needs it"


def packages() -> dict[str, list[str]]:
    """The packages of Debian that each file installs."""
    found = {}
    for file in ("Dockerfile", GITLAB):
        text = (TEMPLATE / file).read_text(encoding="utf-8").replace("\\\n", " ")
        words = [word for asked in re.findall(r"apt-get install ([^&\n]+)", text) for word in asked.split()]
        found[file] = [word for word in words if not word.startswith("-")]
    return found


@pytest.mark.skipif(
    shutil.which("apt-cache") is None or not subprocess.run(["apt-cache", "pkgnames", "chromium"], capture_output=True).stdout,
    reason="this computer does not have Debian's lists of packages",
)
def test_debian_has_every_package_that_the_files_install() -> None:
    for file, names in packages().items():
        assert "chromium" in names, file
        asked = subprocess.run(["apt-cache", "show", "--no-all-versions", *names], capture_output=True, text=True)
        known = re.findall(r"^Package: (.+)$", asked.stdout, re.M)
        assert not set(names) - set(known), file


def test_the_dockerfile_copies_what_is_there_and_its_commands_are_valid_for_a_shell() -> None:
    text = re.sub(r"^#.*\n", "", (TEMPLATE / "Dockerfile").read_text(encoding="utf-8"), flags=re.M).replace("\\\n", " ")
    lines = [line.split(None, 1) for line in text.splitlines() if line.strip()]
    assert [word for word, _ in lines] == ["FROM", "RUN", "WORKDIR", "COPY", "RUN", "ENV", "VOLUME", "WORKDIR", "CMD"]
    for word, rest in lines:
        if word == "RUN":
            assert subprocess.run(["sh", "-n", "-c", rest]).returncode == 0
        if word == "COPY":
            assert rest.split() == ["requirements.txt", "wheels/*.whl", "./"]
    ignored = (TEMPLATE / ".dockerignore").read_text(encoding="utf-8").split()
    assert ignored == ["*", "!requirements.txt", "!wheels"] and (TEMPLATE / "requirements.txt").is_file()


def test_the_requirements_let_this_version_in() -> None:
    from packaging.requirements import Requirement

    lines = (TEMPLATE / "requirements.txt").read_text(encoding="utf-8").splitlines()
    own = next(Requirement(line) for line in lines if line.startswith("nvrflow"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert own.specifier.contains(project["version"]) and own.extras == {"simulator"}


def test_the_hook_for_pre_commit_finds_a_fault_in_a_selector_file(tmp_path: Path) -> None:
    (hook,) = read_yaml(ROOT / ".pre-commit-hooks.yaml").data
    (own,) = read_yaml(TEMPLATE / ".pre-commit-config.yaml").data["repos"][0]["hooks"]
    argv = [*hook["entry"].split(), *hook["args"]]
    assert own["entry"].split() == argv and own["files"] == hook["files"] and not hook["pass_filenames"]
    assert re.search(hook["files"], "selectors/dahua/nvr_v4_9.yaml") and re.search(hook["files"], "flows/https_is_on.py")
    assert not re.search(hook["files"], "recorders.yaml") and not re.search(hook["files"], "tests/test_https.py")
    subprocess.run([sys.executable, "-m", "nvrflow", "new", tmp_path / "own"], check=True, capture_output=True)

    def checked() -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", *argv], cwd=tmp_path / "own", capture_output=True, text=True)

    assert checked().returncode == 0
    file = tmp_path / "own/selectors/dahua/nvr_v4_9.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\nverified: []\n", encoding="utf-8")
    ended = checked()
    assert ended.returncode == 2 and "selectors/dahua/nvr_v4_9.yaml:" in ended.stdout + ended.stderr
