"""The changes of a selector file as one unified diff that `git apply` takes; made offline, from file and verdicts alone."""

from __future__ import annotations

import difflib
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from nvrflow.check.verdict import AddWord, Change, Judged, MoveFirst, PutFirst
from nvrflow.check.yaml_text import YamlText
from nvrflow.errors import InvalidFile
from nvrflow.firmware.checking import Origin
from nvrflow.firmware.loading import available, load
from nvrflow.firmware.parts import Where


@dataclass(frozen=True)
class Patch:
    """A unified diff, the folder in which `git apply` takes it, and the elements for which nothing could be written."""

    text: str
    folder: Path
    left: tuple[str, ...] = ()


@dataclass
class _Edited:
    """One file with the changes made so far; line ends are LF meanwhile. `done` are the changes by the place that they change."""

    path: Path
    before: str
    text: str = ""
    done: set[tuple[int, str]] = field(default_factory=set)

    @classmethod
    def of(cls, path: Path) -> _Edited:
        """The file as it is."""
        before = path.read_bytes().decode("utf-8")
        return cls(path, before, before.replace("\r\n", "\n"))

    @property
    def result(self) -> str:
        """The text after the changes, with the line ends of the file."""
        return self.text.replace("\n", "\r\n") if "\r\n" in self.before else self.text

    def make(self, change: Change) -> bool:
        """Make a change, and say whether it is made; what two elements share by an alias is changed once."""
        said = repr((change.locator if isinstance(change, PutFirst) else getattr(change, "index", 0), type(change).__name__))
        if not isinstance(change, AddWord):
            key = (YamlText(self.before.replace("\r\n", "\n")).place(change.where), said)
            if key in self.done:
                return True
            self.done.add(key)
        made = _changed(YamlText(self.text), change)
        self.text = made or self.text
        return made is not None


def _changed(text: YamlText, change: Change) -> str | None:
    match change:
        case AddWord():
            return text.add_word(change.text, change.language, change.word)
        case PutFirst():
            return text.put_first(change.where, change.locator)
        case MoveFirst():
            return text.move_first(change.where, change.index)


def patch_of(judged: Iterable[Judged], name: str, own: Path | None = None) -> Patch:
    """The diff with the changes of all verdicts on the selector file `name`; of a change in a file that it extends, that file's.

    What would make the file invalid is left out. Raises InvalidFile for a file that cannot be read now.
    """
    _, origin = load(name, own)
    home = available(own)[name]
    files: dict[Path, _Edited] = {}
    changed = [one for one in judged if one.changes]
    left = [one.element for one in changed if not _make(one.changes, origin, home, files)]
    if files and not _is_valid(files.values(), name, own):
        left, files = [one.element for one in changed], {}
    folder = _folder(home, own)
    return Patch("".join(_diff(one, folder) for one in files.values()), folder, tuple(left))


def _make(changes: tuple[Change, ...], origin: Origin, home: Path, files: dict[Path, _Edited]) -> bool:
    """Make the changes that belong together, each in its file; whether all are made."""
    where = next((one.where for one in changes if not isinstance(one, AddWord)), None)
    beside = _file_of((*where, "find"), origin, home) if where else home
    made = []
    for change in changes:
        path = _place(change, origin, beside, home)
        made.append(files.setdefault(path, _Edited.of(path)).make(change))
    return all(made)


def _place(change: Change, origin: Origin, beside: Path, home: Path) -> Path:
    """The file that says what is changed; a new text goes where the element that uses it stands."""
    if isinstance(change, AddWord):
        known = ("texts", change.text) in origin
        return _file_of(("texts", change.text, change.language), origin, home) if known else beside
    return _file_of((*change.where, "find"), origin, home)


def _file_of(where: Where, origin: Origin, home: Path) -> Path:
    while where and where not in origin:
        where = where[:-1]
    return origin[where][0] if where else home


def _is_valid(edited: Iterable[_Edited], name: str, own: Path | None) -> bool:
    """Whether the selector file can be loaded with the changes."""
    with tempfile.TemporaryDirectory(prefix="nvrflow-") as folder:
        changed = {one.path: one.result for one in edited}
        for other, path in available(own).items():
            copy = Path(folder) / f"{other}.yaml"
            copy.parent.mkdir(parents=True, exist_ok=True)
            if path in changed:
                copy.write_text(changed[path], encoding="utf-8", newline="")
            else:
                shutil.copyfile(path, copy)
        try:
            load(name, Path(folder))
        except InvalidFile:
            return False
    return True


def _folder(home: Path, own: Path | None) -> Path:
    """Where the diff is applied: the top of the repository in which the file lies, else the folder above the selector files."""
    resolved = home.resolve()
    for above in resolved.parents:
        if (above / ".git").exists():
            return above
    return (own or resolved.parents[1]).resolve().parent


def _diff(edited: _Edited, folder: Path) -> str:
    path = edited.path.resolve()
    shown = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
    before, after = _lines(edited.before), _lines(edited.result)
    lines = difflib.unified_diff(before, after, f"a/{shown}", f"b/{shown}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    """Lines as git counts them: each ends with LF."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
