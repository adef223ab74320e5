"""A picture for documentation as it is kept: cut out, marked with numbers, arrows and short texts, and encoded."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nvrflow.report import Illustration, Rectangle
from nvrflow.report.annotating import Look, Pixels, mark
from nvrflow.report.callout import call_out
from nvrflow.report.pictures import Box, Picture

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True)
class Sheet:
    """The facts of an illustration, the screen in which it is (PNG), and the texts beside arrows as pictures (PNG), by text."""

    facts: Illustration
    screen: bytes
    captions: Mapping[str, bytes] = field(default_factory=dict)

    def image(self) -> Image:
        """The finished picture. Raises NvrflowError when the screen is not a picture."""
        from PIL import Image

        facts, look = self.facts, Look()
        shown = Picture(facts.name, self.screen, None, (), facts.scale)
        image, unit = shown.raw(), max(1, round(facts.scale))
        places = [shown.pixels(Box(*one.box), image) for one in facts.pointers]
        seen = [(one, place) for one, place in zip(facts.pointers, places, strict=True) if place is not None]
        taken = [place for _, place in seen]
        for one, place in seen:
            if one.number is not None:
                mark(image, place, one.number, unit, look)
                taken.append(_grown(place, 2 * look.badge * unit))
        for one, place in seen:
            if one.number is None:
                caption = Image.open(io.BytesIO(self.captions[one.text])) if one.text else None
                taken.append(call_out(image, place, caption, unit, taken))
        return image.crop(self._edges(facts.box, taken, image)) if facts.box is not None else image

    def encoded(self, ending: str) -> bytes:
        """The finished picture as a file: `.png` or `.webp`, both without loss."""
        out = io.BytesIO()
        if ending == ".webp":
            self.image().save(out, "WEBP", lossless=True, quality=100, method=4)
        else:
            self.image().save(out, "PNG", compress_level=6)
        return out.getvalue()

    def _edges(self, box: Rectangle, taken: list[Pixels], image: Image) -> tuple[int, int, int, int]:
        """Where the picture is cut: around its element with the padding, and around all that was drawn."""
        scale, padding = self.facts.scale, self.facts.padding
        left, top, right, bottom = box[0] - padding, box[1] - padding, box[0] + box[2] + padding, box[1] + box[3] + padding
        edges = [round(left * scale), round(top * scale), round(right * scale), round(bottom * scale)]
        for place in taken:
            edges = [min(edges[0], place[0]), min(edges[1], place[1]), max(edges[2], place[2] + 1), max(edges[3], place[3] + 1)]
        return max(0, edges[0]), max(0, edges[1]), min(image.width, edges[2]), min(image.height, edges[3])


def _grown(place: Pixels, by: int) -> Pixels:
    return place[0] - by, place[1] - by, place[2] + by, place[3] + by
