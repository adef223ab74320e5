"""Pictures of steps: kept in memory while a flow runs; secrets are covered and targets marked without delaying it."""

from __future__ import annotations

import io
import math
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvrflow.errors import NvrflowError

if TYPE_CHECKING:
    from PIL.Image import Image

    from nvrflow.report.annotating import Look

_COVER = (96, 104, 117)
_PNG = b"\x89PNG\r\n\x1a\n"
_LEAST = 2  # so many pixels of a target must be in the picture, in each direction


@dataclass(frozen=True)
class Box:
    """A rectangle in CSS pixels of the main viewport."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Picture:
    """One step's screen before its click, or `after` it failed: JPEG or PNG bytes, where the target is, what has to be covered.

    `scale` is image pixels per CSS pixel.
    """

    step_id: str
    image: bytes
    target: Box | None
    masks: tuple[Box, ...]
    scale: float
    after: bool = False

    @property
    def name(self) -> str:
        """The step's id, with `.failed` where the picture was taken after the step had failed."""
        return f"{self.step_id}.failed" if self.after else self.step_id

    def raw(self) -> Image:
        """The screen with secrets covered, without annotations. Raises NvrflowError if it cannot be read."""
        from PIL import Image, ImageDraw, UnidentifiedImageError

        try:
            image = Image.open(io.BytesIO(self.image)).convert("RGB")
        except (UnidentifiedImageError, OSError) as problem:
            raise NvrflowError(f"{self.step_id}: the screenshot cannot be read ({problem}); a JPEG or PNG was expected") from None
        draw = ImageDraw.Draw(image)
        for mask in self.masks:
            covered = self.pixels(mask, image, grow=1)
            if covered:
                draw.rectangle(covered, fill=_COVER)
        return image

    def annotated(self, raw: Image, label: int | str, look: Look | None = None) -> Image:
        """A copy of `raw` with the target boxed and labelled. Raises NvrflowError when the target is not in the picture."""
        from nvrflow.report.annotating import mark

        image = raw.copy()
        if self.target is not None:
            target = self.pixels(self.target, image)
            if target is None or target[2] - target[0] < _LEAST or target[3] - target[1] < _LEAST:
                raise NvrflowError(f"{self.step_id}: the target lies outside the picture, so it cannot be boxed")
            mark(image, target, label, max(1, round(self.scale)), look)
        return image

    def pixels(self, box: Box, image: Image, grow: int = 0) -> tuple[int, int, int, int] | None:
        """The first and last pixels of `box` across and down, cut at the picture's edges; None when it has none there."""
        left, top = math.floor(box.x * self.scale) - grow, math.floor(box.y * self.scale) - grow
        right = math.ceil((box.x + box.width) * self.scale) - 1 + grow
        bottom = math.ceil((box.y + box.height) * self.scale) - 1 + grow
        cut = (max(0, left), max(0, top), min(image.width - 1, right), min(image.height - 1, bottom))
        return cut if cut[0] <= cut[2] and cut[1] <= cut[3] else None


def as_png(picture: Picture, raw: Image) -> bytes:
    """`raw`, the covered screen of `picture`, as PNG: the browser's own file if nothing had to be covered."""
    untouched = not picture.masks and picture.image.startswith(_PNG)
    return picture.image if untouched else png(raw)


def png(image: Image) -> bytes:
    """`image`, in RGB, as PNG, with speed before size: lines as they are pack the flat colours of a UI faster and smaller."""
    pixels, width = image.tobytes(), 3 * image.width
    lines = b"".join(b"\0" + pixels[at : at + width] for at in range(0, len(pixels), width))
    head = struct.pack(">IIBBBBB", image.width, image.height, 8, 2, 0, 0, 0)
    return _PNG + _part(b"IHDR", head) + _part(b"IDAT", zlib.compress(lines, 1)) + _part(b"IEND", b"")


def _part(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def thumbnail(image: Image, width: int = 960) -> bytes:
    """`image` as a legible JPEG, at most `width` pixels wide."""
    from PIL import Image

    out = io.BytesIO()
    if image.width > width:
        image = image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.HAMMING)
    image.save(out, "JPEG", quality=80, subsampling=0)
    return out.getvalue()
