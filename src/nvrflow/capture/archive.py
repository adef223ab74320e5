"""The capture folder and its reader: what a recorder's pages were like, to be looked at without the recorder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from nvrflow.capture.captured_file import Part, checked, json_in, noun_in, text_in, yaml_in
from nvrflow.capture.controls import Box, Control
from nvrflow.capture.device_shape import Device
from nvrflow.capture.inventory import check_unchanged, files_of
from nvrflow.errors import InvalidFile, WrongCall

FORMAT = 1  # the number in capture.yaml; it is raised when an older nvrflow could no longer read what is written
NAME = "capture.yaml"
OK = "ok"
HELD = "the way there would change the recorder"
NOT_OFFERED = "not offered by this device"
PICTURES = ("page.webp", "page.png")  # a page's picture; until 0.3.0 it was a PNG


@dataclass(frozen=True)
class Variant:
    """What tells captures apart that are not comparable; None where the recorder does not say it."""

    model: str | None = None
    hardware: str | None = None
    oem: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class Summary:
    """What capture.yaml says: by which nvrflow, when (ISO 8601, UTC), of which device, and what was replaced or removed.

    `firmware` names the selector file (None: none fits). `pages` says for each language of each page `ok`, or why it was not
    reached. `replaced` counts made-up values by kind, `made_up` are all of them. `removed` are files and parts that could not
    be cleared of private data. `differs` are elements that a locator finds on the captured page otherwise than live.
    `simulated`: no real device. `selectors` is the digest of the selector file, and `files` the SHA-256 of each other file as it
    was written; older captures have neither.
    """

    format: int
    nvrflow: str
    when: str
    firmware: str | None = None
    selectors: str | None = None
    model: str | None = None
    version: str | None = None
    variant: Variant = field(default_factory=Variant)
    simulated: bool = False
    donated: bool = False
    languages: tuple[Part, ...] = ()
    pages: Mapping[Part, Mapping[Part, str]] = field(default_factory=dict)
    replaced: Mapping[str, int] = field(default_factory=dict)
    made_up: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def missed(self) -> tuple[str, ...]:
        """The pages (`LANGUAGE/PAGE`) that a device like this one has, and that were not captured nevertheless."""
        states = ((f"{code}/{page}", state) for code, pages in self.pages.items() for page, state in pages.items())
        return tuple(place for place, state in states if state != OK and not state.startswith((HELD, NOT_OFFERED)))


@dataclass(frozen=True)
class CapturedElement:
    """How the locators of one element of the selector file matched live.

    `counts`: how many visible elements each locator matched. `locator`: the place (from 0) of the first that matched exactly one;
    None if none did. `box`: that element's place in CSS pixels of the page (x, y, width, height).
    """

    counts: tuple[int, ...] = ()
    locator: int | None = None
    box: Box | None = None


@dataclass(frozen=True)
class PageFacts:
    """What page.yaml says of one page: its address, and what was seen there.

    `path` is the path and query of its address. `seconds` is how long the way there took. `scripts` holds the answers of the
    selector file's `ready` scripts by their text. `elements` and `rows` are those of the selector file by name. `frames` are the
    files of frames beside page.html by the frame's address. `window`: it opened in a browser window of its own. `aria` is
    Playwright's snapshot with boxes; `controls` are all labelled controls.
    """

    path: str
    title: str = ""
    seconds: float = 0.0
    window: bool = False
    scripts: Mapping[str, Any] = field(default_factory=dict)
    elements: Mapping[str, CapturedElement] = field(default_factory=dict)
    rows: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    frames: Mapping[str, Part] = field(default_factory=dict)
    aria: str = ""
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True)
class CapturedPage:
    """One page of the selector file in one language, as it was captured; files are read when they are asked for."""

    folder: Path
    language: str
    name: str

    @cached_property
    def facts(self) -> PageFacts:
        """What page.yaml says. Raises InvalidFile."""
        return noun_in(self.folder / "page.yaml", PageFacts)

    @property
    def html(self) -> str:
        """The page as static HTML. Raises InvalidFile."""
        return text_in(self.folder / "page.html")

    @property
    def aria(self) -> str:
        """Playwright's aria snapshot with boxes."""
        return self.facts.aria

    @property
    def controls(self) -> tuple[Control, ...]:
        """Every labelled control of the page, also those in frames."""
        return self.facts.controls

    @property
    def elements(self) -> Mapping[str, CapturedElement]:
        """The elements of the selector file's page by name."""
        return self.facts.elements

    @property
    def path(self) -> str:
        """Path and query of the page's address."""
        return self.facts.path

    @property
    def title(self) -> str:
        """The document's title."""
        return self.facts.title

    @property
    def seconds(self) -> float:
        """How long the way to the page took, in seconds."""
        return self.facts.seconds

    @property
    def picture(self) -> Path | None:
        """The file of its picture, which holds made-up values only; None if there is none."""
        return next((file for name in PICTURES if (file := self.folder / name).is_file()), None)


@dataclass(frozen=True)
class Capture:
    """One capture folder: what it is (`summary`), what the device showed of itself, and its pages by language."""

    folder: Path
    summary: Summary

    @classmethod
    def open(cls, folder: Path) -> Capture:
        """The capture in `folder`. Raises WrongCall where there is none, InvalidFile for a damaged or newer one.

        One with a file that has changed or is missing, with a symbolic link, or with more or larger files than any capture has,
        raises InvalidFile as well.
        """
        file = folder / NAME
        if not file.is_file():
            what = "is not a folder" if not folder.is_dir() else f"is not a capture, because it has no {NAME}"
            raise WrongCall(f"{folder}: {what}; `nvrflow capture URL --out FOLDER` makes one")
        files = files_of(folder)
        data = yaml_in(file)
        number = data.get("format") if isinstance(data, dict) else None
        if type(number) is int and number > FORMAT:
            raise InvalidFile(f"has the format {number}, and this nvrflow reads only {FORMAT}; use a newer nvrflow", file)
        summary = checked(data, Summary, file)
        check_unchanged(folder, files, summary.files, summary.removed)
        return cls(folder, summary)

    @staticmethod
    def is_at(place: Path | str) -> bool:
        """Whether `place` is a folder with a capture in it."""
        try:
            return (Path(place) / NAME).is_file()
        except OSError:  # an address that is longer than any name of a file
            return False

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which pages were captured."""
        return self.summary.languages

    @property
    def firmware(self) -> str | None:
        """The name of the selector file with which it was captured."""
        return self.summary.firmware

    @cached_property
    def device(self) -> Mapping[str, Any]:
        """What device.json says: `identify`, `start`, `answers`, `fetched`, `https`, `certificates`, `cookies`, `requests`.

        Raises InvalidFile.
        """
        file = self.folder / "device.json"
        if "device.json" in self.summary.removed:
            return {}
        data = checked(json_in(file), dict[str, Any], file)
        checked(data, Device, file)
        return data

    def words(self, language: str) -> dict[str, str]:
        """The words of the recorder's own dictionary by key; empty if it has none in this language. Raises InvalidFile."""
        file = self.folder / "words" / f"{language}.json"
        return checked(json_in(file), dict[str, str], file) if file.is_file() else {}

    def pages(self, language: str | None = None) -> tuple[CapturedPage, ...]:
        """Every page that was reached, in the order of the visit; without a language those of the first one."""
        language = language or next(iter(self.languages), "")
        states = self.summary.pages.get(language, {})
        return tuple(self._page(language, name) for name, state in states.items() if state == OK)

    def page(self, name: str, language: str | None = None) -> CapturedPage:
        """The page `name`. Raises WrongCall if it was not reached, or does not exist."""
        language = language or next(iter(self.languages), "")
        state = self.summary.pages.get(language, {}).get(name, "the capture has no such page")
        if state != OK:
            raise WrongCall(f"{self.folder}: {name} ({language}): {state}")
        return self._page(language, name)

    def _page(self, language: str, name: str) -> CapturedPage:
        return CapturedPage(self.folder / "pages" / language / name, language, name)
