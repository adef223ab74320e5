"""The studio: what makes a run a guide's run - lossless, still pictures, and what a reader has to know of each target."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nvrflow.browser.playwright_errors import PlaywrightError, PlaywrightTimeout
from nvrflow.firmware import Firmware
from nvrflow.recorder.finder import Finder
from nvrflow.report import Step
from nvrflow.report.pictures import Box, Picture

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

# The same page gives the same pixels: nothing is drawn on top of what was there, no colours or fonts of this screen.
FLAGS = ("--disable-partial-raster", "--disable-lcd-text", "--force-color-profile=srgb", "--font-render-hinting=none")
_STILL = 0.7  # seconds for which the screen has to stay the same; progress bars move more often
_LONGEST = 15.0
_ONE_LINE = 80
_CONTAINER = [240, 110]  # CSS pixels; a smaller one does not show where its target stands
_TOAST = 6000  # milliseconds that an announcement may stay
# Nothing of a secret is seen, not even how long it is; what is no field is covered as a whole.
_UNSEEN = """input[type=password], [data-nvrflow-secret] {
  -webkit-text-fill-color: transparent !important; text-shadow: none !important; caret-color: transparent !important }
[data-nvrflow-secret]:not(input, textarea, select) {
  color: transparent !important; background: rgb(96 104 117) !important }
[data-nvrflow-secret]:is(img, canvas, svg, video) { filter: brightness(0) invert(40%) !important }
[data-nvrflow-secret]:not(input, textarea, select) > * { visibility: hidden !important }"""
# In a picture there is nothing of the video either: its cursor and titles.
_HIDDEN = f"x-pw-glass {{ display: none !important }}\n{_UNSEEN}"
_STYLED = f"""(() => {{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`{_UNSEEN}`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}})()"""
# Of the target: its ARIA role, its words, and the nearest container that is large enough to show where it stands.
_DESCRIBE = """(element, least) => {
  const own = element.getBoundingClientRect();
  const words = text => (text || '').replace(/\\p{Co}/gu, '').replace(/\\s+/g, ' ').trim().replace(/\\s*[:：*]$/, '');
  const label = element.labels && element.labels[0] ? element.labels[0].innerText : '';
  const field = ['INPUT', 'SELECT', 'TEXTAREA'].includes(element.tagName);
  const said = field ? label || element.getAttribute('aria-label') || element.placeholder
    : element.closest('[data-nvrflow-secret]') ? '' : element.innerText || element.title;
  const named = element.closest('[role]');
  const around = [];
  for (let up = element.parentElement; up; up = up.parentElement) {
    const box = up.getBoundingClientRect();
    if (box.width >= least[0] && box.height >= least[1]) around.push([box.x - own.x, box.y - own.y, box.width, box.height]);
  }
  return {role: (named && named.getAttribute('role')) || element.tagName.toLowerCase(), words: words(said), around};
}"""


@dataclass(frozen=True)
class Shot:
    """What the studio knows of one step: the words on its target, its role, and what stands around it.

    `picture` is None for a step that is described without having been reached. `around` are the containers of the target, from
    the inside out, in CSS pixels of the main viewport. `optional`: done only where it is needed. `announced` is what the recorder
    said afterwards, where that is one line.
    """

    picture: Picture | None
    words: str = ""
    role: str = ""
    around: tuple[Box, ...] = ()
    optional: bool = False
    announced: str = ""


@dataclass(frozen=True)
class Said:
    """A sentence of the flow's own: before which step it stands (counted from 0), and its translations by language."""

    before: int
    chapter: str
    sentence: str
    translations: dict[str, str]


@dataclass
class Studio:
    """Takes the pictures of a run for a guide. `scale` is image pixels per CSS pixel, `width` and `height` are CSS pixels.

    With `language` the recorder's pages are asked to speak it. `video` names the file of a screencast, for which Playwright's
    own encoder has to be there; what kept it from being made is in `no_video`. `titled` says what a chapter is called in the
    video.
    """

    scale: float = 2.0
    width: int = 1280
    height: int = 720
    language: str | None = None
    video: Path | None = None
    no_video: str = ""
    titled: Callable[[str], str] = str
    videos: list[Path] = field(default_factory=list)
    shots: dict[str, Shot] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    translations: dict[str, dict[str, str]] = field(default_factory=dict)
    firmware: Firmware | None = None
    flags: tuple[str, ...] = FLAGS
    _page: Page | None = None
    _filmed_before: int = 0
    _announcements: list[Locator] = field(default_factory=list)

    @property
    def context(self) -> dict[str, Any]:
        """The options of the browser's context."""
        return {
            "viewport": {"width": self.width, "height": self.height},
            "device_scale_factor": self.scale,
            "reduced_motion": "reduce",
        }

    def photograph(self, step: Step, page: Page, target: Locator | None, optional: bool = False) -> None:
        """A still picture with its target, once nothing on the page moves any more."""
        self._await_announcements(target)
        facts: dict[str, Any] = target.evaluate(_DESCRIBE, _CONTAINER) if target else {"role": "", "words": "", "around": []}
        image = self._still(page)
        box = _box(target)
        around = [Box(box.x + x, box.y + y, width, height) for x, y, width, height in facts["around"]] if box else []
        picture = Picture(step.id, image, box, (), self.scale)
        self.shots[step.id] = Shot(picture, facts["words"], facts["role"], tuple(around), optional)

    def unseen(self, step: Step) -> None:
        """The step is described, but its target could not be shown."""
        self.shots[step.id] = Shot(None, optional=True)

    def say(self, before: int, chapter: str, sentence: str, translations: Mapping[str, str]) -> None:
        """A sentence of the flow's own."""
        self.said.append(Said(before, chapter, sentence, dict(translations)))

    def announced_by(self, step: Step, found: Locator) -> None:
        """What was announced after a step is kept; the next picture waits for it to pass away, and shows none of it."""
        self._announcements.append(found)
        said = found.first.inner_text().strip() if found.count() else ""
        if said and "\n" not in said and len(said) <= _ONE_LINE and step.id in self.shots:
            self.shots[step.id] = replace(self.shots[step.id], announced=said)

    def chapter(self, title: str) -> None:
        """The video shows the chapter's title."""
        if self.videos and self._page is not None:
            self._page.screencast.show_chapter(self.titled(title), duration=1200)

    def meet(self, page: Page) -> None:
        """A page was opened; with `video` its screencast begins."""
        self._page = page
        if self.video is None or self.no_video:
            return
        number = len(self.videos) + 1
        path = self.video if number == 1 else self.video.with_stem(f"{self.video.stem}-{number}")
        path.parent.mkdir(parents=True, exist_ok=True)
        page.add_init_script(_STYLED)
        try:
            page.screencast.start(path=path, size={"width": self.width, "height": self.height})
            page.screencast.show_actions(cursor="pointer", duration=700, style={"title": "display: none"})
        except PlaywrightError as problem:
            self.no_video = problem.message.strip().splitlines()[0]
            return
        self.videos.append(path)
        self._filmed_before = len(self.shots)

    def part(self) -> None:
        """The page is going to be closed; its screencast is written."""
        page, self._page = self._page, None
        self._announcements.clear()
        if page is None or not self.videos or self.no_video:
            return
        try:
            page.screencast.stop()
        except PlaywrightError as problem:
            self.no_video = problem.message.strip().splitlines()[0]
        if len(self.shots) == self._filmed_before:
            self.videos.pop().unlink(missing_ok=True)  # nothing was done on that page

    def _still(self, page: Page) -> bytes:
        """The screen once it has stayed the same for a while; after the longest time it is taken as it is.

        Clock and video are out of sight meanwhile, also those that are drawn late.
        """
        volatile = self._volatile(page)
        try:
            image = self._shoot(page, volatile)
            began = since = time.monotonic()
            while time.monotonic() - since < _STILL and time.monotonic() - began < _LONGEST:
                again = self._shoot(page, volatile)
                if again != image:
                    image, since = again, time.monotonic()
        finally:
            if volatile is not None:
                volatile.evaluate_all("all => all.forEach(one => one.style.removeProperty('opacity'))")
        return image

    def _shoot(self, page: Page, volatile: Locator | None) -> bytes:
        if volatile is not None:
            volatile.evaluate_all("all => all.forEach(one => one.style.setProperty('opacity', '0', 'important'))")
        try:
            return page.screenshot(type="png", animations="disabled", caret="hide", scale="device", style=_HIDDEN)
        except PlaywrightError as problem:
            if (
                "Unable to capture screenshot" not in problem.message
            ):  # a busy Chromium says it now and then, and can a moment later
                raise
        return page.screenshot(type="png", animations="disabled", caret="hide", scale="device", style=_HIDDEN)

    def _volatile(self, page: Page) -> Locator | None:
        """What the selector file says never looks the same twice."""
        if self.firmware is None or not self.firmware.file.volatile:
            return None
        return Finder(page, self.firmware).any_of(self.firmware.file.volatile)

    def _await_announcements(self, target: Locator | None) -> None:
        waiting, self._announcements = self._announcements, []
        for found in waiting:
            handle = target.element_handle() if target else None
            holds = "(said, target) => said.contains(target)"
            if handle is not None and any(one.evaluate(holds, handle) for one in found.all()):
                continue
            try:
                found.first.wait_for(state="hidden", timeout=_TOAST)
            except PlaywrightTimeout:
                continue


def _box(found: Locator | None) -> Box | None:
    box = found.bounding_box() if found else None
    return Box(box["x"], box["y"], box["width"], box["height"]) if box else None
