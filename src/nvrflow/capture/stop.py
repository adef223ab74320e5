"""One stop of the tour: the page that is shown now becomes static HTML, and is read again from that HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nvrflow.address import link_of
from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.capture.archive import PageFacts
from nvrflow.capture.controls import FIELDS, Control, controls_of
from nvrflow.capture.heard import Heard
from nvrflow.capture.known_values import learn_controls, learn_page
from nvrflow.capture.resource import within
from nvrflow.capture.scrubber import Scrubber
from nvrflow.capture.shelf import Shelf
from nvrflow.capture.sightings import differences, elements_on, rows_on
from nvrflow.capture.snapshot import Snapshot, Wardrobe, snapshot_of
from nvrflow.capture.writer import Writer
from nvrflow.firmware import Page
from nvrflow.recorder.finder import Finder
from nvrflow.recorder.secret_fields import mark_shown
from nvrflow.recorder.window import window_of

if TYPE_CHECKING:
    from playwright.sync_api import Page as BrowserPage

    from nvrflow.recorder import Recorder

_GLANCE = 5000  # milliseconds
_UNTIL_READY = 1200  # milliseconds without an answer, where nothing says when a page is ready: some ask again and again
_HIDDEN = "all => all.forEach(one => one.style.setProperty('opacity', '0', 'important'))"
_BOUNDARY = {"width": 1280, "height": 720}


@dataclass(frozen=True)
class _Kept:
    """A page that was written: `known` are the private values that were known then."""

    name: str
    snapshot: Snapshot
    facts: dict[str, Any]
    known: frozenset[str]


@dataclass
class Stop:
    """What is done on each page: what is needed of the recorder is asked live, everything else of the captured page.

    So nothing can stand in a picture, a snapshot or a list of controls that does not stand in the cleaned HTML.
    """

    recorder: Recorder
    scrubber: Scrubber
    writer: Writer
    heard: Heard
    language: str
    bare: bool = False
    wardrobe: Wardrobe = field(default_factory=Wardrobe)
    differs: list[str] = field(default_factory=list)
    _shelf: Shelf | None = None
    _second: BrowserPage | None = None
    _kept: list[_Kept] = field(default_factory=list)

    def capture(self, name: str, seconds: float) -> None:
        """Write the page `name`, which is shown now. Raises PlaywrightError, NvrflowError."""
        window, spec = self.recorder.window, self.recorder.firmware.file.pages[name]
        window.settle()
        window.calm_down(*(() if spec.ready else (_UNTIL_READY,)))
        live = window.page
        mark_shown(live, window.firmware)
        self.heard.read(self.scrubber)
        learn_page(self.scrubber, live)
        controls = controls_of(live, mark=True)
        learn_controls(self.scrubber, controls)
        elements, rows = elements_on(window.finder, spec), rows_on(window.finder, spec)
        snapshot = snapshot_of(live, self.wardrobe, self.scrubber, self.bare, name == "sign_in")
        link = link_of(snapshot.url)
        facts: dict[str, Any] = {
            "path": link.path + (f"?{link.query}" if link.query else ""),
            "seconds": round(seconds, 2),
            "window": window_of(window.file, name) is not None,
            "scripts": self._scripts(spec),
            "elements": elements,
            "rows": rows,
            "frames": snapshot.frames,
        }
        still = self._write(name, snapshot, facts)
        differs = differences(name, elements, elements_on(self._finder(still), spec))
        lost = _lost(name, controls, controls_of(still))
        self.differs += [f"{self.language}: {one}" for one in (*differs, *lost)]
        self._kept.append(_Kept(name, snapshot, facts, frozenset(self.scrubber.known)))

    def clean_again(self) -> None:
        """Write each page once more on which something stands that became known as private only after it was captured."""
        for kept in self._kept:
            later = [value for value in self.scrubber.known if value not in kept.known]
            documents = kept.snapshot.documents
            if any(value in text for value in later for text in documents.values()):
                clean = {file: within(text, self.scrubber, "page") for file, text in documents.items()}
                self._write(kept.name, replace(kept.snapshot, documents=clean), kept.facts)

    def _write(self, name: str, snapshot: Snapshot, facts: dict[str, Any]) -> BrowserPage:
        """Write the page's files, and what is seen and pictured of it; returns the captured page."""
        folder = self.writer.page(self.language, name, snapshot)
        still = self._show(snapshot)
        seen: dict[str, Any] = {"title": still.title(), "aria": _aria(still), "controls": controls_of(still)}
        self.writer.facts(folder, PageFacts(**facts, **seen))
        if not self.bare:
            self.writer.picture(folder, self._picture(still))
        return still

    def _scripts(self, spec: Page) -> dict[str, Any]:
        """What the page's own conditions say; on the captured page no script of the recorder's is left to ask."""
        asked = [condition.script for condition in spec.ready if condition.script]
        return {script: bool(self.recorder.page.evaluate(f"() => Boolean({script})")) for script in asked}

    def _show(self, snapshot: Snapshot) -> BrowserPage:
        """The captured page in a second window of the browser, which has no network."""
        if self._second is None or self._second.is_closed() or self._shelf is None:
            browser = self.recorder.page.context.browser
            assert browser is not None  # it was started, not connected to a profile
            size = self.recorder.page.viewport_size or _BOUNDARY
            context = browser.new_context(viewport={"width": size["width"], "height": size["height"]}, reduced_motion="reduce")
            self._shelf, self._second = Shelf(context, self._sheet), context.new_page()
        documents = {address: snapshot.documents[file] for address, file in snapshot.frames.items()}
        self._shelf.show(self._second, snapshot.url, {snapshot.url: snapshot.documents["page.html"], **documents})
        return self._second

    def _sheet(self, name: str) -> str | None:
        return self.wardrobe.sheet(name, self.scrubber) if name in self.wardrobe.sheets else None

    def _finder(self, page: BrowserPage) -> Finder:
        return Finder(page, self.recorder.firmware)

    def _picture(self, page: BrowserPage) -> bytes:
        """The screen without what looks different each time: clock, video, counters."""
        volatile = self.recorder.firmware.file.volatile
        with suppress(PlaywrightError):
            if volatile:
                self._finder(page).any_of(volatile).evaluate_all(_HIDDEN)
        return page.screenshot(type="png", animations="disabled", caret="hide", scale="css", timeout=_GLANCE * 4)


def _lost(name: str, live: Iterable[Control], still: Iterable[Control]) -> Iterator[str]:
    """Fields that the page shows and its captured form does not: they are missing in what is read from the capture."""
    missing = Counter(one.role for one in live if one.role in FIELDS)
    missing.subtract(one.role for one in still)
    lost = [f"{count} of role {role}" for role, count in sorted(missing.items()) if count > 0]
    if lost:
        yield f"{name}: fields are not seen on the captured page: {', '.join(lost)}"


def _aria(page: BrowserPage) -> str:
    """Playwright's snapshot of the page, and below it of each frame that has a document."""
    parts = [page.locator("body").or_(page.locator("frameset")).first.aria_snapshot(boxes=True, timeout=_GLANCE)]
    for frame in page.frames[1:]:
        with suppress(PlaywrightError):
            text = frame.locator("body").aria_snapshot(boxes=True, timeout=_GLANCE)
            parts.append(f"# frame {frame.name or link_of(frame.url).path}\n{text}")
    return "\n".join(parts) + "\n"
