"""Selector files read, merged with what they extend, and checked; every message names file, line and key."""

from __future__ import annotations

import difflib
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from nvrflow.content import folder, read_yaml
from nvrflow.errors import InvalidFile, WrongCall
from nvrflow.firmware.checking import Origin, at, check
from nvrflow.firmware.model import SelectorFile


def available(own: Path | None = None) -> dict[str, Path]:
    """Every selector file by name (`vendor/line_firmware`): a team's own folder first, then the shipped ones."""
    found: dict[str, Path] = {}
    for top in [own, folder("selectors")] if own else [folder("selectors")]:
        if not top.is_dir():
            raise WrongCall(f"--selectors {top}: there is no such folder; name the folder that holds <vendor>/<name>.yaml")
        for path in sorted(top.rglob("*.yaml")):
            found.setdefault(path.relative_to(top).with_suffix("").as_posix(), path)
    return found


def digest_of(file: SelectorFile) -> str:
    """The SHA-256 of what a selector file says, with what it extends; comments and order of its text do not count."""
    return hashlib.sha256(file.model_dump_json(exclude_defaults=True).encode()).hexdigest()


def load(name: str, own: Path | None = None) -> tuple[SelectorFile, Origin]:
    """The selector file `name` with what it extends, and where each of its keys stands. Raises InvalidFile, WrongCall."""
    files = available(own)
    if name not in files:
        near = difflib.get_close_matches(name, files, n=1, cutoff=0.4)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(files)}"
        raise WrongCall(f"--firmware {name}: there is no such selector file{hint}")
    stamps = tuple((path, (seen := path.stat()).st_mtime_ns, seen.st_size) for path in files.values() if path.is_file())
    return _read(name, tuple(files.items()), stamps)


@contextmanager
def read_ahead(own: Path | None = None) -> Iterator[None]:
    """Read every selector file while the block waits for something else; who asks for one later hears what is wrong with it."""
    reading = threading.Thread(target=_read_each, args=(own,), name="nvrflow-selectors", daemon=True)
    reading.start()
    try:
        yield
    finally:
        reading.join()


def _read_each(own: Path | None) -> None:
    with suppress(Exception):  # it comes again in the thread of who asks
        for name in available(own):
            load(name, own)


@lru_cache(maxsize=64)
def _read(name: str, files: tuple[tuple[str, Path], ...], stamps: object) -> tuple[SelectorFile, Origin]:
    """The selector file as it is at the time of `stamps`: many runs of one process read it once."""
    known = dict(files)
    data, origin = _merged(name, known, ())
    return check(data, origin, known[name]), origin


def _merged(name: str, files: dict[str, Path], below: tuple[str, ...]) -> tuple[Any, Origin]:
    document = read_yaml(files[name])
    origin: Origin = {where: (document.path, line) for where, line in document.lines.items()}
    data = document.data
    parent = data.get("extends") if isinstance(data, dict) else None
    if not isinstance(parent, str):
        return data, origin
    line = document.lines.get(("extends",))
    if parent in (*below, name):
        raise InvalidFile(f"extends itself: {' -> '.join((*below, name, parent))}", document.path, line, "extends")
    if parent not in files:
        raise InvalidFile(f"there is no selector file {parent!r}; there are {', '.join(files)}", document.path, line, "extends")
    base, inherited = _merged(parent, files, (*below, name))
    if isinstance(base, dict):
        base.pop("verified_on", None)  # on what the parent was verified this file was not
    merged = _merge(base, data)
    if "explain" not in data:
        _leave_out_removed(merged)
    return merged, _merge_origin(inherited, origin, data)


def _leave_out_removed(merged: Any) -> None:
    """An inherited `explain` names no page that the file itself has removed."""
    named, pages = merged.get("explain"), merged.get("pages")
    names = [named] if isinstance(named, str) else named
    if isinstance(names, list) and isinstance(pages, dict):
        merged["explain"] = [name for name in names if not isinstance(name, str) or name.partition(".")[0] in pages]


def _merge(base: Any, own: Any) -> Any:
    """Mappings merge, lists and words replace, null removes."""
    if not (isinstance(base, dict) and isinstance(own, dict)):
        return own
    merged = dict(base)
    for key, value in own.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merge(base[key], value) if key in base else value
    return merged


def _merge_origin(inherited: Origin, own: Origin, data: Any) -> Origin:
    replaced = {where for where in own if isinstance(at(data, where), list)}
    kept = {where: place for where, place in inherited.items() if not any(where[: len(r)] == r for r in replaced)}
    return kept | own
