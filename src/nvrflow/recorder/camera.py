"""The camera of a run: it takes the picture of each step, quick or still, and reads from the page where the step's target is."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nvrflow.browser.playwright_errors import PlaywrightError, PlaywrightTimeout
from nvrflow.recorder.look import Look, look_at
from nvrflow.report import Step
from nvrflow.report.pictures import Picture

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Locator, Page

# The same page gives the same pixels: nothing is drawn on top of what was there, no colours or fonts of this screen.
_FLAGS = ("--disable-partial-raster", "--disable-lcd-text", "--force-color-profile=srgb", "--font-render-hinting=none")
_STILL = 0.7  # seconds for which the screen has to stay the same; progress bars move more often
_LONGEST = 15.0
_ONE_LINE = 80
_SHORT = 5000  # milliseconds for the picture of a failure
_TOAST = 6000  # milliseconds that an announcement may stay
_WORDS_OF_FIRST = "all => all.length ? all[0].innerText.trim() : ''"
# Nothing of a secret is visible, not even its length; an element that is not a field is covered as a whole.
_UNSEEN = """input[type=password], [data-nvrflow-secret] {
  -webkit-text-fill-color: transparent !important; text-shadow: none !important; caret-color: transparent !important }
[data-nvrflow-secret]:not(input, textarea, select) {
  color: transparent !important; background: rgb(96 104 117) !important }
[data-nvrflow-secret]:is(img, canvas, svg, video) { filter: brightness(0) invert(40%) !important }
[data-nvrflow-secret]:not(input, textarea, select) > * { visibility: hidden !important }"""
# The cursor and the titles of the video are not in the pictures either.
_HIDDEN = f"x-pw-glass {{ display: none !important }}\n{_UNSEEN}"
_STYLED = f"""(() => {{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`{_UNSEEN}`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}})()"""


@dataclass
class Camera:
    """How the pictures of a run are taken.

    Quick: at once, as the browser draws it. `still`: once nothing on the page moves and announcements are gone, with everything
    hidden that looks different each time; `scale` is then image pixels per CSS pixel, `width` and `height` are CSS pixels.

    `video` names the file of a screencast, for which there has to be an encoder (`nvrflow.browser.driver`); what kept it from
    being made is in `no_video`. `titled` says what a chapter is called in the video, from its title, its translations and the
    pages' language. `met` hears of each page that was opened, before it shows anything. `device` are further options of the
    browser's context, such as Playwright's for a phone; `arguments` are further flags of the browser. `full_page`: the
    picture of a failure shows the whole page.
    """

    still: bool = False
    scale: float = 2.0
    width: int = 1280
    height: int = 720
    video: Path | None = None
    no_video: str = ""
    device: Mapping[str, Any] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    full_page: bool = False
    titled: Callable[[str, Mapping[str, str], str | None], str] = lambda title, translations, spoken: title
    videos: list[Path] = field(default_factory=list)
    met: Callable[[Page], None] | None = None
    _taken: int = 0
    _page: Page | None = None
    _session: CDPSession | None = None
    _session_page: Page | None = None
    _filmed_before: int = 0
    _announcements: list[Locator] = field(default_factory=list)

    @property
    def flags(self) -> tuple[str, ...]:
        """What the browser is started with."""
        return (*(_FLAGS if self.still else ()), *self.arguments)

    @property
    def context(self) -> dict[str, Any]:
        """The options of the browser's context."""
        if not self.still:
            return dict(self.device)
        return {
            "viewport": {"width": self.width, "height": self.height},
            "device_scale_factor": self.scale,
            "reduced_motion": "reduce",
            **self.device,
        }

    def look(self, page: Page, target: Locator | None, host: str) -> Look:
        """What the page says about the target, which is scrolled into view; places that show the recorder's `host` are noted."""
        if self.still:
            self._await_announcements(target)
        return look_at(page, target, host)

    def take(
        self, step: Step, page: Page, target: Locator | None, seen: Look, host: str, volatile: Locator | None
    ) -> tuple[Picture, Look]:
        """The picture of a step after that look, and what it shows. The elements `volatile` look different each time."""
        self._taken += 1
        if not self.still:
            return Picture(step.id, self._at_once(page), seen.box, seen.secrets, seen.ratio), seen
        image = self.once_still(page, volatile)
        seen = look_at(page, target, host)
        return Picture(step.id, image, seen.box, (), self.scale), seen

    def take_failure(self, step: Step, page: Page) -> Picture:
        """The screen after a step has failed, as it is now, without marks. Raises PlaywrightError."""
        seen = look_at(page, None, "")
        image = page.screenshot(type="png", scale="device", style=_HIDDEN, timeout=_SHORT, full_page=self.full_page)
        return Picture(step.id, image, None, seen.secrets, seen.ratio, after=True)

    def announced(self, found: Locator) -> str:
        """What is announced now, if that is one line. The next still picture waits until it is gone."""
        if self.still:
            self._announcements.append(found)
        try:
            said = str(found.evaluate_all(_WORDS_OF_FIRST))
        except PlaywrightError:
            return ""  # the page is being left
        return said if "\n" not in said and len(said) <= _ONE_LINE else ""

    def chapter(self, title: str, translations: Mapping[str, str], spoken: str | None) -> None:
        """Show the chapter's title in the video."""
        if self.videos and self._page is not None:
            self._page.screencast.show_chapter(self.titled(title, translations, spoken), duration=1200)

    def meet(self, page: Page) -> None:
        """Begin the screencast of a page that was opened, if a video is wanted."""
        self._page = page
        if self.met is not None:
            self.met(page)
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
        self._filmed_before = self._taken

    def part(self) -> None:
        """Write the screencast of a page that is about to be closed."""
        page, self._page = self._page, None
        self._announcements.clear()
        if page is None or not self.videos or self.no_video:
            return
        try:
            page.screencast.stop()
        except PlaywrightError as problem:
            self.no_video = problem.message.strip().splitlines()[0]
        if self._taken == self._filmed_before:
            self.videos.pop().unlink(missing_ok=True)  # nothing was done on that page

    def _at_once(self, page: Page) -> bytes:
        """The screen as it is now. A fast lossless picture takes as long as a JPEG, and need not be encoded again."""
        if self._session is None or self._session_page is not page:
            self._session, self._session_page = page.context.new_cdp_session(page), page
        return base64.b64decode(self._session.send("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True})["data"])

    def once_still(self, page: Page, volatile: Locator | None) -> bytes:
        """The screen once it has stayed the same for a while; after the longest time it is taken as it is.

        Clock and video are hidden meanwhile, also if they are drawn late.
        """
        try:
            image = self.shoot(page, volatile)
            began = since = time.monotonic()
            while time.monotonic() - since < _STILL and time.monotonic() - began < _LONGEST:
                again = self.shoot(page, volatile)
                if again != image:
                    image, since = again, time.monotonic()
        finally:
            self.show_again(volatile)
        return image

    def show_again(self, volatile: Locator | None) -> None:
        """Show what was hidden for a picture."""
        if volatile is not None:
            volatile.evaluate_all("all => all.forEach(one => one.style.removeProperty('opacity'))")

    def shoot(self, page: Page, volatile: Locator | None) -> bytes:
        """The screen as it is now, as PNG, without secrets; the elements `volatile` stay hidden until `show_again`."""
        if volatile is not None:
            volatile.evaluate_all("all => all.forEach(one => one.style.setProperty('opacity', '0', 'important'))")
        try:
            return page.screenshot(type="png", animations="disabled", caret="hide", scale="device", style=_HIDDEN)
        except PlaywrightError as problem:
            # A busy Chromium says so now and then; a moment later it works.
            if "Unable to capture screenshot" not in problem.message:
                raise
        return page.screenshot(type="png", animations="disabled", caret="hide", scale="device", style=_HIDDEN)

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
