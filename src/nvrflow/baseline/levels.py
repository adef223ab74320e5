"""Two pictures of one thing compared, each region as strictly as wanted."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from nvrflow.capture.controls import Box
from nvrflow.compare.regions import boxes_of, unlike

if TYPE_CHECKING:
    from PIL.Image import Image

Level = Literal["exact", "seen", "layout", "ignore"]
Edges = tuple[int, int, int, int]
LEVELS: tuple[Level, ...] = get_args(Level)
_COVER = (128, 128, 128)
_CELL = 8  # pixels; on the level `layout` things may lie and end as far from where they were as one such square beside its own
_DRAWN = 24  # how far of 255 a pixel differs from its neighbours where something is drawn


@dataclass(frozen=True)
class Area:
    """A rectangle in pixels of the picture that is compared on a level of its own.

    `exact`: every pixel. `seen`: what a person sees; smoother edges and lines that lie one pixel off are alike. `layout`: where
    something is drawn, whatever its words and colours. `ignore`: nothing.
    """

    box: Box
    level: Level


def without(image: Image, areas: Iterable[Area]) -> Image:
    """The picture with a cover over each area that is ignored, as it is kept."""
    return _covered(image, [area.box for area in areas if area.level == "ignore"])


def changed(before: Image, after: Image, areas: Sequence[Area] = (), tolerance: float = 0.0) -> list[Edges]:
    """Where two RGB pictures differ: left, top, right, bottom in pixels; the whole picture if it has another size.

    `tolerance` is the share of the picture's pixels (0 to 1) that may be seen to differ; up to it, nothing differs.
    """
    if before.size != after.size:
        return [(0, 0, *after.size)]
    before, after = without(before, areas), without(after, areas)
    own = [area.box for area in areas if area.level != "seen"]
    mask = unlike(_covered(before, own), _covered(after, own))
    found = boxes_of(mask)
    if found and tolerance and mask.histogram()[255] <= tolerance * mask.width * mask.height:
        found = []
    for area in areas:
        if area.level in ("exact", "layout"):
            edge = _edge(area.box, after.size)
            a, b = before.crop(edge), after.crop(edge)
            inner = _at_all(a, b) if area.level == "exact" else _arrangement(a, b)
            found += [(box[0] + edge[0], box[1] + edge[1], box[2] + edge[0], box[3] + edge[1]) for box in inner]
    return [one for one in found if not any(_holds(other, one) for other in found)]


def _holds(outer: Edges, inner: Edges) -> bool:
    """Whether one place lies within another, larger one, as words do in a window that came."""
    within = outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]
    return within and outer != inner


def picture(data: bytes) -> Image:
    """The RGB picture of a PNG. Raises OSError if it is none."""
    from PIL import Image, UnidentifiedImageError

    try:
        return Image.open(io.BytesIO(data)).convert("RGB")
    except UnidentifiedImageError:
        raise OSError("it is not a picture") from None


def _covered(image: Image, boxes: Sequence[Box]) -> Image:
    if not boxes:
        return image
    from PIL import ImageDraw

    copy = image.copy()
    draw = ImageDraw.Draw(copy)
    for box in boxes:
        left, top, right, bottom = _edge(box, image.size)
        if right > left and bottom > top:
            draw.rectangle((left, top, right - 1, bottom - 1), fill=_COVER)
    return copy


def _edge(box: Box, size: tuple[int, int]) -> Edges:
    """Whole pixels around a box, within the picture."""
    left, top = max(int(box[0]), 0), max(int(box[1]), 0)
    right, bottom = -int(-(box[0] + box[2]) // 1), -int(-(box[1] + box[3]) // 1)
    return left, top, max(min(right, size[0]), left), max(min(bottom, size[1]), top)


def _at_all(a: Image, b: Image) -> list[Edges]:
    from PIL import ImageChops

    box = ImageChops.difference(a, b).getbbox()
    return [box] if box else []


def _arrangement(a: Image, b: Image) -> list[Edges]:
    """Where squares of one picture have something drawn in them, and neither they nor their neighbours do in the other."""
    from PIL import ImageChops, ImageFilter

    one, other = _drawn(a), _drawn(b)
    grown = [image.filter(ImageFilter.MaxFilter(3)) for image in (one, other)]
    box = ImageChops.lighter(ImageChops.subtract(one, grown[1]), ImageChops.subtract(other, grown[0])).getbbox()
    return [(box[0] * _CELL, box[1] * _CELL, min(box[2] * _CELL, a.width), min(box[3] * _CELL, a.height))] if box else []


def _drawn(image: Image) -> Image:
    """One pixel for each square, white where something is drawn."""
    from PIL import ImageFilter

    edges = image.convert("L").filter(ImageFilter.FIND_EDGES).point([255 if value > _DRAWN else 0 for value in range(256)])
    return edges.reduce(_CELL).point([255 if value else 0 for value in range(256)])
