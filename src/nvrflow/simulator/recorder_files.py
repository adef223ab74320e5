"""Simulated recorders by name: `recorder.yaml` of a fixture, with the file that it extends."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from nvrflow.content import Document, folder, read_yaml
from nvrflow.errors import InvalidFile, WrongCall
from nvrflow.simulator.recorder_settings import Settings, Strict, explained, with_changes


class Framework(Strict):
    """A web framework served from an installed package: the files below `folder` in the package's file list."""

    distribution: str
    folder: str


class Model(Strict):
    """The recorder's model and version."""

    type: str
    version: str
    build_date: str
    name: str
    channels: list[str]


class RecorderFile(Strict):
    """The content of one `recorder.yaml`, after `extends` was resolved.

    `refused_as` is the `error.kind` with which every flow ends on a recorder that no browser can use. `words` are words on its
    pages, by key and language, that differ from those in web/lang/.
    """

    protocol: str
    extends: str | None = None
    refused_as: Literal["plugin-needed"] | None = None
    device: Model
    authority: dict[str, str]
    subject: dict[str, str]
    frameworks: dict[str, Framework] = Field(default_factory=dict)
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    settings: Settings = Field(default_factory=lambda: Settings.model_validate({}))


def available() -> list[str]:
    """The names of all simulated recorders that are shipped: folders below fixtures/ with a recorder.yaml."""
    top = folder("fixtures")
    return sorted(path.parent.relative_to(top).as_posix() for path in top.rglob("recorder.yaml"))


def usable() -> dict[str, list[str]]:
    """The simulated recorders on which flows can work, each with its languages."""
    files = {name: load(name, {})[0] for name in available()}
    return {name: file.settings.languages for name, file in files.items() if file.refused_as is None}


def load(firmware: str, changes: dict[str, Any]) -> tuple[RecorderFile, Settings, tuple[Path, ...]]:
    """The recorder file of `firmware`, its settings with `changes`, and its folders: its own, then those it extends.

    Raises WrongCall, InvalidFile.
    """
    names = available()
    if firmware not in names:
        near = difflib.get_close_matches(firmware, names, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
        raise WrongCall(f"simulate {firmware}: there is no such simulated recorder; {hint}")
    document = read_yaml(folder("fixtures") / firmware / "recorder.yaml")
    data, homes = _merged(document, ())
    try:
        file = RecorderFile.model_validate(data)
    except ValidationError as problem:
        raise _invalid(problem, document) from None
    return file, with_changes(file.settings, changes), homes


def _merged(document: Document, below: tuple[Path, ...]) -> tuple[Any, tuple[Path, ...]]:
    """The file with what it extends (mappings merge, anything else replaces), and the folders of all these files."""
    home, data = document.path.parent, document.data
    parent = data.get("extends") if isinstance(data, dict) else None
    if not isinstance(parent, str):
        return data, (home,)
    base = folder("fixtures") / parent / "recorder.yaml"
    if not base.is_file() or base.parent in (*below, home):
        what = f"there is no other simulated recorder {parent!r}; there are {', '.join(available())}"
        raise InvalidFile(what, document.path, document.line(("extends",)), "extends")
    inherited, homes = _merged(read_yaml(base), (*below, home))
    return _over(inherited, data), (home, *homes)


def _over(base: Any, own: Any) -> Any:
    if isinstance(base, dict) and isinstance(own, dict):
        return {**base, **{key: _over(base.get(key), value) for key, value in own.items()}}
    return own


def _invalid(problem: ValidationError, document: Document) -> InvalidFile:
    place = tuple(problem.errors()[0]["loc"])
    where, what = explained(
        problem, list(Settings.model_fields) if place[:1] == ("settings",) else list(RecorderFile.model_fields)
    )
    return InvalidFile(what, document.path, document.line(place), where)
