"""Opening an address and getting its answer, even if the browser itself would have to ask for user and password first."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from nvrflow.address import place_of
from nvrflow.browser.playwright_errors import SILENT, PlaywrightError, PlaywrightTimeout, translated, wants_sign_in
from nvrflow.browser.refusals import Refusals
from nvrflow.errors import TimedOut, Unreachable
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

_FIRST_WORDS = "() => (document.body?.innerText || '').trim().replace(/\\s+/g, ' ').slice(0, 80)"


def open_page(page: Page, url: str, wait_until: Literal["commit", "domcontentloaded"], timeout: float) -> Response | None:
    """Open `url` within `timeout` seconds and return the answer, with any status. Raises PlaywrightError.

    A 401 that the browser itself has to answer is an error in a full browser, which then shows an empty page of its own, and an
    ordinary page in a headless shell. No user or password is invented, because the recorder would count that as a try.
    """
    answers: list[Response] = []

    def hear(response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == page.main_frame:
            answers.append(response)

    page.on("response", hear)
    try:
        return page.goto(url, wait_until=wait_until, timeout=timeout * 1000)
    except PlaywrightError as problem:
        if not wants_sign_in(problem) or not answers or answers[-1].status != 401:
            raise
        with suppress(PlaywrightTimeout):
            page.wait_for_url(re.compile("^chrome-error:"), timeout=5000)  # anything done on the page before that is lost
        return answers[-1]
    finally:
        page.remove_listener("response", hear)


def open_recorder(page: Page, url: str, timeout: float, refusals: Refusals) -> Response | None:
    """Open the recorder's page and return the answer. Raises OtherHost if it leads elsewhere, Unreachable, TimedOut."""
    refusals.trouble, at = "", place_of(url).url
    try:
        with translated(at), waiting(f"the page at {url}", timeout):
            response = open_page(page, url, "domcontentloaded", timeout)
    except TimedOut as problem:
        if SILENT in str(problem):
            raise
        raise TimedOut(
            f"{at}: the page did not load within {timeout:g} s; see whether it loads in a browser of your own, and if it only "
            "takes long, run the command again with a longer --timeout"
        ) from None
    except Unreachable:
        refusals.bounds.stop_if_moved()
        if refusals.trouble:
            raise Unreachable(
                f"{url}: the recorder does not answer ({refusals.trouble}); check address, cable and power"
            ) from None
        raise
    refusals.bounds.stop_if_moved()
    return response


def answer_in_words(page: Page, status: int, challenge: str) -> str:
    """What answers at an address, for a person: its HTTP status unless that is 200, and the title of its page, else its words."""
    said = ""
    with suppress(PlaywrightError):
        title, words = page.title().strip()[:80], page.evaluate(_FIRST_WORDS)
        said = f"titled {title!r}" if title else f"which says {words!r}" if words else ""
    code = f"HTTP {status} {challenge}".strip() if status != 200 else ""
    return ", ".join(part for part in (code, said) if part)
