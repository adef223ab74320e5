"""Changes of a list of recorders in YAML: recorders added and removed, while comments and order stay."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from nvrflow.errors import InvalidFile, WrongCall
from nvrflow.inventory.roster import Roster
from nvrflow.whole_file import write_whole


def add(path: Path, recorders: Iterable[Mapping[str, Any]]) -> Roster:
    """Add recorders at the end of a list; it is made if it does not exist. Raises InvalidFile, WrongCall.

    Each is a mapping with the keys of the list: name, url, site, user, firmware, tags, password.
    """

    def change(listed: Any) -> None:
        for one in recorders:
            listed.append({key: value for key, value in one.items() if value})

    return _amended(path, change)


def remove(path: Path, names: Iterable[str]) -> Roster:
    """Remove recorders from a list by their names. Raises InvalidFile, WrongCall; then nothing is changed."""

    def change(listed: Any) -> None:
        known = [one.get("name") for one in listed]
        for name in names:
            if name not in known:
                raise WrongCall(f"{name}: {path} has no such recorder; nvrflow fleet list shows what it has")
            del listed[known.index(name)]
            known.remove(name)
        if not known:
            raise WrongCall(f"{path}: a list needs at least one recorder; delete the file instead")

    return _amended(path, change)


def _amended(path: Path, change: Callable[[Any], None]) -> Roster:
    """The list after a change that was read and checked as a whole before it took the place of the old one."""
    if path.suffix.lower() in (".csv", ".tsv"):
        raise WrongCall(f"{path}: is a spreadsheet; change it with the program that made it")
    yaml = YAML()
    yaml.width, yaml.preserve_quotes = 4096, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    if path.exists():
        Roster.read(path)
    try:
        data = yaml.load(path.read_text(encoding="utf-8")) if path.exists() else {"recorders": []}
    except (OSError, UnicodeDecodeError, YAMLError) as problem:
        raise InvalidFile(f"cannot be read ({problem})", path) from None
    change(data["recorders"])
    text = io.StringIO()
    yaml.dump(data, text)
    with tempfile.TemporaryDirectory(prefix="nvrflow-") as scratch:
        draft = Path(scratch) / path.name
        draft.write_text(text.getvalue(), encoding="utf-8")
        try:
            Roster.read(draft)
        except InvalidFile as problem:
            raise InvalidFile(problem.what, path, None, problem.key) from None
    try:
        write_whole(path, text.getvalue().encode())
    except OSError as problem:
        raise WrongCall(f"{path}: cannot be written ({problem.strerror}); name a file in a folder of your own") from None
    return Roster.read(path)
