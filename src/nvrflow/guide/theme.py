"""How a guide looks: one YAML file, checked with file, line and key in the message."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from nvrflow.content import Document, read_yaml
from nvrflow.errors import InvalidFile
from nvrflow.report.annotating import Colour, Look

_DEFAULT = Path(__file__).parent / "themes" / "default.yaml"
_LOGOS = {".svg": "svg+xml", ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg"}


def _colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError(f'{value!r} is not a colour; write "#rrggbb"')
    return value.lower()


def _one_line(value: str) -> str:
    if re.search(r"[{}<>;\\\n]", value):
        raise ValueError("may not hold any of { } < > ; \\ or a line's end")
    return value


Hex = Annotated[str, AfterValidator(_colour)]
Plain = Annotated[str, AfterValidator(_one_line)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Colours(_Strict):
    """The colours of one of the two appearances; `cover` is the background of the title page."""

    ink: Hex
    soft: Hex
    line: Hex
    paper: Hex
    back: Hex
    accent: Hex
    cover: Hex
    cover_ink: Hex


class BoxStyle(_Strict):
    """The frame around a target, in CSS pixels; `dim` is how much darker everything else is, 0 to 1."""

    colour: Hex
    width: int = Field(ge=1, le=12)
    radius: int = Field(ge=0, le=40)
    reach: int = Field(ge=0, le=40)
    dim: float = Field(ge=0, le=0.8)


class Badge(_Strict):
    """The step's number beside the frame; `size` in CSS pixels."""

    colour: Hex
    ink: Hex
    size: int = Field(ge=16, le=60)
    shape: Literal["round", "square", "none"]


class Theme(_Strict):
    """A whole theme. `logo` is a data URL after the theme was read."""

    company: str
    logo: str
    footer: str
    font: Plain
    light: Colours
    dark: Colours
    box: BoxStyle
    badge: Badge

    @property
    def look(self) -> Look:
        """The style of the marks in pictures."""
        badge = self.badge
        return Look(
            _rgb(self.box.colour), self.box.width, self.box.radius, self.box.reach,
            badge.size // 2 if badge.shape != "none" else 0, _rgb(badge.colour), _rgb(badge.ink), badge.shape == "round",
        )  # fmt: skip


def read_theme(path: Path | None = None) -> Theme:
    """The theme in `path`, with the default theme's value for every key that it leaves out. Raises InvalidFile."""
    base = read_yaml(_DEFAULT)
    if path is None:
        return Theme.model_validate(base.data)
    own = read_yaml(path)
    if not isinstance(own.data, dict):
        raise InvalidFile("must be a mapping of keys such as company, light, box", path, 1)
    try:
        theme = Theme.model_validate(_merged(base.data, own.data))
    except ValidationError as problem:
        raise _fault(problem, own, path) from None
    return theme.model_copy(update={"logo": _embedded(theme.logo, path, own)})


def _merged(base: Any, own: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(own, dict)):
        return own
    return {**base, **{key: _merged(base.get(key), value) for key, value in own.items()}}


def _fault(problem: ValidationError, document: Document, path: Path) -> InvalidFile:
    first = problem.errors()[0]
    where = tuple(first["loc"])
    what = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        what = f"unknown key {where[-1]!r}; the default theme shows all keys"
    return InvalidFile(what, path, document.line(where), ".".join(map(str, where)))


def _embedded(logo: str, path: Path, document: Document) -> str:
    if not logo:
        return ""
    file = path.parent / logo
    kind = _LOGOS.get(file.suffix.lower())
    if kind is None:
        raise InvalidFile(f"{logo} is not an SVG, PNG or JPEG", path, document.line(("logo",)), "logo")
    try:
        data = file.read_bytes()
    except OSError as problem:
        raise InvalidFile(f"{logo} cannot be read ({problem.strerror})", path, document.line(("logo",)), "logo") from None
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _rgb(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
