"""What a page shows of a step's target, and where it shows secrets and addresses: one question where it has no frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nvrflow.browser.bounds import LEADS_TO
from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.browser.visible import BRINGS_INTO_VIEW, GLANCE, Cover, asked, cover_of
from nvrflow.report import Rectangle
from nvrflow.report.pictures import Box

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Locator, Page

_CONTAINER = [240, 110]  # CSS pixels; a smaller container does not show where the target is
# In CSS pixels of the frame. Open shadow roots are searched as well.
_LOOK = """(element, [least, host]) => {
  const rectangle = box => [box.x, box.y, box.width, box.height];
  const words = text => (text || '').replace(/\\p{Co}/gu, '').replace(/\\s+/g, ' ').trim().replace(/\\s*[:：*]$/, '');
  const seen = {role: '', words: '', box: null, around: [], secrets: [], addresses: [], ratio: window.devicePixelRatio};
  if (element) {
    const own = element.getBoundingClientRect();
    const label = element.labels && element.labels[0] ? element.labels[0].innerText : '';
    // An icon font draws one sign for a whole word, which nobody sees (a ligature).
    const isIcon = () => [element, ...element.querySelectorAll('*')].some(one => one.innerText
      && one.innerText.trim() === element.innerText.trim() && /icon|symbol/i.test(getComputedStyle(one).fontFamily));
    const field = ['INPUT', 'SELECT', 'TEXTAREA'].includes(element.tagName);
    const said = field ? label || element.getAttribute('aria-label') || element.placeholder
      : element.closest('[data-nvrflow-secret]') ? '' : isIcon() ? element.ariaLabel || element.title
      : element.innerText || element.title;
    const named = element.closest('[role]');
    for (let up = element.parentElement; up; up = up.parentElement) {
      const box = up.getBoundingClientRect();
      if (box.width >= least[0] && box.height >= least[1]) seen.around.push(rectangle(box));
    }
    Object.assign(seen, {
      role: (named && named.getAttribute('role')) || element.tagName.toLowerCase(), words: words(said), box: rectangle(own),
    });
  }
  const isAddress = text => host && text.includes(host) || /(^|[^\\d.])(\\d{1,3}\\.){3}\\d{1,3}(?![\\d.]*\\d)/.test(text);
  const note = (list, box) => { if (box.width && box.height) list.push(rectangle(box)) };
  const search = root => {
    const secret = 'input[type=password], [data-nvrflow-secret]';
    for (const one of root.querySelectorAll('*')) if (one.shadowRoot) search(one.shadowRoot);
    for (const one of root.querySelectorAll(secret)) note(seen.secrets, one.getBoundingClientRect());
    for (const one of root.querySelectorAll('input, textarea, select'))
      if (isAddress(one.value) && !one.matches(secret)) note(seen.addresses, one.getBoundingClientRect());
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode.data;
      if (text.length < 3 || !isAddress(text)) continue;
      const range = document.createRange();
      range.selectNodeContents(texts.currentNode);
      for (const box of range.getClientRects()) note(seen.addresses, box);
    }
  };
  search(document);
  return seen;
}"""
# It is brought into view first: what is read then is what the picture shows.
_BARE = f"async element => ({{cover: await ({BRINGS_INTO_VIEW})(element), leads: ({LEADS_TO})(element)}})"
_OF_THE_TARGET = f"async (element, given) => ({{...await ({_BARE})(element), ...({_LOOK})(element, given)}})"
_OF_THE_PAGE = f"given => ({_LOOK})(null, given)"


@dataclass(frozen=True)
class Look:
    """What the page shows: all boxes in CSS pixels of the main viewport; `ratio` is screen pixels per CSS pixel.

    `leads` are the addresses to which the target leads: first its own document, see `nvrflow.browser.bounds`. `cover` is what
    lies above it, with its state.
    """

    words: str = ""
    role: str = ""
    box: Box | None = None
    around: tuple[Rectangle, ...] = ()
    secrets: tuple[Box, ...] = ()
    addresses: tuple[Rectangle, ...] = ()
    ratio: float = 1.0
    leads: tuple[str, ...] = ()
    cover: Cover = field(default_factory=Cover)


def answers(page: Page) -> bool:
    """Whether `page` can be looked at: it is open, and its scripts do not keep it busy for good."""
    try:
        return not page.is_closed() and bool(page.locator(":root").evaluate("() => true", timeout=GLANCE))
    except PlaywrightError:
        return False


def glance_at(target: Locator | None) -> Look:
    """What has to be known of a target where no picture is taken; it is brought into view.

    Of one that has gone meanwhile nothing is known: whoever uses it finds out.
    """
    if target is None:
        return Look()
    try:
        seen: dict[str, Any] = asked(target, _BARE)
    except PlaywrightError:
        return Look()
    return Look(leads=tuple(seen["leads"]), cover=cover_of(seen["cover"]))


def look_at(page: Page, target: Locator | None, host: str) -> Look:
    """What `page` shows now; `target` is scrolled into view. Raises PlaywrightTimeout if it is gone."""
    given = [_CONTAINER, host]
    seen: dict[str, Any] = asked(target, _OF_THE_TARGET, given) if target else page.evaluate(_OF_THE_PAGE, given)
    across = down = 0.0
    secrets, addresses = seen["secrets"], seen["addresses"]
    if len(page.frames) > 1:
        if target is not None and seen["box"] is not None and (box := target.bounding_box()) is not None:
            across, down = box["x"] - seen["box"][0], box["y"] - seen["box"][1]
        secrets, addresses = _everywhere(page, given)
    own = _moved(seen["box"], across, down) if seen["box"] else None
    around = tuple(_moved(one, across, down) for one in seen["around"])
    return Look(
        words=seen["words"],
        role=seen["role"],
        box=Box(*own) if own else None,
        around=around,
        secrets=tuple(Box(*one) for one in secrets),
        addresses=tuple(map(_rectangle, addresses)),
        ratio=seen["ratio"],
        leads=tuple(seen.get("leads", ())),
        cover=cover_of(seen["cover"]) if "cover" in seen else Cover(),
    )


def _everywhere(page: Page, given: list[Any]) -> tuple[list[Rectangle], list[Rectangle]]:
    """The boxes of secrets and of addresses in all frames."""
    secrets: list[Rectangle] = []
    addresses: list[Rectangle] = []
    for frame in page.frames:
        try:
            seen = frame.evaluate(_OF_THE_PAGE, given)
            across, down = _corner(frame) if seen["secrets"] or seen["addresses"] else (0.0, 0.0)
        except PlaywrightError:  # a frame that is being closed shows nothing any more
            continue
        secrets += [_moved(one, across, down) for one in seen["secrets"]]
        addresses += [_moved(one, across, down) for one in seen["addresses"]]
    return secrets, addresses


def _corner(frame: Frame) -> tuple[float, float]:
    """Where a frame begins in the main viewport; a hidden frame lies outside of it."""
    if frame.parent_frame is None:
        return 0.0, 0.0
    box = frame.frame_element().bounding_box()
    return (box["x"], box["y"]) if box else (-1e6, -1e6)


def _moved(box: Any, across: float, down: float) -> Rectangle:
    return box[0] + across, box[1] + down, box[2], box[3]


def _rectangle(box: Any) -> Rectangle:
    return box[0], box[1], box[2], box[3]
