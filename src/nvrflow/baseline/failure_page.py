"""What differs from a baseline, as one HTML file that opens offline: in words, then before and after with the places marked."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvrflow.report import nvrflow_version

if TYPE_CHECKING:
    from PIL.Image import Image

Edges = tuple[int, int, int, int]


@dataclass(frozen=True)
class Lines:
    """One side in words: its lines, and the numbers (from 0) of those that changed."""

    lines: Sequence[str]
    marked: Sequence[int]


@dataclass(frozen=True)
class Shown:
    """One side as a picture; `boxes` are left, top, right and bottom of what changed, in its pixels."""

    image: Image
    boxes: Sequence[Edges]

    @property
    def source(self) -> str:
        """The picture as an address of its own."""
        written = io.BytesIO()
        self.image.save(written, "PNG")
        return "data:image/png;base64," + base64.b64encode(written.getvalue()).decode()

    @property
    def styles(self) -> list[str]:
        """Each box as a style, in per cent of the picture, with room around what is marked."""
        width, height = self.image.size
        return [
            f"left:{100 * (left - 3) / width:.2f}%;top:{100 * (top - 3) / height:.2f}%;"
            f"width:{100 * (right - left + 6) / width:.2f}%;height:{100 * (bottom - top + 6) / height:.2f}%"
            for left, top, right, bottom in self.boxes
        ]


@dataclass(frozen=True)
class Account:
    """What a failure page tells: `title` in one sentence, each change in words, both sides, and how to accept it."""

    title: str
    baseline: str
    test: str
    says: Sequence[str]
    before: Lines | Shown
    after: Lines | Shown
    accept: str


def failure_page(account: Account) -> str:
    """The whole page."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader

    loader = ChoiceLoader([PackageLoader("nvrflow.baseline", "templates"), PackageLoader("nvrflow.compare", "templates")])
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    narrow = isinstance(account.after, Shown) and account.after.image.width < 700
    return environment.get_template("baseline.html.j2").render(
        told=account,
        pictures=isinstance(account.after, Shown),
        sides=[("Before, as in the baseline", account.before), ("Now", account.after)],
        narrow=narrow,
        version=nvrflow_version(),
    )
