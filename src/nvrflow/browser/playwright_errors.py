"""Translating Playwright's errors into nvrflow's; the only module that depends on Playwright's messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from nvrflow.errors import NvrflowError, ProductDefect, RequestHeld, SelectorDrift, TimedOut, Unreachable, WrongCall

if TYPE_CHECKING:
    from playwright.sync_api import Locator

_HELD = "ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH"  # what Chromium makes of the answer that the gate gives instead

# The reason for which a pulse closes a page; Playwright puts it into the errors of the calls that this ends.
SILENT = "the page did not answer within"
_SILENCE_MEANS = (
    ": a script keeps it busy, or the browser stands still, so it was closed; open the page in a browser of your own, and if it "
    "answers there, run the command again with a longer --timeout"
)
_COMES_OF_IT = (NvrflowError, TimedOut, SelectorDrift, ProductDefect, Unreachable)

__all__ = [
    "SILENT",
    "PlaywrightError",
    "PlaywrightTimeout",
    "answering",
    "is_covered",
    "translated",
    "unreachable",
    "wants_sign_in",
]


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Translate Playwright's errors in the block into nvrflow's errors; `where` names the element."""
    try:
        yield
    except PlaywrightTimeout as problem:
        raise TimedOut(f"{where}: {_first_line(problem)}") from problem
    except PlaywrightError as problem:
        if told := re.search(rf"{SILENT} [\d.e+]+ s", problem.message):
            raise TimedOut(f"{where}: {told[0]}{_SILENCE_MEANS}") from problem
        if wants_sign_in(problem):
            raise SelectorDrift(
                f"{where}: the recorder requires that the browser itself asks for user and password (HTTP Basic or Digest); "
                "set `asked_by_browser: true` at sign_in in the selector file"
            ) from problem
        if "net::ERR_" in problem.message:
            raise unreachable(where, problem) from problem
        if "Invalid locale name" in problem.message:
            raise WrongCall(f"{where}: no browser knows this --language; use a code like es or pt-BR") from problem
        if "closed" in problem.message or "crashed" in problem.message:
            raise NvrflowError(
                f"{where}: the browser was closed while nvrflow worked in it; leave it open until the end"
            ) from problem
        raise NvrflowError(f"{where}: {_first_line(problem)}") from problem


@contextmanager
def answering(where: str, silences: Sequence[str]) -> Iterator[None]:
    """In the block, what a page that was closed can lead to is told as what it is: raises TimedOut.

    `silences` says that a page no longer answered, once that was so.
    """
    try:
        yield
    except (PlaywrightError, NvrflowError) as problem:
        told = isinstance(problem, NvrflowError) and SILENT in str(problem)
        if not silences or told or (isinstance(problem, NvrflowError) and type(problem) not in _COMES_OF_IT):
            raise
        silence = TimedOut(f"{where}: {silences[-1]}{_SILENCE_MEANS}")
        silence.step = problem.step if isinstance(problem, NvrflowError) else None
        raise silence from problem


def is_covered(target: Locator, milliseconds: float) -> bool:
    """Whether something covers `target` during all that time; no click is made."""
    try:
        target.click(timeout=milliseconds, trial=True)
    except PlaywrightTimeout as problem:
        return "intercepts pointer events" in problem.message
    return False


def unreachable(url: str, problem: PlaywrightError) -> Unreachable | RequestHeld:
    """Make the error for an address that does not answer, or that the gate did not let the browser ask."""
    found = re.search(r"net::(ERR_\w+)", problem.message)
    code = found.group(1) if found else _first_line(problem)
    if code == _HELD:
        return RequestHeld(f"{url}: --check held back the request for this page; if it only reads, name it below `harmless`")
    return Unreachable(f"{url}: the recorder does not answer ({code}); check address, cable and power")


def wants_sign_in(problem: PlaywrightError) -> bool:
    """Whether the recorder answers, but asks the browser itself for user and password, which it does not have."""
    return "net::ERR_INVALID_AUTH_CREDENTIALS" in problem.message


def _first_line(problem: PlaywrightError) -> str:
    line = re.sub(r"^\w+\.\w+: ", "", problem.message.strip().splitlines()[0])
    if waited := re.fullmatch(r"Timeout (\d+)ms exceeded\.?", line):
        return f"the browser could not do this within {int(waited[1]) / 1000:g} s; the page may have changed meanwhile"
    return line
