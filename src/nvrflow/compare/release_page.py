"""A comparison as one HTML file that opens offline, for a release manager: the pages before and after side by side."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nvrflow.capture.controls import Box
from nvrflow.compare.comparison import Comparison
from nvrflow.compare.difference import CONSEQUENCES, Difference, Shot
from nvrflow.compare.sentence import consequence_of, sentence, with_spaces
from nvrflow.compare.summary_lines import counted
from nvrflow.report import nvrflow_version
from nvrflow.report.likeness import opened

_HEADINGS = {
    "breaking": ("Breaks", "A flow fails, or a browser refuses, until something is done."),
    "drift": ("Drifts or gets worse", "It still works, but by another locator, more slowly, or less safely than before."),
    "none": ("To know", "No flow and no element of the selector file is concerned."),
}
_CLOSE = 0.45  # of the picture's width: a change that is narrower is also shown enlarged
_AROUND = 40.0  # pixels around a change that is shown enlarged
_QUALITY = 82


@dataclass
class _Album:
    """The pictures of the page, each once, by the name of its style class."""

    names: dict[Path, str] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)

    def name(self, file: Path | None) -> str:
        """The class of the picture in `file`; empty where there is no picture."""
        if file is None:
            return ""
        if file not in self.names:
            image = opened(file)
            if image is None:
                return ""
            name, written = f"p{len(self.names)}", io.BytesIO()
            image.save(written, "WEBP", quality=_QUALITY, method=4)
            self.names[file], self.sizes[name] = name, image.size
            self.data[name] = base64.b64encode(written.getvalue()).decode()
        return self.names[file]


def as_html(comparison: Comparison) -> str:
    """The whole page."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("nvrflow.compare", "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    album = _Album()
    sections = [
        {"code": code, "title": _HEADINGS[code][0], "says": _HEADINGS[code][1], "items": [_item(one, album) for one in found]}
        for code in CONSEQUENCES
        if (found := [one for one in comparison.differences if one.consequence == code])
    ]
    return environment.get_template("compare.html.j2").render(
        version=nvrflow_version(),
        sides=[{**side.as_dict(), "letter": letter} for letter, side in (("Before", comparison.a), ("After", comparison.b))],
        counted=counted(comparison),
        worst=comparison.differences[0].consequence if comparison.differences else "same",
        first=comparison.first,
        sections=sections,
        accepted=[_item(one, album) for one in comparison.accepted],
        ignored=len(comparison.ignored),
        patch=comparison.patch,
        album=album,
    )


def _item(one: Difference, album: _Album) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "what": sentence(one),
        "where": one.where,
        "pages": one.pages,
        "languages": one.languages,
        "means": consequence_of(one),
        "note": one.note,
        "values": _values(one),
        "shots": [shown for shot in one.shots if (shown := _shot(shot, album))],
    }


def _values(one: Difference) -> list[tuple[str, str, str]]:
    """Before and after, by language where they differ by language."""
    if isinstance(one.before, Mapping) and isinstance(one.after, Mapping):
        show = with_spaces if one.aspect == "spaces" else str
        return [(language, show(words), show(one.after.get(language, ""))) for language, words in one.before.items()]
    if one.before is None and one.after is None:
        return []
    return [("", str(one.before or ""), str(one.after or ""))]


def _shot(shot: Shot, album: _Album) -> dict[str, Any] | None:
    sides = [_side(album, file, boxes) for file, boxes in ((shot.a, shot.boxes_a), (shot.b, shot.boxes_b))]
    if not any(side["picture"] for side in sides):
        return None
    return {"page": shot.page, "language": shot.language, "sides": sides}


def _side(album: _Album, file: Path | None, boxes: tuple[Box, ...]) -> dict[str, Any]:
    """One picture: its class, its boxes in per cent, and the part of it that is shown enlarged."""
    name = album.name(file)
    if not name:
        return {"picture": "", "boxes": [], "close": None}
    width, height = album.sizes[name]
    return {
        "picture": name,
        "ratio": f"{width} / {height}",
        "boxes": [_per_cent(box, (0.0, 0.0, float(width), float(height))) for box in boxes],
        "close": _close(boxes, width, height),
    }


def _per_cent(box: Box, whole: Box) -> str:
    """A box as a style, in per cent of the rectangle in which it is drawn."""
    left, top = (box[0] - whole[0]) / whole[2], (box[1] - whole[1]) / whole[3]
    sides = {"left": left, "top": top, "width": box[2] / whole[2], "height": box[3] / whole[3]}
    return ";".join(f"{side}:{value * 100:.2f}%" for side, value in sides.items())


def _close(boxes: tuple[Box, ...], width: int, height: int) -> dict[str, str] | None:
    """The part of a picture around a small change, as a style."""
    if not boxes or boxes[0][2] > _CLOSE * width or boxes[0][3] > _CLOSE * height:
        return None
    x, y, wide, high = boxes[0]
    part_width = min(max(wide + 2 * _AROUND, 260.0), width)
    part_height = min(max(high + 2 * _AROUND, 90.0), height, part_width)
    left = min(max(x + wide / 2 - part_width / 2, 0.0), width - part_width)
    top = min(max(y + high / 2 - part_height / 2, 0.0), height - part_height)
    across = left / (width - part_width) * 100 if width > part_width else 0
    down = top / (height - part_height) * 100 if height > part_height else 0
    style = f"aspect-ratio:{part_width:.0f} / {part_height:.0f};background-size:{width / part_width * 100:.1f}% auto;"
    return {
        "style": style + f"background-position:{across:.2f}% {down:.2f}%",
        "box": _per_cent(boxes[0], (left, top, part_width, part_height)),
    }
