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


class Additions(Strict):
    """What differs from the files in web/: words by key and language, keys of words that have another name now, and files (below
    web/) that the start page loads last.
    """

    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    renamed_keys: dict[str, str] = Field(default_factory=dict)
    scripts: list[str] = Field(default_factory=list)
    styles: list[str] = Field(default_factory=list)

    def with_more(self, more: Additions) -> dict[str, Any]:
        """These and `more`, as the fields of a model."""
        return {
            "words": {**self.words, **more.words},
            "renamed_keys": {**self.renamed_keys, **more.renamed_keys},
            "scripts": [*self.scripts, *more.scripts],
            "styles": [*self.styles, *more.styles],
        }


class Difference(Additions):
    """One way in which a recorder can differ from the one it extends, chosen by the setting `differences`."""

    settings: dict[str, Any] = Field(default_factory=dict)


class RecorderFile(Additions):
    """The content of one `recorder.yaml`, after `extends` was resolved.

    `refused_as` is the `error.kind` with which every flow ends on a recorder that no browser can use.
    """

    protocol: str
    extends: str | None = None
    refused_as: Literal["plugin-needed"] | None = None
    device: Model
    authority: dict[str, str]
    subject: dict[str, str]
    frameworks: dict[str, Framework] = Field(default_factory=dict)
    differences: dict[str, Difference] = Field(default_factory=dict)
    settings: Settings = Field(default_factory=lambda: Settings.model_validate({}))


def available(fixtures: Path | None = None) -> list[str]:
    """The names of all simulated recorders: folders with a recorder.yaml below `fixtures` and below the shipped fixtures/."""
    tops = [folder("fixtures"), *([fixtures] if fixtures else [])]
    return sorted({path.parent.relative_to(top).as_posix() for top in tops for path in top.rglob("recorder.yaml")})


def usable() -> dict[str, list[str]]:
    """The simulated recorders on which flows can work, each with its languages."""
    files = {name: load(name, {})[0] for name in available()}
    return {name: file.settings.languages for name, file in files.items() if file.refused_as is None}


def load(firmware: str, changes: dict[str, Any], fixtures: Path | None = None) -> tuple[RecorderFile, Settings, tuple[Path, ...]]:
    """The recorder file of `firmware`, its settings with `changes`, and its folders: its own, then those it extends.

    `fixtures` is a folder with recorders of one's own, which come before the shipped ones. Raises WrongCall, InvalidFile.
    """
    names = available(fixtures)
    if firmware not in names:
        near = difflib.get_close_matches(firmware, names, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
        raise WrongCall(f"simulate {firmware}: there is no such simulated recorder; {hint}")
    document = read_yaml(_home(firmware, fixtures) / "recorder.yaml")
    data, homes = _merged(document, (), fixtures)
    try:
        file = RecorderFile.model_validate(data)
    except ValidationError as problem:
        raise _invalid(problem, document) from None
    return *_with_differences(file, changes), homes


def _home(firmware: str, fixtures: Path | None) -> Path:
    own = fixtures / firmware if fixtures else None
    return own if own and (own / "recorder.yaml").is_file() else folder("fixtures") / firmware


def _with_differences(file: RecorderFile, changes: dict[str, Any]) -> tuple[RecorderFile, Settings]:
    """The file and its settings with the differences that the settings choose; `changes` come last."""
    settings = with_changes(file.settings, changes)
    for name in settings.differences:
        if name not in file.differences:
            known = ", ".join(file.differences) or "none"
            raise WrongCall(f"simulate: differences: this recorder has no difference {name!r}; it has {known}")
        chosen = file.differences[name]
        file = file.model_copy(update=file.with_more(chosen))
        settings = with_changes(settings, chosen.settings)
    return file, with_changes(settings, changes)


def _merged(document: Document, below: tuple[Path, ...], fixtures: Path | None) -> tuple[Any, tuple[Path, ...]]:
    """The file with what it extends (mappings merge, anything else replaces), and the folders of all these files."""
    home, data = document.path.parent, document.data
    parent = data.get("extends") if isinstance(data, dict) else None
    if not isinstance(parent, str):
        return data, (home,)
    base = _home(parent, fixtures) / "recorder.yaml"
    if not base.is_file() or base.parent in (*below, home):
        what = f"there is no other simulated recorder {parent!r}; there are {', '.join(available(fixtures))}"
        raise InvalidFile(what, document.path, document.line(("extends",)), "extends")
    inherited, homes = _merged(read_yaml(base), (*below, home), fixtures)
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
