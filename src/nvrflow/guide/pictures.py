"""The pictures of a guide: raw for baselines, marked as a crop and as a whole; written only if they changed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nvrflow.errors import NvrflowError
from nvrflow.guide.manual import Figure, Guide
from nvrflow.guide.source import Source
from nvrflow.guide.theme import Theme
from nvrflow.report import Step
from nvrflow.report.likeness import looks_same, opened
from nvrflow.report.pictures import Box, Picture

if TYPE_CHECKING:
    from PIL.Image import Image

_LEAST_WIDTH, _LEAST_HEIGHT = 840.0, 300.0  # CSS pixels of a crop
_MARGIN = 28.0
_MOST = 0.62  # the share of the screen up to which a container becomes the crop


@dataclass(frozen=True)
class Plate:
    """One picture of a guide in all its forms; `width` is the width of the crop in CSS pixels."""

    step_id: str
    raw: bytes
    crop: bytes
    whole: bytes
    crop_webp: bytes
    whole_webp: bytes
    width: int
    height: int


def plates(source: Source, guide: Guide, theme: Theme, earlier: Path) -> Iterator[Plate]:
    """Every picture of the guide. A raw picture in `earlier` is used again if the new picture looks like it.

    Raises NvrflowError when a target is not in its picture: a guide never has a picture that points at nothing.
    """
    steps = {step.id: step for step in source.steps}
    for figure in guide.figures():
        step = steps[figure.step_id]
        picture = source.picture(step)
        assert picture is not None
        yield _plate(figure, step, picture, theme, earlier / f"{figure.step_id}.png")


def _plate(figure: Figure, step: Step, picture: Picture, theme: Theme, earlier: Path) -> Plate:
    from PIL import Image

    raw = picture.raw()
    before = opened(earlier)
    if before is not None and looks_same(before, raw):
        raw = before
    shown = _dimmed(raw, picture, theme.box.dim) if theme.box.dim and picture.target else raw
    marked = picture.annotated(shown, figure.number, theme.look)
    frame = crop_of(step, picture, raw.width / picture.scale, raw.height / picture.scale)
    edges = [round(edge * picture.scale) for edge in (frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)]
    crop = marked.crop((edges[0], edges[1], edges[2], edges[3]))
    assert isinstance(crop, Image.Image)
    return Plate(
        figure.step_id,
        _png(raw),
        _png(crop),
        _png(marked),
        _webp(crop, 88),
        _webp(marked, 80),
        round(frame.width),
        round(frame.height),
    )


def crop_of(step: Step, picture: Picture, width: float, height: float) -> Box:
    """The part of a screen of that size (CSS pixels) that a reader needs: the container of the target, or a box around it.

    Raises NvrflowError when the target does not lie on the screen.
    """
    target = picture.target
    if target is None:
        return Box(0, 0, width, height)
    if target.x + target.width <= 0 or target.y + target.height <= 0 or target.x >= width or target.y >= height:
        raise NvrflowError(f"{picture.step_id}: the target lies outside the picture, so it cannot be boxed")
    around = [Box(*box) for box in step.target.around] if step.target else []
    fitting = [box for box in around if box.width * box.height <= _MOST * width * height and _inside(box, width, height)]
    core = fitting[0] if fitting else target
    across = min(width, max(core.width + 2 * _MARGIN, target.width + 2 * _MARGIN, _LEAST_WIDTH))
    down = min(height, max(core.height + 2 * _MARGIN, target.height + 2 * _MARGIN, _LEAST_HEIGHT))
    left = min(max(0.0, core.x + core.width / 2 - across / 2), width - across)
    top = min(max(0.0, core.y + core.height / 2 - down / 2), height - down)
    return Box(round(left), round(top), round(across), round(down))


def _inside(box: Box, width: float, height: float) -> bool:
    return box.x >= 0 and box.y >= 0 and box.x + box.width <= width and box.y + box.height <= height


def _dimmed(raw: Image, picture: Picture, dim: float) -> Image:
    """The picture with all but the target darker."""
    from PIL import Image

    assert picture.target is not None
    box = picture.target
    edges = [round(edge * picture.scale) for edge in (box.x, box.y, box.x + box.width, box.y + box.height)]
    darker = Image.blend(raw, Image.new("RGB", raw.size, (0, 0, 0)), dim)
    place = (max(0, edges[0]), max(0, edges[1]), min(raw.width, edges[2]), min(raw.height, edges[3]))
    darker.paste(raw.crop(place), (place[0], place[1]))
    return darker


def _png(image: Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()


def _webp(image: Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()
