"""The wheel, built once for all tests, and environments of their own in which it is installed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build_wheel(copy: Path, out: Path) -> Path:
    """Build it from the files that git would clone, which are copied into `copy`, without asking any index."""
    argv = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    tracked = subprocess.run(argv, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(build, cwd=copy, check=True, capture_output=True)
    return next(out.glob("*.whl"))


def dependencies() -> Path:
    """Where the dependencies are installed that this test itself uses."""
    found = importlib.util.find_spec("click")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent.parent


def environment(wheel: Path, place: Path, *seen: Path) -> Path:
    """The Python of a new environment at `place` that has the wheel, and sees the packages in the folders `seen`."""
    venv.EnvBuilder(symlinks=True).create(place)
    python = place / "bin" / "python"
    asked = [str(python), "-c", "import site; print(site.getsitepackages()[0])"]
    site = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
    (site / "dependencies.pth").write_text("".join(f"{path}\n" for path in seen), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(python)]  # a pip of its own would take longer than all the rest
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--quiet", wheel], check=True)
    return python


def without(extras: tuple[str, ...], into: Path) -> Path:
    """A folder of links to all installed packages but nvrflow, without those that only the extras bring."""
    left_out = {path.name for name in extras for path in _files_of(name)}
    into.mkdir()
    for path in dependencies().iterdir():
        if path.name not in left_out and path.suffix != ".pth" and not path.name.startswith(("nvrflow", "_")):
            (into / path.name).symlink_to(path)
    for path in dependencies().glob("_*"):  # the C parts of cffi and others
        (into / path.name).symlink_to(path)
    return into


def _files_of(distribution: str) -> set[Path]:
    files = importlib.metadata.files(distribution) or []
    return {Path(file.parts[0]) for file in files if file.parts[0] not in ("..", "__pycache__")}


def run_in(python: Path, *argv: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `python argv…` in `cwd`, without what this process's own environment says about packages and passwords."""
    clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "NVRFLOW_PASSWORD")}
    return subprocess.run(
        [python, *argv], cwd=cwd, env=clean | variables, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
