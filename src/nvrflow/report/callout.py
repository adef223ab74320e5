"""A short text beside what it is about, and the arrow from there to it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from nvrflow.report.annotating import Look, Pixels

if TYPE_CHECKING:
    from PIL.Image import Image

_AWAY = 46  # units between a target and the text about it: the length of the arrow
_FINER = 4  # arrows are drawn this much larger and reduced, so that their edges are smooth
_WHITE = (255, 255, 255)


def call_out(image: Image, target: Pixels, caption: Image | None, unit: int, busy: Sequence[Pixels] = ()) -> Pixels:
    """Draw an arrow to `target` in `image`, with `caption` where it begins; returns the place that both take.

    It stands where it hides least; `busy` are places that it must not hide. `unit` is how many pixels a thin line takes.
    """
    size = (caption.width, caption.height) if caption is not None else (unit, unit)
    place = _quietest(image, target, size, unit, busy)
    start, end = _ends(place, target, unit)
    _arrow(image, start, end, unit)
    if caption is not None:
        image.paste(caption.convert("RGB"), place[:2], caption.getchannel("A") if "A" in caption.getbands() else None)
    around = (*start, *end)
    return (
        min(place[0], *around[::2]), min(place[1], *around[1::2]), max(place[2], *around[::2]), max(place[3], *around[1::2]),
    )  # fmt: skip


def _quietest(image: Image, target: Pixels, size: tuple[int, int], unit: int, busy: Sequence[Pixels]) -> Pixels:
    """Where a caption of that size hides least; what lies outside of the picture is moved into it."""
    from PIL import ImageFilter, ImageStat

    best, least = target, math.inf
    for order, (left, top) in enumerate(_places(target, size, _AWAY * unit)):
        x, y = min(max(0, left), max(0, image.width - size[0])), min(max(0, top), max(0, image.height - size[1]))
        place = (x, y, x + size[0] - 1, y + size[1] - 1)
        edges = image.crop((place[0], place[1], place[2] + 1, place[3] + 1)).convert("L").filter(ImageFilter.FIND_EDGES)
        hidden = sum(_shared(place, one) for one in (target, *busy))
        cost = ImageStat.Stat(edges).mean[0] + order + 0.1 * (abs(x - left) + abs(y - top)) + 1000 * min(1, hidden)
        if cost < least:
            best, least = place, cost
    return best


def _places(target: Pixels, size: tuple[int, int], away: int) -> Iterator[tuple[int, int]]:
    """Upper left corners of a caption around the target: beside it, below and above it, and then askew."""
    across, down = (target[0] + target[2] - size[0]) // 2, (target[1] + target[3] - size[1]) // 2
    left, right = target[0] - away - size[0], target[2] + away
    above, below = target[1] - away - size[1], target[3] + away
    yield from ((right, down), (left, down), (across, below), (across, above))
    yield from ((right, below), (left, below), (right, above), (left, above))


def _ends(place: Pixels, target: Pixels, unit: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """From where to where the arrow goes: from the edge of the caption to just before the target."""
    middle = ((target[0] + target[2]) // 2, (target[1] + target[3]) // 2)
    start = _nearest(middle, place)
    end = _nearest(start, target)
    length = math.dist(start, end) or 1.0
    short = min(3 * unit, length / 2)
    return start, (round(end[0] + (start[0] - end[0]) * short / length), round(end[1] + (start[1] - end[1]) * short / length))


def _nearest(point: tuple[int, int], box: Pixels) -> tuple[int, int]:
    return min(max(point[0], box[0]), box[2]), min(max(point[1], box[1]), box[3])


def _arrow(image: Image, start: tuple[int, int], end: tuple[int, int], unit: int) -> None:
    """A line with a head at its end, in the colour of the frames, with a white line around it."""
    from PIL import Image, ImageDraw

    margin, look = 12 * unit, Look()
    left, top = min(start[0], end[0]) - margin, min(start[1], end[1]) - margin
    size = (abs(start[0] - end[0]) + 2 * margin, abs(start[1] - end[1]) + 2 * margin)
    tail, tip = (((x - left) * _FINER, (y - top) * _FINER) for x, y in (start, end))
    angle, head = math.atan2(tip[1] - tail[1], tip[0] - tail[0]), 9 * unit * _FINER
    wings = [(tip[0] - head * math.cos(angle + turn), tip[1] - head * math.sin(angle + turn)) for turn in (0.5, -0.5)]
    neck = ((wings[0][0] + wings[1][0]) / 2, (wings[0][1] + wings[1][1]) / 2)
    for colour, wider in ((_WHITE, 2 * unit * _FINER), (look.frame, 0)):
        mask = Image.new("L", (size[0] * _FINER, size[1] * _FINER), 0)
        draw = ImageDraw.Draw(mask)
        draw.line((*tail, *neck), fill=255, width=3 * unit * _FINER + wider)
        draw.polygon((tip, *wings), fill=255, outline=255, width=max(1, wider))
        image.paste(colour, (left, top), mask.resize(size, Image.Resampling.BOX))


def _shared(one: Pixels, other: Pixels) -> int:
    """How many pixels two places share."""
    across, down = min(one[2], other[2]) - max(one[0], other[0]) + 1, min(one[3], other[3]) - max(one[1], other[1]) + 1
    return max(0, across) * max(0, down)
