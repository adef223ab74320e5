"""The options and fixtures for baselines in a team's repository: what a run writes, what nothing used, side by side or not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# What a check does with its files, without a browser.
CONFTEST = """
import pytest
from nvrflow.baseline.checks import PictureDiffers

@pytest.fixture
def look(baseline_desk):
    def look(called, says="- text: a\\n", firmware="acme/nvr"):
        kept = baseline_desk.collection
        name = kept.name(firmware, "en", called)
        if kept.updates:
            kept.keep_words(name, says, baseline_desk.owner)
        elif not (kept.words(name) or "").endswith(says):
            raise PictureDiffers("acme/nvr: it looks different")
    return look
"""
ONE = "def test_one(look): look('one')\ndef test_two(look): look('two')\n"
OTHER = "import pytest\ndef test_three(look): look('three')\ndef test_four(look): {}\n"


class Repository:
    """A team's repository with two files of tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tests").mkdir(parents=True)
        (folder / "pytest.ini").write_text("[pytest]\ntestpaths = tests\nnvrflow_baselines = kept\nmarkers = slow\n")
        (folder / "tests" / "conftest.py").write_text(CONFTEST)
        self.has("test_one.py", ONE)
        self.has("test_other.py", OTHER.format("look('four')"))

    def has(self, name: str, text: str) -> None:
        (self.folder / "tests" / name).write_text(text)

    def runs(self, *arguments: str, place: str = ".") -> tuple[int, str]:
        argv = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:dash", "-n", "0", *arguments]
        ended = subprocess.run(argv, cwd=self.folder / place, env={**os.environ}, capture_output=True, text=True, timeout=100)
        return ended.returncode, ended.stdout + ended.stderr


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """One whose baselines are there."""
    made = Repository(tmp_path / "team")
    for name in ("one", "two", "three", "four"):
        file = made.folder / "kept/acme/nvr/en" / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        owner = "test_one.py" if name in ("one", "two") else "test_other.py"
        file.write_text(f"# Written by nvrflow for tests/{owner}\n- text: a\n")
    return made


def test_a_run_that_writes_says_what_and_a_run_that_does_not_is_silent(tmp_path: Path) -> None:
    team = Repository(tmp_path / "team")
    assert team.runs()[0] == 1
    code, said = team.runs("-n", "2", "--update-baselines")
    assert code == 0 and "wrote 4 baselines; look at them before you commit:\n  kept/acme/nvr/en/four.yaml\n" in said
    assert (team.folder / "kept/acme/nvr/en/two.yaml").read_text() == "# Written by nvrflow for tests/test_one.py\n- text: a\n"
    code, said = team.runs()
    assert code == 0 and "baseline" not in said


@pytest.mark.parametrize("workers", [pytest.param("0", marks=pytest.mark.slow), "2"])
def test_a_baseline_that_no_test_used_fails_the_run(repository: Repository, workers: str) -> None:
    repository.has("test_one.py", ONE.replace("look('two')", "pass"))
    code, said = repository.runs("-n", workers, "--baselines-report")
    told = "so the run failed; delete them, or bring back the test that used them:\n  kept/acme/nvr/en/two.yaml\n"
    assert code == 1 and told in said
    assert "3 used, 1 unused by this run" in said and "  unused  acme/nvr/en/two.yaml" in said


PARTS = [("-k", "one or three"), ("tests",), ("--deselect", "tests/test_one.py::test_two"), ("--ignore=tests/x",)]


@pytest.mark.parametrize("arguments", [PARTS[0], *(pytest.param(one, marks=pytest.mark.slow) for one in PARTS[1:])])
def test_a_part_of_the_tests_says_nothing_about_what_is_unused(repository: Repository, arguments: tuple[str, ...]) -> None:
    repository.has("test_one.py", ONE.replace("look('two')", "pass"))
    code, said = repository.runs(*arguments)
    assert code == 0 and "no test used" not in said


def test_a_skipped_test_may_be_the_one_that_uses_it_but_only_in_its_own_file(repository: Repository) -> None:
    repository.has("test_other.py", OTHER.format("pytest.skip('not here')"))
    repository.has("test_one.py", ONE.replace("look('two')", "pass"))
    (repository.folder / "kept/acme/camera/en").mkdir(parents=True)  # perhaps not tested
    (repository.folder / "kept/acme/camera/en/one.yaml").write_text("[]\n")
    code, said = repository.runs()
    assert code == 1 and "two.yaml" in said and "four.yaml" not in said and "camera" not in said


def test_a_failed_test_is_all_that_a_run_fails_for(repository: Repository) -> None:
    repository.has("test_other.py", OTHER.format("1 / 0"))
    code, said = repository.runs()
    assert code == 1 and "no test used" not in said


def test_a_picture_is_not_tried_again_and_another_failure_is(repository: Repository) -> None:
    repository.has("test_other.py", OTHER.format("1 / 0").replace("'three'", "'three', 'b'"))
    code, said = repository.runs("--reruns", "2")
    assert code == 1 and "2 rerun" in said and "2 failed" in said
