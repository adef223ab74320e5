"""The launcher of a checkout: sets up once, passes everything through, and survives what goes wrong."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the POSIX launcher")

PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "nvrflow"
version = "0"
[project.scripts]
nvrflow = "nvrflow.small:main"
"""
# A build backend without dependencies: an editable wheel is a path file and the console script. It can be told to wait.
BACKEND = """
import os, pathlib, time, zipfile
TOP = pathlib.Path(__file__).resolve().parent
def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    with open(TOP / "builds", "a") as builds:
        builds.write("built with the password\\n" if "NVRFLOW_PASSWORD" in os.environ else "built\\n")
    while (TOP / "wait").exists():
        time.sleep(0.05)
    name = "nvrflow-0-py3-none-any.whl"
    meta = "nvrflow-0.dist-info"
    files = {
        "nvrflow.pth": str(TOP),
        f"{meta}/METADATA": "Metadata-Version: 2.1\\nName: nvrflow\\nVersion: 0\\n",
        f"{meta}/WHEEL": "Wheel-Version: 1.0\\nGenerator: small\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        f"{meta}/entry_points.txt": "[console_scripts]\\nnvrflow = nvrflow.small:main\\n",
    }
    files[f"{meta}/RECORD"] = "".join(f"{path},,\\n" for path in [*files, f"{meta}/RECORD"])
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / name, "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    return name
"""
SMALL = """
import os, sys
def main():
    print("ran", *sys.argv[1:], os.getcwd(), os.getpid())
    if "TELL" in os.environ:
        print(os.environ.get(os.environ["TELL"]))
    sys.exit(int(os.environ.get("CODE", "0")))
"""
# What the launcher asks of nvrflow.browser at set-up, on a computer where nothing can be had.
BROWSER = """
from nvrflow.errors import NvrflowError
def ensure_browser(full):
    raise NvrflowError("browser: there is none; type: get-one")
def ensure_tool(name):
    raise NvrflowError(f"{name}: there is none")
"""
TOOL = """
import os, sys
name = os.path.basename(__file__).removesuffix(".py")
print(name, *sys.argv[1:])
sys.exit(name == os.environ.get("BROKEN"))
"""


def make_checkout(top: Path) -> Path:
    """A copy of the launcher with a small project: its set-up is real (venv, pip, hashes), its dependencies are none."""
    package = top / "nvrflow-package" / "nvrflow"
    package.mkdir(parents=True)
    shutil.copy2(ROOT / "nvrflow", top / "nvrflow")
    for name in ("requirements.lock", "requirements-dev.lock"):
        (top / name).write_text("", encoding="utf-8")
    (top / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (top / "backend.py").write_text(BACKEND.replace("str(TOP)", "str(TOP / 'nvrflow-package')"), encoding="utf-8")
    (package / "small.py").write_text(SMALL, encoding="utf-8")
    (package / "browser.py").write_text(BROWSER, encoding="utf-8")
    (package / "errors.py").write_text("class NvrflowError(Exception): pass\n", encoding="utf-8")
    for name in ("ruff", "mypy", "pytest"):
        (package.parent / f"{name}.py").write_text(TOOL, encoding="utf-8")
    return top


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh checkout, not set up yet, in a folder whose name has spaces."""
    return make_checkout(tmp_path / "a check out")


@pytest.fixture(scope="module")
def first_use(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A checkout that was set up by its first use, and how that went."""
    top = make_checkout(tmp_path_factory.mktemp("ready") / "a check out")
    return top, launch(
        top / "nvrflow", "doctor", "--json", cwd=top.parent, NVRFLOW_PASSWORD="two words '\"$", TELL="NVRFLOW_PASSWORD"
    )


@pytest.fixture
def ready(first_use: tuple[Path, subprocess.CompletedProcess[str]]) -> Path:
    """A checkout that is set up already."""
    return first_use[0]


def launch(launcher: Path, *arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [launcher, *arguments], cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120
    )


def start(launcher: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [launcher, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def until(happened: Callable[[], bool]) -> None:
    """Wait for something that another process does; a minute is more than any of it takes."""
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end, "it did not happen within a minute"
        time.sleep(0.02)


def builds(checkout: Path) -> int:
    """How many times the project was installed into the environment."""
    noted = checkout / "builds"
    return noted.read_text(encoding="utf-8").count("built") if noted.exists() else 0


def test_first_use_sets_up_and_says_so_on_standard_error_only(
    first_use: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    checkout, first = first_use
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith(f"ran doctor --json {checkout.parent} ")
    assert "setting up" in first.stderr


def test_a_computer_without_a_browser_is_set_up_and_told_what_to_type(
    first_use: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    assert "type: get-one" in first_use[1].stderr
    assert "Traceback" not in first_use[1].stderr


def test_the_password_is_for_the_command_and_not_for_the_set_up(
    first_use: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    checkout, first = first_use
    assert first.stdout.splitlines()[-1] == "two words '\"$"
    assert set((checkout / "builds").read_text(encoding="utf-8").splitlines()) == {"built"}
    assert launch(checkout / "nvrflow", "doctor", TELL="NVRFLOW_PASSWORD").stdout.splitlines()[-1] == "None"


def test_later_uses_set_nothing_up(ready: Path) -> None:
    before = builds(ready)
    assert launch(ready / "nvrflow", "doctor").stderr == ""
    assert builds(ready) == before


def test_exit_codes_links_and_other_folders_make_no_difference(ready: Path, tmp_path: Path) -> None:
    link = tmp_path / "linked"
    link.symlink_to(ready / "nvrflow")
    again = tmp_path / "linked again"
    again.symlink_to("linked")
    ended = launch(again, "x y", "z", "", cwd=tmp_path, CODE="4")
    assert ended.returncode == 4
    assert ended.stdout.startswith(f"ran x y z  {tmp_path} ")


def test_the_command_takes_the_launchers_place_so_that_signals_reach_it(ready: Path) -> None:
    process = start(ready / "nvrflow")
    output, _ = process.communicate(timeout=60)
    assert output.split()[-1] == str(process.pid)


def test_an_empty_environment_is_enough(ready: Path) -> None:
    ended = subprocess.run([ready / "nvrflow", "doctor"], env={"PATH": os.defpath}, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")


def change(checkout: Path, name: str) -> None:
    with (checkout / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")


@pytest.mark.parametrize("name", ["requirements.lock", pytest.param("pyproject.toml", marks=pytest.mark.slow)])
def test_a_changed_lock_file_or_project_is_set_up_again(ready: Path, name: str) -> None:
    change(ready, name)
    assert "setting up" in launch(ready / "nvrflow").stderr
    assert launch(ready / "nvrflow").stderr == ""


@pytest.fixture(params=["ready", pytest.param("checkout", marks=pytest.mark.slow)])
def either(request: pytest.FixtureRequest) -> Path:
    """A checkout that is set up already, and in the slow tests a fresh one as well."""
    found: Path = request.getfixturevalue(request.param)
    return found


def test_a_set_up_that_was_killed_is_made_anew_and_never_used(either: Path) -> None:
    before = builds(either)
    change(either, "requirements.lock")
    (either / "wait").touch()
    killed = start(either / "nvrflow")
    until(lambda: builds(either) == before + 1)
    (either / ".venv" / "half-installed").touch()
    os.killpg(killed.pid, signal.SIGKILL)
    assert killed.communicate()[0] == ""
    (either / "wait").unlink()
    mended = launch(either / "nvrflow", "again")
    assert mended.stdout.startswith("ran again"), mended.stderr
    assert not (either / ".venv" / "half-installed").exists()


def test_of_two_starts_at_once_one_sets_up_and_the_other_waits_for_it(either: Path) -> None:
    before = builds(either)
    change(either, "pyproject.toml")
    (either / "wait").touch()
    first = start(either / "nvrflow", "first")
    until(lambda: builds(either) == before + 1)
    second = start(either / "nvrflow", "second")
    assert second.stderr is not None
    assert "another set-up is under way" in second.stderr.readline()
    (either / "wait").unlink()
    assert first.communicate(timeout=60)[0].startswith("ran first")
    assert second.communicate(timeout=60)[0].startswith("ran second")
    assert builds(either) == before + 1


@pytest.mark.slow  # quick: test_a_changed_lock_file_or_project_is_set_up_again
def test_a_moved_checkout_is_set_up_anew(ready: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(ready, tmp_path / "else where", symlinks=True)
    ended = launch(moved / "nvrflow", "moved")
    assert "setting up" in ended.stderr
    assert ended.stdout.startswith("ran moved"), ended.stderr
    script = (moved / ".venv" / "bin" / "nvrflow").read_text(encoding="utf-8")
    assert str(moved) in script
    assert "a check out" not in script


@pytest.mark.slow  # quick: test_a_changed_lock_file_or_project_is_set_up_again
def test_an_environment_that_lost_its_python_is_mended(ready: Path) -> None:
    for name in ("python", "python3"):
        (ready / ".venv" / "bin" / name).unlink()
    mended = launch(ready / "nvrflow", "again")
    assert mended.stdout.startswith("ran again"), mended.stderr


def test_a_folder_that_the_launcher_did_not_make_is_left_alone(checkout: Path) -> None:
    mine = checkout / ".venv" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("kept", encoding="utf-8")
    ended = launch(checkout / "nvrflow")
    assert ended.returncode == 1
    assert "remove it and start again" in ended.stderr
    assert mine.read_text(encoding="utf-8") == "kept"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can start a program as another user")
@pytest.mark.parametrize(("command", "once"), [("demo", "doctor"), ("test", "test --collect-only -q")])
def test_a_user_who_may_not_write_is_told_who_has_to_set_up_and_what_to_type(command: str, once: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        checkout = make_checkout(Path(place) / "a check out")
        argv, nobody = [str(checkout / "nvrflow"), command], 65534
        ended = subprocess.run(argv, user=nobody, group=nobody, extra_groups=[], capture_output=True, text=True, timeout=60)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert f"this user (nobody) may not write here; type once as root, who owns the folder: {checkout}/nvrflow {once}\n" in (
            ended.stderr
        )
        assert not (checkout / ".venv").exists()


@pytest.mark.slow
def test_a_failed_set_up_shows_why_and_is_not_taken_for_done(checkout: Path) -> None:
    (checkout / "requirements.lock").write_text(
        "no-such-package-of-nvrflow==1 --hash=sha256:" + "0" * 64 + "\n", encoding="utf-8"
    )
    ended = launch(checkout / "nvrflow", PIP_NO_INDEX="1")
    assert ended.returncode == 1
    assert "no-such-package-of-nvrflow" in ended.stderr
    assert ended.stdout == ""
    assert not (checkout / ".venv" / ".nvrflow-run").exists()


def test_a_computer_without_a_new_enough_python_is_told_what_to_install(checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "dirname", "readlink", "cksum", "cat", "env"):
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    old = tools / "python3"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    ended = launch(checkout / "nvrflow", PATH=str(tools))
    assert ended.returncode == 2
    assert "Python 3.11 or newer is needed" in ended.stderr
    assert "apt-get install python3" in ended.stderr


@pytest.mark.parametrize(("broken", "code"), [("", 0), ("ruff", 1), ("mypy", 1), ("pytest", 1)])
def test_the_test_command_runs_every_check_and_fails_when_one_does(ready: Path, broken: str, code: int) -> None:
    ended = launch(ready / "nvrflow", "test", "-k", "a b", BROKEN=broken)
    assert ended.returncode == code, ended.stderr
    checks = ["ruff check .", "ruff format --check .", "mypy", "pytest -n auto --dist loadgroup -k a b"]
    assert ended.stdout.split("\n")[:-1] == checks


@pytest.mark.parametrize(("lock", "extras"), [("requirements.lock", ["simulator", "build"]), ("requirements-dev.lock", ["dev"])])
def test_a_lock_file_has_everything_that_the_project_asks_for(lock: str, extras: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [Requirement(line) for line in project["dependencies"]]
    for extra in extras:
        wanted += [Requirement(line) for line in project["optional-dependencies"][extra]]
    lines = re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", (ROOT / lock).read_text(encoding="utf-8"), re.M)
    locked = {canonicalize_name(name): version for name, version in lines} | {"nvrflow": project["version"]}
    assert not [str(one) for one in wanted if locked.get(canonicalize_name(one.name), "") not in one.specifier]
