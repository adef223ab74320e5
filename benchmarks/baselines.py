"""What the comparison of a picture with its baseline costs: 1280x720, of which up to a tenth differs.

    python benchmarks/baselines.py [--rounds 20]

The yardstick is Pillow's own difference of both pictures with a count of what it found; both are interleaved. The goal is 50 ms;
read the ratios too, because absolute times belong to the machine.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from functools import partial
from typing import Any

from flow import interleaved, report
from PIL import Image, ImageChops, ImageDraw

from nvrflow.baseline.levels import changed

SIZE = (1280, 720)
LEAST = 24  # pixels of the smallest place that is changed


def page(seed: int) -> Image.Image:
    """A page with much text, so that its edges are everywhere."""
    image = Image.new("RGB", SIZE, "#18202b")
    draw, rest = ImageDraw.Draw(image), random.Random(seed)
    for y in range(4, SIZE[1], 14):
        draw.text((8, y), "".join(rest.choice("abcdefgh ijklmnop qrstuvw") for _ in range(200)), fill="#cfd9e6")
    return image


def with_changes(image: Image.Image, places: int) -> Image.Image:
    """The page with a tenth of it replaced, in so many places all over it."""
    other, copy, rest = page(2), image.copy(), random.Random(places)
    side = max(LEAST, int((SIZE[0] * SIZE[1] / 10 / places) ** 0.5))
    for _ in range(places):
        left, top = rest.randrange(SIZE[0] - side), rest.randrange(SIZE[1] - side)
        copy.paste(other.crop((left, top, left + side, top + side)), (left, top))
    return copy


def bare(one: Image.Image, other: Image.Image) -> None:
    """The least that a comparison does."""
    ImageChops.difference(one, other).convert("L").histogram()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=20)
    chosen = options.parse_args()
    image = page(1)
    competitors: dict[str, Callable[[], Any]] = {}
    for name, other in {
        "nothing differs": image.copy(),
        "a tenth in one place": with_changes(image, 1),
        "a tenth in ten places": with_changes(image, 10),
        "a tenth in a hundred places": with_changes(image, 100),
    }.items():
        competitors[f"{name}, by hand"] = partial(bare, image, other)
        competitors[f"{name}, nvrflow"] = partial(changed, image, other)
    report(interleaved(competitors, chosen.rounds))


if __name__ == "__main__":
    main()
