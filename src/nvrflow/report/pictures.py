"""Pictures of steps: secrets covered, the target boxed and numbered - after the flow, off its critical path."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvrflow.errors import NvrflowError

if TYPE_CHECKING:
    from PIL.Image import Image

_ACCENT = (235, 64, 52)
_HALO = (255, 255, 255)
_COVER = (96, 104, 117)


@dataclass(frozen=True)
class Box:
    """A rectangle in CSS pixels of the main viewport."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Picture:
    """One step's screen before its click: JPEG or PNG bytes, where the target is, what has to be covered.

    `scale` is image pixels per CSS pixel.
    """

    step_id: str
    image: bytes
    target: Box | None
    masks: tuple[Box, ...]
    scale: float

    def raw(self) -> Image:
        """The screen with secrets covered, without annotations."""
        from PIL import Image, ImageDraw

        image = Image.open(io.BytesIO(self.image)).convert("RGB")
        draw = ImageDraw.Draw(image)
        for mask in self.masks:
            draw.rectangle(self._pixels(mask, image), fill=_COVER)
        return image

    def annotated(self, raw: Image, number: int) -> Image:
        """A copy of `raw` with the target boxed and numbered. Raises NvrflowError when the target is not in the picture."""
        from PIL import ImageDraw

        image = raw.copy()
        if self.target is None:
            return image
        left, top, right, bottom = self._pixels(self.target, image)
        if right <= left or bottom <= top:
            raise NvrflowError(f"{self.step_id}: the target lies outside the picture, so it cannot be boxed")
        unit = max(1, round(self.scale))
        draw = ImageDraw.Draw(image)
        margin = 4 * unit
        frame = (
            max(0, left - margin),
            max(0, top - margin),
            min(image.width - 1, right + margin),
            min(image.height - 1, bottom + margin),
        )
        draw.rounded_rectangle(frame, radius=6 * unit, outline=_HALO, width=5 * unit)
        inner = (frame[0] + unit, frame[1] + unit, frame[2] - unit, frame[3] - unit)
        draw.rounded_rectangle(inner, radius=5 * unit, outline=_ACCENT, width=3 * unit)
        self._badge(image, frame, number, unit)
        return image

    def _badge(self, image: Image, frame: tuple[float, float, float, float], number: int, unit: int) -> None:
        """A round number at the frame's upper left corner, moved inside the picture where it would leave it."""
        from PIL import ImageDraw, ImageFont

        draw = ImageDraw.Draw(image)
        radius = 13 * unit
        x = min(max(frame[0] - radius * 0.6, radius + 1), image.width - radius - 2)
        y = min(max(frame[1] - radius * 0.6, radius + 1), image.height - radius - 2)
        circle = (x - radius, y - radius, x + radius, y + radius)
        draw.ellipse(circle, fill=_ACCENT, outline=_HALO, width=2 * unit)
        font = ImageFont.load_default(size=15 * unit)
        draw.text((x, y), str(number), fill=_HALO, font=font, anchor="mm")

    def _pixels(self, box: Box, image: Image) -> tuple[float, float, float, float]:
        """The box in image pixels, cut at the picture's edges."""
        return (
            max(0, round(box.x * self.scale)),
            max(0, round(box.y * self.scale)),
            min(image.width - 1, round((box.x + box.width) * self.scale)),
            min(image.height - 1, round((box.y + box.height) * self.scale)),
        )


def png(image: Image) -> bytes:
    """`image` as PNG, quickly rather than small."""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def thumbnail(image: Image, width: int = 480) -> bytes:
    """`image` as a small JPEG."""
    out = io.BytesIO()
    small = image.resize((width, max(1, round(image.height * width / image.width))))
    small.save(out, "JPEG", quality=78)
    return out.getvalue()
