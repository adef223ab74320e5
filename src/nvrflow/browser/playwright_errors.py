"""Playwright's errors in nvrflow's words; the one place that knows what its messages look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from nvrflow.errors import NvrflowError, SelectorDrift, TimedOut, Unreachable, WrongCall

if TYPE_CHECKING:
    from playwright.sync_api import Locator

__all__ = ["PlaywrightError", "PlaywrightTimeout", "is_covered", "translated", "unreachable", "wants_sign_in"]


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turn what Playwright raises in the block into nvrflow's errors; `where` names the element."""
    try:
        yield
    except PlaywrightTimeout as problem:
        raise TimedOut(f"{where}: {_first_line(problem)}") from problem
    except PlaywrightError as problem:
        if wants_sign_in(problem):
            raise SelectorDrift(
                f"{where}: the recorder wants the browser itself to ask for user and password (HTTP Basic or Digest); "
                "a selector file says so by `asked_by_browser: true` on sign_in"
            ) from problem
        if "net::ERR_" in problem.message:
            raise unreachable(where, problem) from problem
        if "Invalid locale name" in problem.message:
            raise WrongCall(f"{where}: --language names none that a browser knows; write a code like es or pt-BR") from problem
        if "closed" in problem.message or "crashed" in problem.message:
            raise NvrflowError(
                f"{where}: the browser was closed while nvrflow worked in it; leave it open until the end"
            ) from problem
        raise NvrflowError(f"{where}: {_first_line(problem)}") from problem


def is_covered(target: Locator, milliseconds: float) -> bool:
    """Whether something else lies above `target` for all that time; no click is made."""
    try:
        target.click(timeout=milliseconds, trial=True)
    except PlaywrightTimeout as problem:
        return "intercepts pointer events" in problem.message
    return False


def unreachable(url: str, problem: PlaywrightError) -> Unreachable:
    """The error for an address that does not answer."""
    found = re.search(r"net::(ERR_\w+)", problem.message)
    code = found.group(1) if found else _first_line(problem)
    return Unreachable(f"{url}: the recorder does not answer ({code}); check address, cable and power")


def wants_sign_in(problem: PlaywrightError) -> bool:
    """Whether a recorder that does answer asks the browser itself for user and password, and the browser has none."""
    return "net::ERR_INVALID_AUTH_CREDENTIALS" in problem.message


def _first_line(problem: PlaywrightError) -> str:
    line = problem.message.strip().splitlines()[0]
    return re.sub(r"^\w+\.\w+: ", "", line)
