"""Searches a finished capture for private data, however it is written there, and removes what cannot be cleared."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from nvrflow.capture.captured_file import yaml_in
from nvrflow.capture.controls import control_from
from nvrflow.capture.known_values import meaning_of
from nvrflow.capture.meanings import EVERYBODYS, SECRETS, is_worth
from nvrflow.capture.patterns import spots, without_unseen
from nvrflow.errors import InvalidFile

_STYLE = re.compile(r"styles/[0-9a-f]{64}\.css")
_BLOB = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}){5,}(?![0-9A-Za-z])")
_FONT_OR_PICTURE = re.compile(
    r"data:(?:image/(?:png|jpeg)|[\w.+/-]*(?:font|woff|octet-stream|opentype|truetype)[\w.+/-]*);base64,[A-Za-z0-9+/=]+"
)
_DATA = re.compile(r"data:[\w.+/-]*;base64,[A-Za-z0-9+/=]+")  # what stands in it is read where it is decoded
_PNG = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")
_PARTS_OF_PNG = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA", b"sRGB", b"pHYs", b"bKGD", b"sBIT"}
_PARTS_OF_WEBP = {b"VP8L", b"VP8 ", b"VP8X", b"ALPH"}
_TEXTS = (".html", ".yaml", ".json", ".css")
_BARE = "without tags"
_ALL = "(all)"
DAMAGED = "damaged"
_LEAST = 6  # characters; a shorter value is searched for only where it stands alone


@dataclass(frozen=True)
class Leak:
    """Private data in a finished capture: in which file, of which kind, and where; the data itself is not repeated."""

    file: str
    kind: str
    where: str

    def __str__(self) -> str:
        return f"{self.file}: {self.kind} ({self.where})"


@dataclass(frozen=True)
class Scanner:
    """What is searched for: the `originals` by their kind, and everything that looks private.

    `allowed` are made-up values, and words that are the same on each device; what stands in one of them does not count.
    """

    originals: dict[str, str]
    allowed: Collection[str]

    def scan(self, folder: Path) -> list[Leak]:
        """Every leak in the files of `folder`; a file that a capture does not have is one, too."""
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return [leak for path in files for leak in self._in(path, path.relative_to(folder).as_posix())]

    def _in(self, path: Path, name: str) -> Iterator[Leak]:
        if path.suffix in _ODD_PARTS:
            for part in _ODD_PARTS[path.suffix](path.read_bytes()):
                yield Leak(name, DAMAGED, "no picture") if part == _ALL else Leak(name, "text", f"part {part} of the picture")
        elif path.suffix in _TEXTS:
            if path.name == "page.yaml":
                yield from (Leak(name, kind, "value of a field") for kind in dict.fromkeys(self._in_fields(_facts_in(path))))
            yield from self._in_text(path.read_text(encoding="utf-8", errors="replace"), name)
        else:
            yield Leak(name, "file", "of a kind that is not searched")

    def _in_text(self, text: str, name: str) -> Iterator[Leak]:
        for picture in _PNG.findall(text):
            yield from (Leak(name, "text", f"part {part} of a picture") for part in _odd_in_png(base64.b64decode(picture)))
        text = _STYLE.sub("", text)
        seen: set[tuple[str, str]] = set()
        for where, view in views(text, name.endswith(".html")):
            found = self._known(view, self._pattern) if where != _BARE else self._known(view, self._bare)
            for kind in dict.fromkeys([*found, *(self._alike(view) if where != _BARE else ())]):
                if (kind, where) not in seen:
                    seen.add((kind, where))
                    yield Leak(name, kind, where)

    def _in_fields(self, page: Any) -> Iterator[str]:
        """The kinds of values that stand in a field whose label or name says that it holds something private."""
        for one in page.get("controls") or () if isinstance(page, dict) else ():
            try:
                control = control_from(one)
                value = (control.value or "").strip()
                kind = meaning_of(control) if value else None
            except (TypeError, AttributeError):
                continue  # whoever reads the page is told that it is damaged
            is_one = kind and (kind in SECRETS or is_worth(kind, value)) and any(map(str.isalnum, value))
            if kind and is_one and value.casefold() not in EVERYBODYS and not any(value in one for one in self.allowed):
                yield kind

    def _known(self, view: str, pattern: re.Pattern[str]) -> Iterator[str]:
        for match in pattern.finditer(view):
            if not self._is_allowed(view, match.start(), match.end()):
                yield next(kind for one, kind in self.originals.items() if match[0] in (one, _without_spaces(one)))

    def _alike(self, view: str) -> Iterator[str]:
        for spot in spots(_DATA.sub("", view)):
            if not any(spot.text in one for one in self.allowed):
                yield spot.kind

    def _is_allowed(self, view: str, start: int, end: int) -> bool:
        value = view[start:end]
        for one in self._allowed_anyhow:
            if value in one:
                around = view[max(0, start - len(one)) : end + len(one)]
                if one in around:
                    return True
        return False

    @cached_property
    def _allowed_anyhow(self) -> frozenset[str]:
        """What is allowed, as it is and without spaces: so it stands where these were taken out."""
        return frozenset([*self.allowed, *map(_without_spaces, self.allowed)])

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        ordered = sorted(self.originals, key=len, reverse=True)
        parts = [re.escape(one) if len(one) >= _LEAST else rf"(?<!\w){re.escape(one)}(?!\w)" for one in ordered]
        return re.compile("|".join(parts) or r"(?!)")

    @cached_property
    def _bare(self) -> re.Pattern[str]:
        bare = sorted({_without_spaces(one) for one in self.originals}, key=len, reverse=True)
        return re.compile("|".join(re.escape(one) for one in bare if len(one) >= _LEAST + 2) or r"(?!)")


def _facts_in(path: Path) -> Any:
    try:
        return yaml_in(path)
    except InvalidFile:
        return None  # its text is searched nevertheless


def views(text: str, has_tags: bool) -> Iterator[tuple[str, str]]:
    """`text` in each way in which somebody could read it: as it is, unescaped, decoded, and without tags if it has any."""
    yield "as text", text
    for where, view in (("with its signs unescaped", html.unescape(text)), ("with percent signs", unquote(text))):
        if view != text:
            yield where, view
    if (view := without_unseen(html.unescape(text))) != html.unescape(text):
        yield "without signs that take no room", view
    if has_tags:
        yield _BARE, _without_spaces(re.sub(r"<[^>]*>", "", text))
    decoded = "\n".join(_decoded(text))
    if decoded:
        yield "encoded", decoded


def _without_spaces(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _decoded(text: str) -> Iterator[str]:
    """What stands in base64 and in hexadecimal, as far as it is text."""
    plain = re.sub(r"\\[nr]|\\?[\r\n]+", "", text)
    for blob in dict.fromkeys(_BLOB.findall(_FONT_OR_PICTURE.sub("", plain))):
        bare = blob.rstrip("=").replace("-", "+").replace("_", "/")
        for lead in range(3 if len(bare) < 400 else 1):
            body = base64.b64decode(bare[lead:] + "=" * (-len(bare[lead:]) % 4)) if (len(bare) - lead) % 4 != 1 else b""
            if said := _as_text(body):
                yield said
    for digits in dict.fromkeys(_HEX.findall(plain)):
        if said := _as_text(bytes.fromhex(digits)):
            yield said


def _as_text(body: bytes) -> str:
    """`body` as text if most of it is that; else nothing."""
    text = body.decode("utf-8", "replace")
    readable = len(text) - text.count("\ufffd")
    if readable > 0.8 * len(text) and not text.isprintable():
        readable = sum(sign.isprintable() and sign != "\ufffd" for sign in text)
    return text if readable > 0.8 * len(text) else ""


def _odd_in_png(png: bytes) -> Iterator[str]:
    """The parts of a PNG that hold more than its pixels; a file that is not a PNG is one itself."""
    if png[:8] != b"\x89PNG\r\n\x1a\n":
        yield _ALL
        return
    at = 8
    while at + 8 <= len(png):
        length, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        if kind not in _PARTS_OF_PNG:
            yield kind.decode("latin-1")
        at += length + 12


def _odd_in_webp(webp: bytes) -> Iterator[str]:
    """The parts of a WebP that hold more than its pixels, and what follows them; a file that is not a WebP is one itself."""
    if webp[:4] != b"RIFF" or webp[8:12] != b"WEBP":
        yield _ALL
        return
    at = 12
    while at < len(webp):
        kind, length = webp[at : at + 4], int.from_bytes(webp[at + 4 : at + 8], "little")
        if kind not in _PARTS_OF_WEBP:
            yield kind.decode("latin-1")
        at += 8 + length + length % 2


_ODD_PARTS = {".png": _odd_in_png, ".webp": _odd_in_webp}
