"""Whether a session is over: reads that the pages made while somebody was signed in are made again, with the old session."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nvrflow.browser.playwright_errors import PlaywrightError

if TYPE_CHECKING:
    from playwright.sync_api import APIRequestContext, BrowserContext, Page, Request

_MOST = 12  # requests that are made again
_KINDS = ("xhr", "fetch")
_SECONDS = 5000  # milliseconds for one answer
_LEFT_OUT = ("host", "content-length", "connection", "accept-encoding", "cookie")
_CODE = re.compile("code|status|result|error", re.I)
Facts = tuple[object, ...]


@dataclass(frozen=True)
class Asked:
    """One request of the pages, as it was sent."""

    url: str
    method: str
    headers: dict[str, str]
    body: str | None

    def without(self, secrets: Iterable[str]) -> Asked:
        """This request as somebody would send it who has no session: with another value in the place of each secret."""
        names = sorted({one for one in secrets if len(one) >= 6}, key=len, reverse=True)

        def other(text: str) -> str:
            for one in names:
                text = text.replace(one, one[::-1] if one != one[::-1] else "0" * len(one))
            return text

        headers = {name: other(value) for name, value in self.headers.items()}
        return Asked(other(self.url), self.method, headers, other(self.body) if self.body else self.body)


@dataclass
class Ear:
    """Notes the requests of the pages while it is open."""

    asked: list[Asked] = field(default_factory=list)

    def listen(self, page: Page) -> Callable[[], None]:
        """Note requests from now on; the function that is returned ends it."""
        page.on("request", self._note)
        return lambda: page.remove_listener("request", self._note)

    def _note(self, request: Request) -> None:
        if request.resource_type not in _KINDS:
            return
        headers = {name: value for name, value in request.headers.items() if name not in _LEFT_OUT and not name.startswith(":")}
        one = Asked(request.url, request.method, headers, request.post_data)
        if all((one.url, one.body) != (other.url, other.body) for other in self.asked):
            self.asked.append(one)


@dataclass(frozen=True)
class Probe:
    """A request that tells somebody with a session from somebody without one, by its answer."""

    asked: Asked
    with_session: Facts


def cookies_of(context: BrowserContext) -> dict[str, str]:
    """The cookies by name."""
    return {str(one.get("name", "")): str(one.get("value", "")) for one in context.cookies()}


def probes(asking: APIRequestContext, heard: Iterable[Asked], cookies: Mapping[str, str]) -> list[Probe]:
    """The requests of `heard` whose answers are different without the session that these cookies stand for."""
    found = list[Probe]()
    for asked in list(heard)[:_MOST]:
        mine, anybodys = facts(asking, asked, cookies), facts(asking, asked.without(cookies.values()), {})
        if mine is not None and anybodys is not None and mine != anybodys:
            found.append(Probe(asked, mine))
    return found


def facts(asking: APIRequestContext, asked: Asked, cookies: Mapping[str, str]) -> Facts | None:
    """What an answer says about the session: its status, and the kinds and short values of a JSON answer; None without one."""
    cookie = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
    try:
        answer = asking.fetch(
            asked.url,
            method=asked.method,
            headers={**asked.headers, **cookie},
            data=asked.body,
            timeout=_SECONDS,
            max_redirects=0,
            ignore_https_errors=True,
        )
        text = answer.text()
    except (PlaywrightError, UnicodeDecodeError):
        return None
    try:
        data: Any = json.loads(text)
    except ValueError:
        return answer.status, len(text) > 0, text.lstrip()[:15].lower()
    return answer.status, *_outline(data)


def _outline(data: Any, deep: int = 1) -> list[object]:
    """The keys of an answer with the kind of each value, and the values that say yes or no, or give a code."""
    if not isinstance(data, dict):
        return [type(data).__name__]
    return [item for key in sorted(map(str, data)) for item in _of_entry(key, data.get(key), deep)]


def _of_entry(key: str, value: Any, deep: int) -> Iterator[object]:
    yield key, type(value).__name__, value if isinstance(value, bool) or (isinstance(value, int) and _CODE.search(key)) else None
    if isinstance(value, dict) and deep:
        yield from _outline(value, deep - 1)
