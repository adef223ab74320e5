"""What looks different on a page although no words, states or places explain it: icons, colours, drawings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvrflow.capture.controls import Box, Control
from nvrflow.capture.writer import LIGHTEST
from nvrflow.compare.clue import Aspect, Clue
from nvrflow.compare.pairs import Pair
from nvrflow.compare.regions import Colour, Region, regions
from nvrflow.compare.screen import Screen
from nvrflow.report.likeness import opened

if TYPE_CHECKING:
    from PIL.Image import Image

_AROUND = 8.0  # CSS pixels around what has changed: lines below tabs, shadows, focus rings
_NEAR = 48.0  # and around what came or went: the frame of a window, the ground of a menu
_SMALL = 40.0  # a change up to this size, within a control, is its icon
_WHOLE = 0.06  # CSS pixels; boxes are kept with one decimal
_SHIFTS = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))  # a place between two pixels is drawn at either of them
_STRUCTURE = ("added", "removed", "moved")


@dataclass(frozen=True)
class Seen:
    """A clue from a picture, with the box of the changed region on the page (CSS pixels), before and after.

    `about` is the identity of the control in which it lies, "" for none.
    """

    clue: Clue
    box_a: Box
    box_b: Box
    about: str = ""


def seen(screen: Screen) -> list[Seen]:
    """What looks different on one page; nothing if one of the captures has no picture of it."""
    files = screen.page_a.picture, screen.page_b.picture
    if files[0] is None or files[1] is None or files[0].read_bytes() == files[1].read_bytes():
        return []
    a, b = opened(files[0]), opened(files[1])
    if a is None or b is None:
        return []
    return [*_at_its_place(screen, a, b), *_at_another_place(screen, a, b)]


def _at_its_place(screen: Screen, a: Image, b: Image) -> Iterator[Seen]:
    hidden_a, hidden_b = explained(screen)
    controls = [pair.b for pair in screen.pairs.both]
    structure = [_wider(box, _NEAR) for clue in screen.clues if clue.change in _STRUCTURE for box in _both(clue)]
    moving = [
        *structure,
        *(_wider(box, _NEAR) for pair in screen.pairs.both if pair.has_moved for box in (pair.a.box, pair.b.box)),
    ]
    front = _front(screen)
    for region in regions(a, b, hidden_a, hidden_b):
        about = _control_of(region.box, controls)
        behind = front is not None and not _overlap(region.box, front)
        under = about is None and any(one.covered and _overlap(region.box, one.box) for one in controls)
        grown = about is None and any(_overlap(region.box, box) for box in (structure if region.recoloured else moving))
        if not (behind or under or grown):
            yield Seen(_clue(screen, region, about), region.box, region.box, _named(screen, about))


def _both(clue: Clue) -> Iterator[Box]:
    """The boxes of a clue; a window also as a whole."""
    for after in (False, True):
        boxes = clue.boxes(after)
        yield from boxes
        if len(boxes) > 1:
            yield _around(boxes)


def _front(screen: Screen) -> Box | None:
    """The rectangle in front of everything, where a window covers most of the page: its own page tells what lies behind."""
    uncovered = [one.box for one in screen.page_b.controls if not one.covered]
    if not uncovered or len(uncovered) > len(screen.page_b.controls) / 2:
        return None
    return _wider(_around(uncovered), _AROUND)


def _around(boxes: Sequence[Box]) -> Box:
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    return left, top, max(box[0] + box[2] for box in boxes) - left, max(box[1] + box[3] for box in boxes) - top


def _overlap(one: Box, other: Box) -> bool:
    return all(one[at] < other[at] + other[at + 2] and other[at] < one[at] + one[at + 2] for at in (0, 1))


def _at_another_place(screen: Screen, a: Image, b: Image) -> Iterator[Seen]:
    """Controls that only stand elsewhere now, cut out and laid over each other."""
    changed = {id(one) for clue in screen.clues for one in (*clue.a, *clue.b)}
    for pair in screen.pairs.both:
        same_size = all(abs(pair.a.box[at] - pair.b.box[at]) < 1 for at in (2, 3))
        if (
            not pair.has_moved
            or not same_size
            or not _by_whole_pixels(pair)
            or pair.a.covered
            or pair.b.covered
            or id(pair.a) in changed
            or pair.a.is_words
        ):
            continue
        found = min((regions(_cut(a, pair.a.box), _cut(b, pair.b.box, *by)) for by in _SHIFTS), key=len)
        for region in found[:1]:
            yield Seen(_clue(screen, region, pair.b), pair.a.box, pair.b.box, _named(screen, pair.b))


def _by_whole_pixels(pair: Pair) -> bool:
    """Whether it moved by whole pixels: between two pixels the same letters are drawn otherwise."""
    by = [pair.b.box[at] - pair.a.box[at] for at in (0, 1)]
    return all(abs(one - round(one)) < _WHOLE for one in by)


def _cut(image: Image, box: Box, right: int = 0, down: int = 0) -> Image:
    left, top = round(box[0]) + right, round(box[1]) + down
    return image.crop((left, top, left + round(box[2]), top + round(box[3])))


def explained(screen: Screen) -> tuple[list[Box], list[Box]]:
    """The boxes, before and after, in which words, states, places or data of the device explain a different look."""
    a, b = ([*boxes] for boxes in screen.data)
    for clue in screen.clues:
        if clue.aspect != "key":
            a += clue.boxes(after=False)
            b += clue.boxes(after=True)
    for pair in screen.pairs.both:
        restless = pair.a.name != pair.b.name or pair.a.value != pair.b.value
        if pair.has_moved or restless:
            a.append(pair.a.box)
            b.append(pair.b.box)
    a += [one.box for one in screen.pairs.gone]
    b += [one.box for one in screen.pairs.new]
    return [_wider(box, _AROUND) for box in a], [_wider(box, _AROUND) for box in b]


def _wider(box: Box, margin: float) -> Box:
    return box[0] - margin, box[1] - margin, box[2] + 2 * margin, box[3] + 2 * margin


def _control_of(box: Box, controls: Sequence[Control]) -> Control | None:
    """The smallest control that can be used in which the region mostly lies, or the nearest words to it."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    usable = [one for one in controls if not one.is_words and not one.covered]
    inside = [one for one in usable if -2 <= x - one.box[0] <= one.box[2] + 2 and -2 <= y - one.box[1] <= one.box[3] + 2]
    return min(inside, key=lambda one: one.box[2] * one.box[3], default=None)


def _clue(screen: Screen, region: Region, about: Control | None) -> Clue:
    small = max(region.box[2], region.box[3]) <= _SMALL
    aspect: Aspect = "colour" if region.recoloured else "icon" if about and small else "look"
    before, after = (None, None) if aspect != "colour" else tuple(map(_nearly, region.colours))
    named = _named(screen, about)
    what = ">".join(map(_hex, region.colours)) if aspect == "colour" else named or screen.name
    return Clue(
        "picture", "changed", aspect, what, about.name if about else "", screen.name, screen.language, before, after,
        b=(about,) if about else (),
    )  # fmt: skip


def _named(screen: Screen, about: Control | None) -> str:
    return screen.tongue_b.identity(about, screen.name) if about else ""


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{value:02x}" for value in colour)


def _nearly(colour: Colour) -> str:
    """A colour as far as the picture of a capture knows it: six bits of each channel, of which the highest are full light."""
    red, green, blue = (255 if value >= LIGHTEST else value for value in colour)
    return f"about {_hex((red, green, blue))}"
