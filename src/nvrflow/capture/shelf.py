"""Captured pages in a browser: each under its own address, without network, and without any script of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nvrflow.capture.snapshot import restored, served_as

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

_SHEET = re.compile(r"/styles/([0-9a-f]{64})\.css$")
# The document's own rule forbids requests; here it is replaced by one that forbids scripts, and the browser has no network.
_RULE = "default-src 'none'; style-src 'unsafe-inline' http: https:; img-src data:; font-src data:; frame-src http: https:"
_HEADERS = {"Content-Security-Policy": _RULE}
_PATIENCE = 20_000  # milliseconds


@dataclass
class Shelf:
    """Shows captured documents in `context`, which gets no network from now on; `sheet` gives a style sheet by its name."""

    context: BrowserContext
    sheet: Callable[[str], str | None]
    documents: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.context.route("**/*", self._answer)

    def show(self, page: Page, url: str, documents: Mapping[str, str]) -> None:
        """Show in `page` the document at `url`; `documents` has it and those of its frames by address. Raises PlaywrightError."""
        self.documents = {address.split("#")[0]: html for address, html in documents.items()}
        page.goto("about:blank")  # an address that differs in its part after # only would not be opened again
        page.goto(url, wait_until="load", timeout=_PATIENCE)
        restored(page)

    def _answer(self, route: Route) -> None:
        url = route.request.url.split("#")[0]
        sheet = _SHEET.search(url)
        style = self.sheet(sheet[1]) if sheet else None
        if url in self.documents:
            html = served_as(self.documents[url])
            route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=_HEADERS)
        elif style is not None:
            route.fulfill(body=style, content_type="text/css; charset=utf-8")
        else:
            route.abort()
