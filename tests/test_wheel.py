"""The wheel: what a QA team installs holds the engine and all content, and runs away from the checkout."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import generate
import pytest
from built_wheel import ROOT, dependencies, environment, run_in, without

CONTENT = ("flows", "selectors", "fixtures", "template")


def test_it_holds_every_file_of_the_content_and_the_engine(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    tracked = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", *CONTENT, "src/nvrflow"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    names = [name for name in tracked.split("\n") if name and not re.match("fixtures/[^/]+/[^/]+/(captures|reports)/", name)]
    wanted = {f"nvrflow/{name.removeprefix('src/nvrflow/')}" for name in names if (ROOT / name).is_file()}
    assert inside == wanted


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment of its own that has the wheel, and sees the dependencies that are installed here."""
    return environment(wheel, tmp_path_factory.mktemp("installed") / "a place with spaces", dependencies())


def test_it_runs_in_an_environment_of_its_own_far_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    script = (
        "import sys, nvrflow, importlib\n"
        "from nvrflow.content import folder\n"
        "from nvrflow.running import find_flow, flow_names\n"
        "from nvrflow.firmware import available, load_firmware\n"
        "print(nvrflow.__file__)\n"
        "[find_flow(name) for name in flow_names()]\n"
        "[load_firmware(name) for name in available()]\n"
        "assert (folder('fixtures') / 'dahua' / 'nvr_v4' / 'web' / 'index.html').is_file()\n"
    )
    ended = run_in(installed, "-c", script, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith(str(installed.parent.parent))
    for option, said in (("--version", "nvrflow 0."), ("--help", "Usage: nvrflow")):
        ended = run_in(installed, str(installed.parent / "nvrflow"), option, cwd=tmp_path)
        assert ended.stdout.startswith(said), ended.stderr


TEAMS_FLOW = """
from nvrflow import Recorder
from nvrflow.flows.sign_in import sign_in


def count_channels(recorder: Recorder) -> int:
    sign_in(recorder)
    return len(recorder.go_to("channels").rows("channels"))
"""
TEAMS_TEST = """
from nvrflow import Recorder
from nvrflow.flows.download_certificates import download_certificates


def test_both_certificates_can_be_downloaded(recorder: Recorder) -> None:
    device, trusted = download_certificates(recorder)
    assert trusted is not None and trusted.issued(device)
"""
TEAMS_SCRIPT = """
import sys

from nvrflow import NvrflowError, SignInRefused, Trusting, open_recorder
from nvrflow.flows.secure import secure

try:
    with open_recorder(sys.argv[1], user="admin", timeout=60) as recorder:
        secure(recorder, trusting=Trusting(yes=True))
        print(recorder.report.outcome, recorder.report.https)
except SignInRefused as refused:
    print(refused.tries_left)
except NvrflowError as problem:
    sys.exit(f"{problem.kind}: {problem}")
"""


def test_a_teams_repository_and_every_example_of_the_documents_pass_mypy_strict(installed: Path, tmp_path: Path) -> None:
    files = {"count_channels": TEAMS_FLOW, "test_it": TEAMS_TEST, "script": TEAMS_SCRIPT, "examples": generate.as_module()}
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    (tmp_path / "wrong.py").write_text("from nvrflow import Recorder\n\n\ndef wrong(r: Recorder) -> None:\n    r.go_to(3)\n")
    names = [f"{name}.py" for name in (*files, "wrong")]
    for path in sorted((ROOT / "template").glob("*/*.py")):
        place = tmp_path / ("flows" if path.parent.name == "flows" else "") / path.name
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, place)
        names.append(str(place.relative_to(tmp_path)))
    assert len(names) == 10
    strict = [
        "-m",
        "mypy",
        "--strict",
        "--no-incremental",
        "--explicit-package-bases",
        "--config-file",
        os.devnull,
        "--python-executable",
        str(installed),
    ]
    ended = run_in(Path(sys.executable), *strict, *names, cwd=tmp_path)
    told = ended.stdout.splitlines()
    assert told[0].startswith('wrong.py:5: error: Argument 1 to "go_to"'), ended.stdout + ended.stderr
    assert told[1:] == ["Found 1 error in 1 file (checked 10 source files)"]


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the wheel as `pip install nvrflow` leaves it: without extras."""
    top = tmp_path_factory.mktemp("bare")
    extras = (
        "keyring",
        "starlette",
        "uvicorn",
        "dash",
        "js.extjs",
        "feffery-antd-components",
        "pebble",
        "psycopg",
        "procrastinate",
    )
    return environment(wheel, top / "venv", without(extras, top / "packages"))


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["demo"], 2, "pip install 'nvrflow[simulator]'"),
        (["simulate"], 2, "pip install 'nvrflow[simulator]'"),
        (["simulate", "--settings"], 0, ""),
        (["fleet", "report", "."], 2, "pip install 'nvrflow[fleet]'"),
        (["worker", "--recorders", "x", "--database", "x"], 2, "pip install 'nvrflow[fleet]'"),
        (["lint"], 0, ""),
        (["--help"], 0, ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_without_extras_a_command_works_or_says_in_one_sentence_what_to_install(
    bare: Path, tmp_path: Path, argv: list[str], code: int, said: str
) -> None:
    ended = run_in(bare, "-m", "nvrflow", *argv, cwd=tmp_path, HOME=str(tmp_path))
    assert ended.returncode == code, ended.stderr
    assert " ".join(ended.stderr.split()).endswith(said) and "defect" not in ended.stderr
    assert ended.stderr.count("nvrflow: ") == (1 if said else 0)


def test_without_the_keyring_the_password_is_still_asked_for_and_doctor_tells(bare: Path, tmp_path: Path) -> None:
    asking = (
        "from nvrflow.cli.password import asker\n"
        "from nvrflow.errors import WrongCall\n"
        "try:\n    asker('http://192.0.2.10', 'admin')()\nexcept WrongCall as problem:\n    print(problem)\n"
    )
    ended = run_in(bare, "-c", asking, cwd=tmp_path, HOME=str(tmp_path))
    assert "there is no terminal for a prompt" in ended.stdout, ended.stderr
    assert "pip install 'nvrflow[keyring]'" in ended.stdout
    given = run_in(
        bare, "-c", asking.replace("asker(", "print(asker(").replace(")()", ")())"), cwd=tmp_path, NVRFLOW_PASSWORD="x"
    )
    assert given.stdout == "x\n", given.stderr
    found = json.loads(run_in(bare, "-m", "nvrflow", "doctor", "--json", cwd=tmp_path, HOME=str(tmp_path)).stdout)["findings"]
    advice = {one["code"]: one["advice"] for one in found if one["code"] in ("keyring-missing", "simulator-missing")}
    assert advice == {
        "keyring-missing": "pip install 'nvrflow[keyring]'",
        "simulator-missing": "pip install 'nvrflow[simulator]'",
    }


def test_without_extras_a_teams_unrelated_tests_run(bare: Path, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it() -> None: pass\n", encoding="utf-8")
    ended = run_in(bare, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path, HOME=str(tmp_path))
    assert ended.returncode == 0, ended.stdout + ended.stderr
