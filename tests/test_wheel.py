"""The wheel: what a QA team installs holds the engine and all content, and runs away from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONTENT = ("flows", "selectors", "fixtures")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the files that git would clone, without asking any index."""
    copy = tmp_path_factory.mktemp("source") / "nvrflow"
    tracked = (
        subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
        .stdout.decode()
        .split("\0")
    )
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(build, cwd=copy, check=True, capture_output=True)
    return next(out.glob("*.whl"))


def test_it_holds_every_file_of_the_content_and_the_engine(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    tracked = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", *CONTENT, "src/nvrflow"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    wanted = {f"nvrflow/{name.removeprefix('src/nvrflow/')}" for name in tracked.split("\n") if name and (ROOT / name).is_file()}
    assert inside == wanted


def test_it_runs_in_an_environment_of_its_own_far_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "a place with spaces"
    venv.EnvBuilder(with_pip=True, symlinks=True).create(place)
    python = place / "bin" / "python"
    site = Path(
        subprocess.run(
            [python, "-c", "import site; print(site.getsitepackages()[0])"], capture_output=True, text=True
        ).stdout.strip()
    )
    here = Path(
        subprocess.run(
            [sys.executable, "-c", "import click; print(click.__file__)"], capture_output=True, text=True
        ).stdout.strip()
    )
    (site / "dependencies.pth").write_text(f"{here.parent.parent}\n", encoding="utf-8")
    subprocess.run([python, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet", wheel], check=True)
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
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    ended = subprocess.run([python, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith(str(site))
    for option, said in (("--version", "nvrflow 0."), ("--help", "Usage: nvrflow")):
        ended = subprocess.run([place / "bin" / "nvrflow", option], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert ended.stdout.startswith(said), ended.stderr
