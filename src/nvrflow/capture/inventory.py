"""The files of a capture: whether they are as they were, and nothing leads out of the folder or is too much to read."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from pathlib import Path

from nvrflow.errors import InvalidFile

MOST_FILES = 20_000  # files and folders; fifty pages in twenty languages are some five thousand
LARGEST_FILE = 64_000_000  # bytes; a page with all its pictures has a few millions
LARGEST_CAPTURE = 2_000_000_000  # bytes of all its files together
_AGAIN = "the capture is damaged, take it again"
_TEXTS = (".html", ".yaml", ".json", ".css")
_DEEPEST = 8  # folders within each other; pages/LANGUAGE/PAGE are three


def files_of(folder: Path) -> dict[str, Path]:
    """Every file below `folder` by its path within it, with `/` between the parts.

    Raises InvalidFile for a symbolic link or anything else that is neither a file nor a folder, and where there is too much.
    """
    found, size = dict[str, Path](), 0
    for count, (file, status) in enumerate(_entries(folder, 1), 1):
        if count > MOST_FILES:
            raise InvalidFile(f"holds more than {MOST_FILES} files, which no capture does; do not use it", folder)
        if stat.S_ISDIR(status.st_mode):
            continue
        if status.st_size > LARGEST_FILE:
            raise InvalidFile(f"is larger than {LARGEST_FILE // 1_000_000} MB, as no file of a capture is; do not use it", file)
        size += status.st_size
        found[file.relative_to(folder).as_posix()] = file
    if size > LARGEST_CAPTURE:
        raise InvalidFile(f"is larger than {LARGEST_CAPTURE // 1_000_000} MB, which no capture is; do not use it", folder)
    return found


def digests_of(files: Mapping[str, Path]) -> dict[str, str]:
    """The SHA-256 of each file, in hexadecimal; ends of lines make no difference to that of a text. Raises InvalidFile."""
    return {name: _digest(file) for name, file in files.items()}


def check_unchanged(folder: Path, files: Mapping[str, Path], digests: Mapping[str, str], removed: Collection[str]) -> None:
    """Raise InvalidFile if one of the `files` in `folder` is not as its digest says; one that was `removed` may be missing."""
    for name, digest in digests.items():
        if name not in files and name not in removed:
            raise InvalidFile(f"is missing, and was there when it was captured; {_AGAIN}", folder / name)
        if name in files and _digest(files[name]) != digest:
            raise InvalidFile(f"has changed since it was captured; {_AGAIN}", files[name])


def _digest(file: Path) -> str:
    try:
        body = file.read_bytes()
    except OSError as problem:
        raise InvalidFile(f"cannot be read ({problem.strerror}); {_AGAIN}", file) from None
    return hashlib.sha256(body.replace(b"\r\n", b"\n") if file.suffix in _TEXTS else body).hexdigest()


def _entries(folder: Path, deep: int) -> Iterator[tuple[Path, os.stat_result]]:
    """Every file and folder below `folder`, in the order of their names."""
    try:
        for entry in sorted(islice(os.scandir(folder), MOST_FILES + 1), key=lambda one: one.name):
            file, status = Path(entry.path), entry.stat(follow_symlinks=False)
            if what := _what_it_is_instead(status.st_mode):
                raise InvalidFile(f"is {what}, and a capture has none; it may lead out of the folder, so do not use it", file)
            yield file, status
            if stat.S_ISDIR(status.st_mode):
                if deep == _DEEPEST:
                    raise InvalidFile(f"lies {deep} folders deep, as nothing in a capture does; do not use it", file)
                yield from _entries(file, deep + 1)
    except OSError as problem:
        raise InvalidFile(f"cannot be read ({problem.strerror}); {_AGAIN}", folder) from None


def _what_it_is_instead(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    return "" if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "neither a file nor a folder"
