"""Whether anything on a page or in its network still moves: the end of a wait that can no longer be fulfilled."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nvrflow.browser.playwright_errors import PlaywrightError

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Request

STILL = 5.0  # seconds without any movement after which nothing more is expected
_PROMPT = 0.5  # seconds in which a page that has nothing to do answers
_POLL = 2  # a request that was made more often than this is the page's own routine, and no news
_DIGITS = re.compile(r"\d+")
# A changed text that holds a time of day is a clock, and no news either.
_WATCH = """(() => {
  const moved = Symbol.for('nvrflow.moved'), clock = /\\d{1,2}:\\d{2}/;
  window[moved] = Date.now();
  const isClock = one => one.type !== 'attributes' && clock.test((one.target.textContent || '').slice(0, 80))
    && [...one.addedNodes, ...one.removedNodes].every(node => node.nodeType === Node.TEXT_NODE);
  new MutationObserver(all => { if (!all.every(isClock)) window[moved] = Date.now() })
    .observe(document, {subtree: true, childList: true, characterData: true, attributes: true,
      attributeFilter: ['class', 'style', 'hidden', 'disabled', 'src', 'open', 'value', 'aria-hidden', 'aria-disabled']});
})()"""
_LAST = "() => window[Symbol.for('nvrflow.moved')] ?? 0"  # milliseconds of this computer's own clock


class Motion:
    """Hears of every request of a browser context, and of every change of its pages.

    Requests count by method, address and body without digits: what a page asks again and again is its routine, and does not keep
    a wait alive.
    """

    def __init__(self, context: BrowserContext) -> None:
        self._under_way: dict[Request, str] = {}
        self._times: Counter[str] = Counter()
        self._last = time.monotonic()
        context.add_init_script(_WATCH)
        context.on("request", self._begins)
        context.on("requestfinished", self._ends)
        context.on("requestfailed", self._ends)

    @property
    def requests(self) -> int:
        """How many requests are under way now, the page's own routine apart."""
        return sum(self._times[key] <= _POLL for key in self._under_way.values())

    def still_for(self, page: Page) -> float:
        """For how many seconds nothing has moved on `page` or in the network; 0 while a request is under way."""
        if self.requests:
            return 0.0
        still = time.monotonic() - self._last
        return min(still, time.time() - _last_change(page)) if still >= 1 else still

    def _begins(self, request: Request) -> None:
        key = _key(request)
        self._times[key] += 1
        self._under_way[request] = key
        if self._times[key] <= _POLL:
            self._last = time.monotonic()

    def _ends(self, request: Request) -> None:
        key = self._under_way.pop(request, "")
        if key and self._times[key] <= _POLL:
            self._last = time.monotonic()


@dataclass
class Patience:
    """How long something is waited for: `limit` seconds, or less once nothing moves any more.

    The shorter end is 5 s without movement, or a sixth of a limit that was set higher than usual.
    """

    limit: float
    motion: Motion
    began: float = field(default_factory=time.monotonic)
    stopped_early: bool = False

    @property
    def deadline(self) -> float:
        """The latest end, as `time.monotonic()` counts."""
        return self.began + self.limit

    @property
    def deadline_is_over(self) -> bool:
        """Whether the whole limit has passed, whatever moves."""
        return time.monotonic() > self.deadline

    def is_over(self, page: Page) -> bool:
        """Whether to wait no longer for something on `page`."""
        now = time.monotonic()
        if now > self.deadline:
            return True
        still = max(STILL, self.limit / 6)
        self.stopped_early = now - self.began > still and self.motion.still_for(page) > still
        return self.stopped_early

    @property
    def told(self) -> str:
        """How long was waited, for a message: `within 30 s`, or why it was less."""
        if not self.stopped_early:
            return f"within {self.limit:g} s"
        waited = time.monotonic() - self.began
        return f"in {waited:.0f} s, and nothing on the page or in its network moves any more"


def _key(request: Request) -> str:
    try:
        body = (request.post_data_buffer or b"")[:500].decode("utf-8", "replace")
    except PlaywrightError:
        body = ""
    return _DIGITS.sub("", f"{request.method} {request.url} {body}")


def _last_change(page: Page) -> float:
    """When a frame of `page` changed last, in seconds of this computer's clock; a page that answers slowly is at work now."""
    last, began = 0.0, time.monotonic()
    for frame in page.frames:
        try:
            last = max(last, float(frame.evaluate(_LAST)))
        except PlaywrightError:
            return time.time()  # a frame that is being left
    return last / 1000 if time.monotonic() - began < _PROMPT else time.time()
