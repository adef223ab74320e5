"""Places that look different, in words: a colour, an icon, something else, and the control in which it lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nvrflow.capture.controls import Box, Control, controls_of
from nvrflow.compare.clue import Aspect
from nvrflow.compare.difference import Difference
from nvrflow.compare.regions import Region, regions
from nvrflow.compare.sentence import sentence
from nvrflow.recorder.portrait import Sitter

if TYPE_CHECKING:
    from PIL.Image import Image

_SMALL = 40  # CSS pixels; a change up to this size within a control is its icon
Edges = tuple[int, int, int, int]


def told(sitter: Sitter, before: Image, after: Image, places: Sequence[Edges]) -> list[str]:
    """One sentence for each place, with where it is in pixels of the picture."""
    if before.size != after.size:
        was, now = ("x".join(map(str, image.size)) for image in (before, after))
        return [f"it has another size: {now} pixels (was {was})"]
    scale, origin = sitter.screen[2], sitter.corner
    controls, seen = controls_of(sitter.window.page), regions(before, after)
    return [_told(place, _region(place, seen), _control(_moved(place, scale, origin), controls), scale) for place in places]


def _told(place: Edges, region: Region | None, control: Control | None, scale: float) -> str:
    left, top, right, bottom = place
    name = control.name if control else ""
    recoloured = region is not None and region.recoloured
    is_icon = bool(name) and max(right - left, bottom - top) <= _SMALL * scale
    aspect: Aspect = "colour" if recoloured else "icon" if is_icon else "look"
    colours = tuple(map(_hex, region.colours)) if region is not None and recoloured else (None, None)
    about = Difference("picture", "changed", aspect, name, name, before=colours[0], after=colours[1])
    said = sentence(about) if aspect != "look" else "Something looks different" + (f' in "{name}"' if name else "")
    return f"{said}, at {left},{top} ({right - left}x{bottom - top} pixels)"


def _region(place: Edges, seen: Sequence[Region]) -> Region | None:
    return next((one for one in seen if one.box[:2] == place[:2]), None)


def _moved(place: Edges, scale: float, origin: tuple[float, float]) -> Box:
    """A place of the picture in CSS pixels of the window."""
    left, top, right, bottom = (value / scale for value in place)
    return left + origin[0], top + origin[1], right - left, bottom - top


def _control(box: Box, controls: Sequence[Control]) -> Control | None:
    """The smallest control with a name in whose box the middle of the place lies."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    inside = [
        one
        for one in controls
        if one.name and not one.covered and -2 <= x - one.box[0] <= one.box[2] + 2 and -2 <= y - one.box[1] <= one.box[3] + 2
    ]
    return min(inside, key=lambda one: one.box[2] * one.box[3], default=None)


def _hex(colour: tuple[int, int, int]) -> str:
    return "#" + "".join(f"{value:02x}" for value in colour)
