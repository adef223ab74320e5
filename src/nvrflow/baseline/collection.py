"""The files of baselines: where each belongs, what it holds and who wrote it, and which of them one run used or wrote."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nvrflow.errors import WrongCall
from nvrflow.report.likeness import write_if_changed

if TYPE_CHECKING:
    from PIL.Image import Image

_NAME = re.compile(r"\w[\w.-]{0,99}")
_WROTE = "# Written by nvrflow for "
_KEY = "nvrflow"  # the text of a PNG that names the tests which wrote it


@dataclass(frozen=True)
class Screen:
    """On what a picture was taken: CSS pixels, and pixels of the picture for each of them."""

    width: int
    height: int
    scale: float

    def __str__(self) -> str:
        return f"{sys.platform}-{self.width}x{self.height}@{self.scale:g}"


@dataclass
class Collection:
    """The baselines below `folder`; `updates`: what is missing or differs is written.

    `used` and `wrote` are names of files below the folder, with `/`.
    """

    folder: Path
    updates: bool = False
    used: set[str] = field(default_factory=set)
    wrote: set[str] = field(default_factory=set)

    def name(self, firmware: str, language: str, called: str, screen: Screen | None = None) -> str:
        """The file for what is `called` so: words (`.yaml`) for each firmware and language, pictures (`.png`) also by screen."""
        if not _NAME.fullmatch(called):
            raise WrongCall(f"a baseline cannot be called {called!r}; use letters, digits, hyphens, dots and underscores")
        parts = [firmware, language, *([str(screen)] if screen else []), f"{called}.{'png' if screen else 'yaml'}"]
        name = "/".join(parts)
        self.used.add(name)
        return name

    def path(self, name: str) -> Path:
        """Where the file is."""
        return self.folder / name

    def words(self, name: str) -> str | None:
        """What a file of words says; None if it does not exist. Raises WrongCall if it cannot be read."""
        data = self._read(name)
        try:
            return None if data is None else data.decode("utf-8")
        except UnicodeDecodeError:
            raise WrongCall(f"{self.path(name)}: is not text in UTF-8; restore it, or delete it and create it again") from None

    def picture(self, name: str) -> Image | None:
        """What a picture shows; None if it does not exist. Raises WrongCall if it cannot be read."""
        from nvrflow.baseline.levels import picture

        data = self._read(name)
        try:
            return None if data is None else picture(data)
        except (OSError, SyntaxError):
            raise WrongCall(f"{self.path(name)}: is not a picture; restore it, or delete it and create it again") from None

    def keep_words(self, name: str, says: str, owner: str) -> None:
        """Write what a page says. Raises WrongCall if another test of this run has just written something else there."""
        self._write(name, f"{_WROTE}{owner}\n{says}".encode())

    def keep_picture(self, name: str, image: Image, owner: str) -> None:
        """Write how a page looks, as `keep_words` does."""
        from PIL.PngImagePlugin import PngInfo

        about, written = PngInfo(), io.BytesIO()
        about.add_text(_KEY, owner)
        image.save(written, "PNG", optimize=True, pnginfo=about)
        self._write(name, written.getvalue())

    def files(self) -> list[str]:
        """Every baseline that there is, in order."""
        found = [path for path in self.folder.rglob("*") if path.suffix in (".yaml", ".png") and path.is_file()]
        return sorted(path.relative_to(self.folder).as_posix() for path in found)

    def owner(self, name: str) -> str:
        """The file of tests that wrote a baseline; empty where the baseline does not say so."""
        from PIL import Image

        path = self.path(name)
        try:
            if path.suffix == ".png":
                with Image.open(path) as image:
                    return str(image.info.get(_KEY, ""))
            with path.open(encoding="utf-8") as lines:
                return lines.readline().partition(_WROTE)[2].strip()
        except (OSError, UnicodeDecodeError, SyntaxError):
            return ""

    def _read(self, name: str) -> bytes | None:
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise WrongCall(f"{self.path(name)}: cannot be read ({problem.strerror})") from None

    def _write(self, name: str, data: bytes) -> None:
        if name in self.wrote and self.path(name).read_bytes() != data:
            raise WrongCall(f"{self.path(name)}: two checks of this run share it and see different things; give one `name=…`")
        try:
            if write_if_changed(self.path(name), data):
                self.wrote.add(name)
        except OSError as problem:
            raise WrongCall(f"{self.path(name)}: cannot be written ({problem.strerror})") from None


def unused(files: list[str], used: set[str]) -> tuple[list[str], list[str]]:
    """Files that nothing used: those beside one that was used, and those in folders of which nothing was used.

    A folder stands for one firmware, language and screen; where nothing of it was used, it was perhaps not tested.
    """
    visited = {PurePosixPath(name).parent for name in used}
    left = [name for name in files if name not in used]
    beside = [name for name in left if PurePosixPath(name).parent in visited]
    return beside, [name for name in left if name not in beside]
