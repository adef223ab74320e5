"""What went over the network during a capture: which requests the pages made, and the shape of the answers, without values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nvrflow.address import link_of
from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.capture.known_values import learn_answer
from nvrflow.capture.scrubber import Scrubber
from nvrflow.firmware.body import read_body
from nvrflow.recorder.dry_run import NoCalls, calls_in

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Request, Response

_PROGRAM = ("xhr", "fetch", "document", "other", "eventsource")
_WORDS = re.compile(r"lang|locale|i18n|translat|dict|text", re.I)  # what such files hold stands on each device
_LONGEST = 300_000  # characters of an answer that is read
_DEEP = 6
_MANY = 60  # keys of one object; more are numbered things
_FACTS = (
    "strict-transport-security",
    "server",
    "x-frame-options",
    "content-security-policy",
    "www-authenticate",
    "x-simulated-by",
)


@dataclass
class Heard:
    """Hears every answer that pages get; `read` is called while the browser still has the bodies."""

    requests: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    waiting: list[Response] = field(default_factory=list)
    ended: set[Request] = field(default_factory=set)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def meet(self, page: Page) -> None:
        """Hear everything in the browser of `page` from now on."""
        if page.context not in self._contexts:
            self._contexts.append(page.context)
            page.context.on("response", lambda response: self.waiting.append(response))
            page.context.on("requestfinished", lambda request: self.ended.add(request))

    @property
    def simulated(self) -> bool:
        """Whether it was a simulated recorder, which says so in each answer."""
        return "x-simulated-by" in self.headers

    def read(self, scrubber: Scrubber) -> None:
        """Read the answers that came since the last time: their shape is kept, their private values are learned."""
        waiting, self.waiting[:] = list(self.waiting), []
        for response in waiting:
            with suppress(PlaywrightError, NoCalls):
                self._hear(response, scrubber)

    def _hear(self, response: Response, scrubber: Scrubber) -> None:
        request = response.request
        headers = response.headers
        self.headers.update({name: headers[name] for name in _FACTS if name in headers})
        if request.resource_type not in _PROGRAM:
            return
        link = link_of(response.url)
        calls = calls_in(request.post_data_buffer or b"")
        key = request.method, " ".join([link.path, *calls])
        known = self.requests.setdefault(key, {"method": request.method, "path": link.path, "status": []})
        if calls:
            known["calls"] = calls
        if link.query:
            known["query"] = sorted({part.partition("=")[0] for part in link.query.split("&")})
        if response.status not in known["status"]:
            known["status"].append(response.status)
        if request.resource_type == "document" or request not in self.ended:
            return  # an answer that the recorder keeps open, until something happens there, has no body yet
        body = read_body(response.text()[:_LONGEST])
        if body is not None:
            if not _WORDS.search(link.path):
                learn_answer(scrubber, body, f"{link.path} {request.post_data or ''}")
            known["answer"] = shape_of(body)


def shape_of(data: Any, deep: int = _DEEP) -> Any:
    """The keys of plain data and the kind of each value; of a list its first item."""
    if isinstance(data, dict):
        named = list(data.items())
        return {_key(key): shape_of(value, deep - 1) for key, value in named[:_MANY]} if deep else "object"
    if isinstance(data, list):
        return [shape_of(data[0], deep - 1)] if data and deep else []
    kinds = ((bool, "boolean"), (int, "number"), (float, "number"), (str, "text"))
    return next((kind for python, kind in kinds if isinstance(data, python)), "null")


def _key(key: str) -> str:
    """A key without its numbers, so that the key of the third channel is that of the first."""
    return re.sub(r"\d+", "0", str(key))


def shapes(heard: Heard) -> Iterator[dict[str, Any]]:
    """Every request once, ordered by path."""
    yield from (heard.requests[key] for key in sorted(heard.requests, key=lambda one: (one[1], one[0])))
