"""What looks different on a page although no words, states or places explain it: icons, colours, drawings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvrflow.capture.controls import Box, Control
from nvrflow.compare.clue import Aspect, Clue
from nvrflow.compare.regions import Colour, Region, regions
from nvrflow.compare.screen import Screen
from nvrflow.report.likeness import opened

if TYPE_CHECKING:
    from PIL.Image import Image

_AROUND = 8.0  # CSS pixels around what has changed: lines below tabs, shadows, focus rings
_SMALL = 40.0  # a change up to this size, within a control, is its icon


@dataclass(frozen=True)
class Seen:
    """A clue from a picture, with the box of the changed region on the page (CSS pixels), before and after."""

    clue: Clue
    box_a: Box
    box_b: Box


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
    for region in regions(a, b, hidden_a, hidden_b):
        about = _control_of(region.box, controls)
        yield Seen(_clue(screen, region, about), region.box, region.box)


def _at_another_place(screen: Screen, a: Image, b: Image) -> Iterator[Seen]:
    """Controls that only stand elsewhere now, cut out and laid over each other."""
    changed = {id(one) for clue in screen.clues for one in (*clue.a, *clue.b)}
    for pair in screen.pairs.both:
        same_size = all(abs(pair.a.box[at] - pair.b.box[at]) < 1 for at in (2, 3))
        if not pair.has_moved or not same_size or pair.a.covered or pair.b.covered or id(pair.a) in changed or pair.a.is_words:
            continue
        width, height = round(pair.a.box[2]), round(pair.a.box[3])
        cuts = [image.crop((round(x), round(y), round(x) + width, round(y) + height)) for image, (x, y) in
                ((a, pair.a.box[:2]), (b, pair.b.box[:2]))]  # fmt: skip
        for region in regions(*cuts)[:1]:
            yield Seen(_clue(screen, region, pair.b), pair.a.box, pair.b.box)


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
    return [_wider(box) for box in a], [_wider(box) for box in b]


def _wider(box: Box) -> Box:
    return box[0] - _AROUND, box[1] - _AROUND, box[2] + 2 * _AROUND, box[3] + 2 * _AROUND


def _control_of(box: Box, controls: Sequence[Control]) -> Control | None:
    """The smallest control that can be used in which the region mostly lies, or the nearest words to it."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    usable = [one for one in controls if not one.is_words and not one.covered]
    inside = [one for one in usable if -2 <= x - one.box[0] <= one.box[2] + 2 and -2 <= y - one.box[1] <= one.box[3] + 2]
    return min(inside, key=lambda one: one.box[2] * one.box[3], default=None)


def _clue(screen: Screen, region: Region, about: Control | None) -> Clue:
    small = max(region.box[2], region.box[3]) <= _SMALL
    aspect: Aspect = "colour" if region.recoloured else "icon" if about and small else "look"
    before, after = (None, None) if aspect != "colour" else tuple(map(_hex, region.colours))
    named = screen.tongue_b.identity(about, screen.name) if about else ""
    at = ",".join(str(round(value / 16)) for value in region.box[:2])
    what = f"{before}>{after}" if aspect == "colour" else named or f"{screen.name}@{at}"
    return Clue(
        "picture", "changed", aspect, what, about.name if about else "", screen.name, screen.language, before, after,
        b=(about,) if about else (),
    )  # fmt: skip


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{value:02x}" for value in colour)
