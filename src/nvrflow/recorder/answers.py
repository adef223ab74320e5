"""The answers on the network that say whether a click worked, and the requests that `--check` held back instead."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.errors import AccountLocked, NotInitialised, NvrflowError, ProductDefect, SessionLimit, SignInRefused
from nvrflow.firmware.body import at_path, read_body
from nvrflow.firmware.traffic import ANYTHING, Answer

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Response

_OWN_ERROR = (
    "with HTTP status {status}, an error of its own, which says nothing about user or password; try again later, and if it stays "
    "so, restart the recorder"
)


@dataclass(frozen=True)
class Verdict:
    """What one answer of the recorder says: accepted, or the error it means; neither if the browser could not read the answer.

    `vague`: it is not a success, and neither status nor code says why, so the words on the screen count. `cut`: the connection
    ended before the answer came. `body` is the content of an answer that accepts, as plain data.
    """

    accepted: bool = False
    body: Any = None
    problem: NvrflowError | None = None
    vague: bool = False
    cut: bool = False


class Answers:
    """Collects a page's responses while a click is awaited, and reads the first that decides"""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._waiting: list[Response] = []
        self._over: set[Request] = set()
        self._cut = False

    @contextmanager
    def of(self, page: Page) -> Iterator[Answers]:
        """Listen to `page` for the time of the block."""
        page.on("response", self._hear)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._lose)
        try:
            yield self
        finally:
            page.remove_listener("response", self._hear)
            page.remove_listener("requestfinished", self._end)
            page.remove_listener("requestfailed", self._lose)

    @property
    def come(self) -> bool:
        """Whether an answer has begun to come, and is not there as a whole yet."""
        return bool(self._waiting)

    def verdict(self, who: str) -> Verdict | None:
        """What the recorder has answered so far; None before an answer decides. `who` names recorder and user for the message."""
        for response in [one for one in self._waiting if one.request in self._over]:  # the text of another may never end
            self._waiting.remove(response)
            try:
                text = response.text()
            except PlaywrightError:
                text = ""
                if not self._answer.status.accepted:
                    return Verdict()
            verdict = read_answer(self._answer, read_body(text), who, response.status)
            if verdict:
                return verdict
        return Verdict(cut=True) if self._cut else None

    def _hear(self, response: Response) -> None:
        if _fits(self._answer, response.url, _body_of(response.request)):
            self._waiting.append(response)

    def _end(self, request: Request) -> None:
        self._over.add(request)

    def _lose(self, request: Request) -> None:
        self._over.add(request)
        if _fits(self._answer, request.url, _body_of(request)) and not (request.failure or "").endswith("ERR_ABORTED"):
            self._cut = True


def read_answer(answer: Answer, body: Any, who: str, status: int = 200) -> Verdict | None:
    """What `body` and the HTTP `status` mean by `answer`; None if this answer decides nothing yet."""
    codes, means = answer.status, answer.means
    if status in codes.ignore:
        return None
    code = _text(at_path(body, answer.code)) if answer.code and body is not None else ""
    if _is_accepted(answer, body, status):
        return Verdict(accepted=True, body=body)
    if body is None and status < 500 and status not in _named(answer) and not codes.accepted:
        return None
    if code in answer.ignore:
        return None
    tries = _number(at_path(body, answer.tries_left)) if answer.tries_left else None
    seconds = _number(at_path(body, answer.locked_for)) if answer.locked_for else None
    refused = code in means.refused or status in codes.refused
    if code in means.locked or status in codes.locked or (refused and seconds):
        return Verdict(problem=AccountLocked(locked_message(who, seconds), seconds))
    if code in means.session_limit or status in codes.session_limit:
        return Verdict(problem=SessionLimit(f"{who}: too many people are signed in; sign one of them out and try again"))
    if code in means.not_initialised or status in codes.not_initialised:
        return Verdict(problem=NotInitialised(f"{who}: the recorder has no password yet; finish its first-start wizard by hand"))
    if refused:
        left = "" if tries is None else f"; {tries} {'try' if tries == 1 else 'tries'} left before the account is locked"
        return Verdict(
            problem=SignInRefused(f"{who}: the recorder refused user or password{left}; nvrflow does not try again", tries)
        )
    has_code = bool(code) and code != "null"
    if status >= 500 and not has_code:
        return Verdict(problem=ProductDefect(f"{who}: the recorder answered {_OWN_ERROR.format(status=status)}"))
    how = f"with code {code}" if has_code else f"with HTTP status {status}" if status >= 400 else "and gives no reason"
    return Verdict(
        problem=SignInRefused(f"{who}: the recorder refused the sign-in {how}; nvrflow does not try again"),
        vague=not has_code,
    )


def locked_message(who: str, seconds: int | None) -> str:
    """The sentence for a locked account; `seconds` until the recorder unlocks it, if known."""
    if not seconds:
        return f"{who}: the account is locked; wait until the recorder unlocks it, then run the same command again"
    minutes = ceil(seconds / 60)
    return (
        f"{who}: the account is locked for {minutes} more {'minute' if minutes == 1 else 'minutes'}; nvrflow does not try before"
    )


def held_back(answer: Answer, held: list[str]) -> str:
    """Method and address of the first request in `held` to which `answer` would have been the answer; empty if there is none."""
    lines = (request.partition("\n") for request in held)
    return next((line for line, _, body in lines if _fits(answer, line.partition(" ")[2], body)), "")


def _is_accepted(answer: Answer, body: Any, status: int) -> bool:
    if answer.status.accepted and status not in answer.status.accepted:
        return False
    return all(_holds(at_path(body, path), value) for path, value in answer.accepted.items())


def _holds(found: Any, value: str) -> bool:
    return found is not None if value == ANYTHING else _text(found) == value


def _named(answer: Answer) -> set[int]:
    """Every HTTP status that the answer says something about."""
    return {code for codes in answer.status.model_dump().values() for code in codes}


def _fits(meant: Answer, url: str, body: str) -> bool:
    return bool(re.search(meant.url, url)) and (meant.body is None or bool(re.search(meant.body, body)))


def _body_of(request: Request) -> str:
    return (request.post_data_buffer or b"").decode("utf-8", "replace")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) or (isinstance(value, str) and value.isdigit()) else None
