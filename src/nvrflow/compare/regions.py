"""Two pictures compared as a person would: where they differ, without what a line of one pixel or smoother edges make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvrflow.capture.controls import Box

if TYPE_CHECKING:
    from PIL.Image import Image

NOTICED = 12  # how far a pixel has to differ in any colour, of 255, from everything near it in the other picture
_TILE = 8  # pixels of a square that is looked at if any of its pixels differs
_CELL = 8  # pixels; changed pixels in touching squares of this size are one region
_FEW = 6  # changed pixels in a square that nobody sees
_MOST = 0.5  # of a region's pixels, which have one colour instead of another: only the colour has changed
_RING = 3  # pixels around a region
_STEP = 16  # colours closer than this are one
_ENOUGH = 20_000  # pixels of a region that are looked at one by one

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Region:
    """A rectangle in pixels in which two pictures differ; `colours` is the most frequent colour before and after.

    `recoloured`: the shapes are the same, only a colour is another one.
    """

    box: Box
    colours: tuple[Colour, Colour]
    recoloured: bool


def regions(a: Image, b: Image, hidden_a: Iterable[Box] = (), hidden_b: Iterable[Box] = ()) -> list[Region]:
    """Where `a` and `b` differ, except in the hidden boxes of both. Pictures of another size are compared as far as both go."""
    size = min(a.width, b.width), min(a.height, b.height)
    a, b = a.crop((0, 0, *size)), b.crop((0, 0, *size))
    hidden = [*hidden_a, *hidden_b]
    a, b = _without(a, hidden), _without(b, hidden)
    return [_region(a, b, box) for box in boxes_of(unlike(a, b))]


def _without(image: Image, hidden: Iterable[Box]) -> Image:
    from PIL import ImageDraw

    covered = image.copy()
    draw = ImageDraw.Draw(covered)
    for x, y, width, height in hidden:
        draw.rectangle((x, y, x + width, y + height), fill=(128, 128, 128))
    return covered


def unlike(a: Image, b: Image) -> Image:
    """White where a pixel of either picture has no like within one pixel in the other (an envelope of 3 x 3 pixels).

    Both are RGB and of one size. Only the rectangles around what differs are looked at.
    """
    from PIL import Image, ImageChops

    mask = Image.new("L", a.size)
    changed = _strongest(ImageChops.difference(a, b)).point([min(255, value * 255) for value in range(256)])
    for left, top, right, bottom in _rectangles(changed, _TILE):
        edge = max(left - 1, 0), max(top - 1, 0), min(right + 1, a.width), min(bottom + 1, a.height)
        inner = left - edge[0], top - edge[1], min(right, a.width) - edge[0], min(bottom, a.height) - edge[1]
        mask.paste(_beyond(a.crop(edge), b.crop(edge)).crop(inner), (left, top))
    return mask


def _strongest(image: Image) -> Image:
    """The strongest of the three colours of each pixel."""
    from PIL import ImageChops

    red, green, blue = image.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _beyond(a: Image, b: Image) -> Image:
    from PIL import ImageChops

    found: Image | None = None
    for one, other in ((a, b), (b, a)):
        lowest, highest = _envelope(other, ImageChops.darker), _envelope(other, ImageChops.lighter)
        for beyond in (ImageChops.subtract(lowest, one), ImageChops.subtract(one, highest)):
            found = beyond if found is None else ImageChops.lighter(found, beyond)
    assert found is not None
    return _strongest(found).point([255 if value > NOTICED else 0 for value in range(256)])


def _envelope(image: Image, extreme: Callable[[Image, Image], Image]) -> Image:
    """Each pixel as the extreme of the 3 x 3 pixels around it; over shifted copies, which is ten times as fast as a filter."""
    for across, down in ((1, 0), (0, 1)):
        shifted = []
        for step in (-1, 1):
            copy = image.copy()
            copy.paste(image, (across * step, down * step))
            shifted.append(copy)
        image = extreme(extreme(image, shifted[0]), shifted[1])
    return image


def boxes_of(mask: Image) -> list[tuple[int, int, int, int]]:
    """The rectangles around connected squares with changed pixels: left, top, right, bottom."""
    found = []
    for box in _rectangles(mask, _CELL):
        part = mask.crop(box)
        exact = part.getbbox()
        if exact and part.histogram()[255] > _FEW:
            found.append((box[0] + exact[0], box[1] + exact[1], box[0] + exact[2], box[1] + exact[3]))
    return sorted(found, key=lambda box: (box[1], box[0]))


def _rectangles(mask: Image, size: int) -> Iterator[tuple[int, int, int, int]]:
    """A rectangle of whole squares of this size around each group of connected squares that are not black."""
    squares = mask.reduce(size)  # the mean of each square: above 0 where enough of its pixels are white
    marked = {(at % squares.width, at // squares.width) for at, value in enumerate(squares.tobytes()) if value}
    while marked:
        group = _connected(marked)
        left, top = min(x for x, _ in group) * size, min(y for _, y in group) * size
        yield left, top, (max(x for x, _ in group) + 1) * size, (max(y for _, y in group) + 1) * size


def _connected(marked: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """One group of squares of which each touches another one; they are taken out of `marked`."""
    group = [marked.pop()]
    for x, y in group:
        for near in [(x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]:
            if near in marked:
                marked.remove(near)
                group.append(near)
    return group


def _region(a: Image, b: Image, box: tuple[int, int, int, int]) -> Region:
    width, height = box[2] - box[0], box[3] - box[1]
    every = max(1, width * height // _ENOUGH)
    pixels = list(zip(_pixels(a.crop(box), every), _pixels(b.crop(box), every), strict=True))
    changed = [pair for pair in pixels if max(abs(i - j) for i, j in zip(*pair, strict=True)) > NOTICED]
    rough = Counter((_rough(one), _rough(other)) for one, other in changed).most_common(1)
    colours = Counter(changed).most_common(1)[0][0] if changed else ((0, 0, 0), (0, 0, 0))
    recoloured = bool(rough) and rough[0][1] >= _MOST * len(pixels) and not _goes_on(a, box, rough[0][0][0])
    return Region((box[0], box[1], width, height), colours, recoloured)


def _goes_on(image: Image, box: tuple[int, int, int, int], colour: Colour) -> bool:
    """Whether the ground around the region has this colour, too: then something is drawn on it, and it was not recoloured."""
    left, top, right, bottom = max(box[0] - _RING, 0), max(box[1] - _RING, 0), box[2] + _RING, box[3] + _RING
    frame = [
        (left, top, right, box[1]),
        (left, box[3], right, bottom),
        (left, box[1], box[0], box[3]),
        (box[2], box[1], right, box[3]),
    ]
    around = [pixel for part in frame if part[2] > part[0] and part[3] > part[1] for pixel in _pixels(image.crop(part))]
    return sum(_rough(pixel) == colour for pixel in around) > len(around) / 4


def _pixels(image: Image, every: int = 1) -> Sequence[Colour]:
    data = image.tobytes()
    return [(data[at], data[at + 1], data[at + 2]) for at in range(0, len(data), 3 * every)]


def _rough(colour: Colour) -> Colour:
    red, green, blue = (min(255, value // _STEP * _STEP + _STEP // 2) for value in colour)
    return red, green, blue
