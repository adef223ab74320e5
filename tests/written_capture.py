"""Captures written by a test: pages with the controls that it needs, without a recorder and without a browser."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PIL import Image

from nvrflow.capture.archive import CapturedElement
from nvrflow.capture.controls import Control
from nvrflow.compare.side import Side, side_of
from nvrflow.content import as_yaml

DEVICE: dict[str, Any] = {
    "https": {"in_use": True, "redirect": True, "hsts": None, "versions": {"TLSv1.2": ["ECDHE-RSA-AES128-GCM-SHA256"]}},
    "certificates": [
        {"key": "RSA 2048", "signature": "sha256", "san": ["IP:192.0.2.1"], "not_before": "2026-10-29", "not_after": "2036-11-25"}
    ],
    "cookies": [{"name": "Session", "secure": True, "http_only": True, "same_site": "Lax"}],
    "start": {"challenge": ""},
}


def button(name: str, x: float, y: float, **more: Any) -> Control:
    """A button of a usual size; its words have a key made from its name unless `key` says otherwise."""
    given = {"key": f"t={name.lower()}", "box": (x, y, 100.0, 26.0), "tag": "a", "attributes": {"class": "btn"}, **more}
    return Control("button", name, "text", **given)


def words(name: str, x: float, y: float, **more: Any) -> Control:
    """Words that belong to no control."""
    given = {"key": f"t={name.lower()}", "box": (x, y, 7.0 * len(name), 15.0), "tag": "span", **more}
    return Control(given.pop("role", "text"), name, "text", **given)


@dataclass(frozen=True)
class Written:
    """A capture to be written: the controls of each page, and facts that differ from the usual ones."""

    pages: Mapping[str, Sequence[Control]]
    languages: tuple[str, ...] = ("en",)
    spoken: Mapping[str, Mapping[str, Sequence[Control]]] = field(default_factory=dict)  # pages that a language has otherwise
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    elements: Mapping[str, Mapping[str, CapturedElement]] = field(default_factory=dict)
    device: Mapping[str, Any] = field(default_factory=lambda: DEVICE)
    seconds: float = 0.5
    model: str = "NVR4216"
    selectors: str | None = None
    made_up: tuple[str, ...] = ()
    unreached: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, Image.Image] = field(default_factory=dict)

    def without(self, **changes: Any) -> Written:
        """The same with other facts."""
        return replace(self, **changes)

    def at(self, folder: Path) -> Side:
        """Write it, and read it as a side of a comparison."""
        for language in self.languages:
            for page, controls in {**self.pages, **self.spoken.get(language, {})}.items():
                self._page(folder / "pages" / language / page, page, controls)
        states = {**dict.fromkeys(self.pages, "ok"), **self.unreached}
        summary = {
            "format": 1, "nvrflow": "0.1.0", "when": "2026-11-28T06:00:00+00:00", "firmware": "dahua/nvr_v4", "model": self.model,
            "version": "4.1", "variant": {"model": self.model}, "languages": [*self.languages],
            "pages": dict.fromkeys(self.languages, states), "made_up": [*self.made_up],
            "selectors": self.selectors,
        }  # fmt: skip
        (folder / "capture.yaml").write_text(as_yaml(summary), encoding="utf-8")
        (folder / "device.json").write_text(json.dumps(dict(self.device)), encoding="utf-8")
        for language, dictionary in self.words.items():
            (folder / "words").mkdir(exist_ok=True)
            (folder / "words" / f"{language}.json").write_text(json.dumps(dict(dictionary)), encoding="utf-8")
        return side_of(str(folder), _no_recorder)

    def _page(self, folder: Path, page: str, controls: Sequence[Control]) -> None:
        folder.mkdir(parents=True)
        elements = {
            name: {"counts": list(one.counts), "locator": one.locator, "box": list(one.box) if one.box else None}
            for name, one in self.elements.get(page, {}).items()
        }
        facts = {
            "path": "/", "title": page, "seconds": self.seconds, "elements": elements,
            "controls": [{**one.as_dict(), "name": one.name} for one in controls],
        }  # fmt: skip
        (folder / "page.yaml").write_text(as_yaml(facts), encoding="utf-8")
        if page in self.pictures:
            self.pictures[page].save(folder / "page.png")


def _no_recorder(url: str) -> Any:
    raise AssertionError(f"no recorder is captured in this test: {url}")
