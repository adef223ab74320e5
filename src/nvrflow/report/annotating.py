"""Marks a step's target in a picture: a frame around it, and the step's number in a badge where it hides least."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

Pixels = tuple[int, int, int, int]  # first and last pixel across and down: left, top, right, bottom
Colour = tuple[int, int, int]
_WHITE = (255, 255, 255)
_FINER = 4  # badge and corners are drawn this much larger and reduced, so that their edges are smooth


@dataclass(frozen=True)
class Look:
    """How a mark looks: colours, and sizes in units. A white line of one unit lies on either side of the frame.

    `radius` is that of the frame's corners, `reach` its distance from the target, `badge` the badge's radius (0: none).
    """

    frame: Colour = (229, 38, 58)
    width: int = 3
    radius: int = 7
    reach: int = 6
    badge: int = 13
    face: Colour = (229, 38, 58)
    ink: Colour = _WHITE
    round: bool = True


def mark(image: Image, target: Pixels, label: int | str, unit: int, look: Look | None = None) -> None:
    """Box `target` in `image` and put `label` beside it; `unit` is how many pixels a thin line takes.

    The frame is outside the target, cut at the picture's edges, with a white line on either side that keeps it visible on any
    background. Equal pictures give equal pixels.
    """
    look = look or Look()
    reach = look.reach * unit
    frame = (
        max(0, target[0] - reach),
        max(0, target[1] - reach),
        min(image.width - 1, target[2] + reach),
        min(image.height - 1, target[3] + reach),
    )
    place = _quietest(image, target, frame, look.badge * unit) if look.badge else None
    _outline(image, frame, look.radius * unit, (look.width + 2) * unit, _WHITE)
    inner = (frame[0] + unit, frame[1] + unit, frame[2] - unit, frame[3] - unit)
    _outline(image, inner, max(0, look.radius - 1) * unit, look.width * unit, look.frame)
    if place is not None:
        _badge(image, place, look.badge * unit, str(label), look)


def _outline(image: Image, frame: Pixels, radius: int, width: int, colour: Colour) -> None:
    """A rounded rectangle whose corners are smooth; only the corners are drawn finer, because frames can be large."""
    from PIL import Image, ImageDraw

    across, down = frame[2] - frame[0] + 1, frame[3] - frame[1] + 1
    if across < 2 or down < 2:
        return
    half = min(across, down) // 2
    radius, width = min(radius, half), min(width, half)
    mask = Image.new("L", (across, down), 0)
    ImageDraw.Draw(mask).rectangle((0, 0, across - 1, down - 1), outline=255, width=width)
    side = max(radius, width)
    tile = Image.new("L", (2 * side * _FINER, 2 * side * _FINER), 0)
    edge = 2 * side * _FINER - 1
    ImageDraw.Draw(tile).rounded_rectangle((0, 0, edge, edge), radius * _FINER, outline=255, width=width * _FINER)
    tile = tile.resize((2 * side, 2 * side), Image.Resampling.BOX)
    for x, from_x in ((0, 0), (across - side, side)):
        for y, from_y in ((0, 0), (down - side, side)):
            mask.paste(tile.crop((from_x, from_y, from_x + side, from_y + side)), (x, y))
    image.paste(colour, (frame[0], frame[1]), mask)


def _badge(image: Image, place: tuple[int, int], radius: int, label: str, look: Look) -> None:
    """A filled circle or square with a white rim and the label in it, its centre at `place`."""
    from PIL import Image, ImageDraw, ImageFont

    size = 2 * radius + 1
    large = size * _FINER
    disc, face = Image.new("L", (large, large), 0), Image.new("RGB", (large, large), _WHITE)
    rim, corner = large * 0.07, large * (0.5 if look.round else 0.18)
    ImageDraw.Draw(disc).rounded_rectangle((0, 0, large - 1, large - 1), corner, fill=255)
    draw = ImageDraw.Draw(face)
    draw.rounded_rectangle((rim, rim, large - 1 - rim, large - 1 - rim), max(0, corner - rim), fill=look.face)
    font = ImageFont.load_default(size=large * {1: 0.6, 2: 0.54}.get(len(label), 0.42))
    draw.text((large / 2, large / 2), label, fill=look.ink, font=font, anchor="mm", stroke_width=_FINER // 3)
    reduced = [part.resize((size, size), Image.Resampling.BOX) for part in (face, disc)]
    image.paste(reduced[0], (place[0] - radius, place[1] - radius), reduced[1])


def _quietest(image: Image, target: Pixels, frame: Pixels, radius: int) -> tuple[int, int]:
    """The place on the frame where a badge hides as little of the target as possible.

    Among places that hide equally much of the target, the place over the emptiest part of the picture wins, then the upper left
    corner.
    """
    from PIL import ImageFilter, ImageStat

    best, least = (radius, radius), math.inf
    for order, (x, y) in enumerate(_places(target, frame, radius)):
        centre = (min(max(x, radius), image.width - 1 - radius), min(max(y, radius), image.height - 1 - radius))
        below = (max(0, centre[0] - radius), max(0, centre[1] - radius), centre[0] + radius + 1, centre[1] + radius + 1)
        edges = image.crop(below).convert("L").filter(ImageFilter.FIND_EDGES)
        inside = (frame[0] - below[0], frame[1] - below[1], frame[2] + 1 - below[0], frame[3] + 1 - below[1])
        edges.paste(0, inside)
        busy = ImageStat.Stat(edges).mean[0]
        cost = busy + 0.5 * order + 1000 * _hidden(target, centre, radius)
        if cost < least:
            best, least = centre, cost
    return best


def _places(target: Pixels, frame: Pixels, radius: int) -> Iterator[tuple[int, int]]:
    """Centres for a badge that touch the frame from outside: its corners first, then the middles of its sides."""
    out = math.ceil(radius * 0.75)
    left, top, right, bottom = target[0] - out, target[1] - out, target[2] + out, target[3] + out
    yield from ((left, top), (right, top), (left, bottom), (right, bottom))
    middle, centre = (frame[0] + frame[2]) // 2, (frame[1] + frame[3]) // 2
    away = radius + 1
    yield from ((target[0] - away, centre), (target[2] + away, centre), (middle, target[1] - away), (middle, target[3] + away))


def _hidden(target: Pixels, centre: tuple[int, int], radius: int) -> float:
    """How much of the badge is on the target, 0 to 1; a badge beside the target hides nothing."""
    near = (min(max(centre[0], target[0]), target[2]), min(max(centre[1], target[1]), target[3]))
    apart = math.hypot(centre[0] - near[0], centre[1] - near[1])
    return max(0.0, 1 - apart / radius)
