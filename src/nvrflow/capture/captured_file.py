"""Files of a capture, read and checked: a capture may be damaged, and it may come from a stranger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import StringConstraints, TypeAdapter, ValidationError

from nvrflow.content import from_json, read_yaml
from nvrflow.errors import InvalidFile

Noun = TypeVar("Noun")
Part = Annotated[str, StringConstraints(pattern=r"^\w[\w.-]*$")]  # the name of one file or folder, and no way out of the capture


def noun_in(file: Path, kind: type[Noun]) -> Noun:
    """What a YAML file of a capture says, as a noun. Raises InvalidFile."""
    return checked(yaml_in(file), kind, file)


def yaml_in(file: Path) -> Any:
    """What a YAML file of a capture says; nvrflow writes no aliases there. Raises InvalidFile."""
    return read_yaml(file, aliases=False).data


def checked(data: Any, kind: type[Noun], file: Path) -> Noun:
    """`data` as a noun; keys that it does not have are ignored, because a later nvrflow may write more.

    Raises InvalidFile.
    """
    try:
        return TypeAdapter(kind).validate_python(data)
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise InvalidFile(f"{first['msg']}; the capture is damaged, take it again", file, key=key or None) from None


def json_in(file: Path) -> Any:
    """What a JSON file of a capture says. Raises InvalidFile."""
    try:
        return from_json(text_in(file))
    except ValueError as problem:
        raise InvalidFile(f"is not JSON ({problem}); the capture is damaged, take it again", file) from None


def text_in(file: Path) -> str:
    """The text of a file of a capture. Raises InvalidFile."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InvalidFile("is missing; the capture is damaged, take it again", file) from None
    except (OSError, UnicodeDecodeError) as problem:
        raise InvalidFile(f"cannot be read ({problem}); the capture is damaged, take it again", file) from None
