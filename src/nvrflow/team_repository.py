"""A team's own repository for its tests, copied from the template that comes with nvrflow: whole, or not at all."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

from nvrflow.content import folder
from nvrflow.errors import WrongCall


def write_repository(place: Path) -> list[str]:
    """Write the repository into `place`, which is new or empty but for `.git`; returns its files, relative to it.

    Nothing is left behind when it fails. Raises WrongCall if something is there already, or if it cannot be written.
    """
    _refuse_what_is_there(place)
    made = next((one for one in (*reversed(place.parents), place) if not one.exists()), None)
    try:
        place.mkdir(parents=True, exist_ok=True)
        return _fill(place)
    except OSError as problem:
        raise WrongCall(f"{place}: cannot be written ({problem.strerror or problem}); name another folder") from None
    finally:
        if made is not None and not any(place.glob("*")):
            shutil.rmtree(made, ignore_errors=True)


def _refuse_what_is_there(place: Path) -> None:
    try:
        found = sorted(one.name for one in place.iterdir() if one.name != ".git")
    except FileNotFoundError:
        return
    except OSError as problem:
        raise WrongCall(f"{place}: cannot be used ({problem.strerror}); name a folder that is new or empty") from None
    if found:
        raise WrongCall(
            f"{place}: is not empty ({found[0]} is there), so nothing was written; name a folder that is new or empty"
        )


def _fill(place: Path) -> list[str]:
    """Copy the template into a folder inside of `place`, then move it up; what was moved is removed if that fails."""
    draft = Path(tempfile.mkdtemp(prefix=".nvrflow-new-", dir=place))
    moved: list[Path] = []
    try:
        files = _copy(folder("template"), draft)
        for entry in sorted(draft.iterdir()):
            moved.append(entry.rename(place / entry.name))
    except BaseException:
        for entry in moved:
            _remove(entry)
        raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return files


def _copy(template: Path, draft: Path) -> list[str]:
    """Copy every file; its rights are those of any new file, whatever they are where nvrflow is installed."""
    sources = [path for path in template.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    files = sorted(path.relative_to(template).as_posix() for path in sources)
    for name in files:
        (draft / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(template / name, draft / name)
    return files


def _remove(entry: Path) -> None:
    with contextlib.suppress(OSError):
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
