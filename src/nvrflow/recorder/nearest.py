"""What on the screen resembles an element that was not found."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.firmware import Locator
from nvrflow.recorder.finder import Finder
from nvrflow.report.plain import named_icons

if TYPE_CHECKING:
    from playwright.sync_api import Page

_NEAREST = ". Nearest on the screen: "
_PATIENCE = 2000  # milliseconds; nothing waits for a missing frame
_NAMED = re.compile(r'^\s*-\s+(?P<role>[\w-]+)\s+"(?P<name>[^"]+)"')


def hints(finder: Finder, wanted: Sequence[Locator]) -> str:
    """The end of a message that none of `wanted` is shown: what resembles them most, and what no selector can reach."""
    near, closed = candidates(finder, wanted), closed_roots(finder.page)
    text = f"{_NEAREST}{', '.join(near)}" if near else ""
    if closed:
        hosts = ", ".join(f"<{host}>" for host in closed)
        text += f". There is a closed shadow root in {hosts}; no selector can reach what is in it"
    if finder.page.url.startswith("chrome-error:"):
        text += ". The browser shows its own error page: the recorder did not answer the last request"
    return text


def nearest_in(message: str) -> str:
    """The candidates that a message with `hints` names; empty if it names none."""
    _, _, named = message.partition(_NEAREST)
    return named.partition(". There is a closed shadow root")[0].partition(". The browser shows its own error page")[0]


def candidates(finder: Finder, sought: Sequence[Locator]) -> list[str]:
    """Up to three visible controls, as `role "name"`, whose names resemble the words of `sought` most."""
    firmware = finder.firmware
    wanted = [word.casefold() for locator in sought if locator.words for word in firmware.words(locator.words)]
    try:
        lines = finder.around(sought[0]).locator("body").aria_snapshot(timeout=_PATIENCE).splitlines()
    except PlaywrightError:
        return []
    named = {f'{match["role"]} "{match["name"]}"': match["name"].casefold() for line in lines if (match := _NAMED.match(line))}
    scored = [(max((_likeness(word, name) for word in wanted), default=0.0), shown) for shown, name in named.items()]
    return [named_icons(shown) for score, shown in sorted(scored, reverse=True)[:3] if score >= 0.5]


def _likeness(word: str, name: str) -> float:
    """How much a name on the screen is like a word that is sought, from 0 to 1; more if it holds the whole word."""
    alike = difflib.SequenceMatcher(None, word, name).ratio()
    return (1 + alike) / 2 if len(word) > 2 and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", name) else alike


def closed_roots(page: Page) -> list[str]:
    """The elements of `page` and its frames whose content is in a closed shadow root, where no selector can reach it."""
    try:
        inspector = page.context.new_cdp_session(page)
        document = inspector.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
        inspector.detach()
    except PlaywrightError:
        return []
    return sorted(set(_hosts(document)))


def _hosts(node: dict[str, Any]) -> Iterator[str]:
    for root in node.get("shadowRoots", []):
        if root.get("shadowRootType") == "closed":
            yield str(node["nodeName"]).lower()
    inner = [*node.get("children", []), *node.get("shadowRoots", [])]
    if "contentDocument" in node:
        inner.append(node["contentDocument"])
    for child in inner:
        yield from _hosts(child)
