"""The launcher of a checkout: sets up once, passes everything through, and survives what goes wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the POSIX launcher")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the launcher with a small project: its set-up is real (venv, pip, hashes), its dependencies are none."""
    top = tmp_path / "a check out"
    (top / "src").mkdir(parents=True)
    shutil.copy2(ROOT / "nvrflow", top / "nvrflow")
    (top / "requirements.lock").write_text("", encoding="utf-8")
    (top / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "nvrflow"\nversion = "0"\n[project.scripts]\nnvrflow = "small:main"\n',
        encoding="utf-8",
    )
    (top / "backend.py").write_text(BACKEND, encoding="utf-8")
    (top / "small.py").write_text(
        "import os, sys\n"
        "def main():\n    print('ran', *sys.argv[1:], os.getcwd())\n    sys.exit(int(os.environ.get('CODE', '0')))\n",
        encoding="utf-8",
    )
    return top


# A build backend without dependencies: an editable wheel is a path file and the console script.
BACKEND = """
import pathlib, zipfile
TOP = pathlib.Path(__file__).resolve().parent
def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "nvrflow-0-py3-none-any.whl"
    meta = "nvrflow-0.dist-info"
    files = {
        "nvrflow.pth": str(TOP),
        f"{meta}/METADATA": "Metadata-Version: 2.1\\nName: nvrflow\\nVersion: 0\\n",
        f"{meta}/WHEEL": "Wheel-Version: 1.0\\nGenerator: small\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        f"{meta}/entry_points.txt": "[console_scripts]\\nnvrflow = small:main\\n",
    }
    files[f"{meta}/RECORD"] = "".join(f"{path},,\\n" for path in [*files, f"{meta}/RECORD"])
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / name, "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    return name
"""


def launch(launcher: Path, *arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, **environment}
    return subprocess.run([launcher, *arguments], cwd=cwd, env=variables, capture_output=True, text=True, timeout=120)


def test_first_use_sets_up_and_later_uses_do_not(checkout: Path, tmp_path: Path) -> None:
    first = launch(checkout / "nvrflow", "doctor", "--json", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert first.stdout == f"ran doctor --json {tmp_path}\n"
    assert "setting up" in first.stderr
    second = launch(checkout / "nvrflow", "doctor", cwd=tmp_path)
    assert second.stderr == ""
    assert not (checkout / ".venv.lock").exists()


def test_exit_codes_links_and_other_folders_make_no_difference(checkout: Path, tmp_path: Path) -> None:
    link = tmp_path / "linked"
    link.symlink_to(checkout / "nvrflow")
    ended = launch(link, "x y", "z", cwd=tmp_path, CODE="4")
    assert ended.returncode == 4
    assert ended.stdout == f"ran x y z {tmp_path}\n"


def test_a_changed_lock_file_and_an_interrupted_set_up_are_set_up_again(checkout: Path, tmp_path: Path) -> None:
    launch(checkout / "nvrflow")
    (checkout / "requirements.lock").write_text("# changed\n", encoding="utf-8")
    assert "setting up" in launch(checkout / "nvrflow").stderr
    (checkout / ".venv" / ".nvrflow-run").unlink()
    (checkout / ".venv" / "bin" / "python").unlink()
    mended = launch(checkout / "nvrflow", "again", cwd=tmp_path)
    assert mended.returncode == 0, mended.stderr
    assert mended.stdout.startswith("ran again")


def test_the_lock_of_a_set_up_that_died_is_taken_over(checkout: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as dead:
        dead.wait()
    (checkout / ".venv.lock").mkdir()
    (checkout / ".venv.lock" / "pid").write_text(str(dead.pid), encoding="utf-8")
    assert launch(checkout / "nvrflow").returncode == 0


def test_a_failed_set_up_shows_why_and_is_not_taken_for_done(checkout: Path) -> None:
    (checkout / "requirements.lock").write_text(
        "no-such-package-of-nvrflow==1 --hash=sha256:" + "0" * 64 + "\n", encoding="utf-8"
    )
    ended = launch(checkout / "nvrflow", PIP_NO_INDEX="1")
    assert ended.returncode == 1
    assert "no-such-package-of-nvrflow" in ended.stderr
    assert ended.stdout == ""
    assert not (checkout / ".venv" / ".nvrflow-run").exists()
