"""The network's word: the answers that say how a click went, and whether `--check` held back what should have brought one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.content import from_json
from nvrflow.errors import AccountLocked, NotInitialised, NvrflowError, SessionLimit, SignInRefused
from nvrflow.firmware.model import Answer

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Response


@dataclass(frozen=True)
class Verdict:
    """What one answer of the recorder says: accepted, or the error it means; neither if the page that asked left it unread."""

    accepted: bool
    problem: NvrflowError | None = None


class Answers:
    """Collects a page's responses while a click is awaited, and reads the first that decides."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._waiting: list[Response] = []

    @contextmanager
    def of(self, page: Page) -> Iterator[Answers]:
        """Listen to `page` for the time of the block."""
        page.on("response", self._hear)
        try:
            yield self
        finally:
            page.remove_listener("response", self._hear)

    def _hear(self, response: Response) -> None:
        if _fits(self._answer, response.url, _body_of(response.request)):
            self._waiting.append(response)

    def verdict(self, who: str) -> Verdict | None:
        """The recorder's word so far, None while it has not decided. `who` names recorder and user for the message."""
        while self._waiting:
            response = self._waiting.pop(0)
            try:
                text = response.text()
            except PlaywrightError:
                return Verdict(False)
            verdict = read_answer(self._answer, structured(text), who)
            if verdict:
                return verdict
        return None


def structured(text: str) -> Any:
    """`text` as JSON, or XML as a mapping of what stands below its root, without namespaces; None when it is neither."""
    try:
        return from_json(text)
    except ValueError:
        pass
    try:
        return _below(ElementTree.fromstring(text))
    except ElementTree.ParseError:
        return None


def _below(element: ElementTree.Element) -> Any:
    if not len(element):
        return (element.text or "").strip()
    return {child.tag.rsplit("}", 1)[-1]: _below(child) for child in element}


def read_answer(answer: Answer, body: Any, who: str) -> Verdict | None:
    """What `body` means by `answer`; None for an intermediate one (a challenge), and for what is neither JSON nor XML."""
    if body is None:
        return None
    if all(_text(_dig(body, path)) == value for path, value in answer.accepted.items()):
        return Verdict(True)
    code = _text(_dig(body, answer.code)) if answer.code else ""
    if code in answer.ignore:
        return None
    means = answer.means
    tries = _number(_dig(body, answer.tries_left)) if answer.tries_left else None
    seconds = _number(_dig(body, answer.locked_for)) if answer.locked_for else None
    if code in means.locked or (code in means.refused and seconds):
        return Verdict(False, AccountLocked(locked_message(who, seconds), seconds))
    if code in means.session_limit:
        return Verdict(False, SessionLimit(f"{who}: too many people are signed in; sign one of them out and try again"))
    if code in means.not_initialised:
        return Verdict(False, NotInitialised(f"{who}: the recorder has no password yet; finish its first-start wizard by hand"))
    if code in means.refused:
        left = "" if tries is None else f"; {tries} {'try' if tries == 1 else 'tries'} left before the account is locked"
        return Verdict(
            False, SignInRefused(f"{who}: the recorder refused user or password{left}; nvrflow does not try again", tries)
        )
    return Verdict(
        False, SignInRefused(f"{who}: the recorder refused the sign-in with code {code or 'none'}; nvrflow does not try again")
    )


def locked_message(who: str, seconds: int | None) -> str:
    """The sentence for a locked account; `seconds` until the recorder unlocks it, if known."""
    if not seconds:
        return f"{who}: the account is locked; wait until the recorder unlocks it"
    minutes = ceil(seconds / 60)
    return (
        f"{who}: the account is locked for {minutes} more {'minute' if minutes == 1 else 'minutes'}; nvrflow does not try before"
    )


def held_back(answer: Answer, held: list[str]) -> str:
    """Method and address of the first request in `held` to which `answer` would have been the answer; empty if there is none."""
    lines = (request.partition("\n") for request in held)
    return next((line for line, _, body in lines if _fits(answer, line.partition(" ")[2], body)), "")


def _fits(meant: Answer, url: str, body: str) -> bool:
    return bool(re.search(meant.url, url)) and (meant.body is None or bool(re.search(meant.body, body)))


def _body_of(request: Request) -> str:
    return (request.post_data_buffer or b"").decode("utf-8", "replace")


def _dig(body: Any, path: str | None) -> Any:
    for key in (path or "").split("."):
        body = body.get(key) if isinstance(body, dict) else None
    return body


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) or (isinstance(value, str) and value.isdigit()) else None
