"""What answers at an address, also where the browser itself would have to ask for user and password before it shows anything."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from nvrflow.browser.playwright_errors import PlaywrightError, PlaywrightTimeout, wants_sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response


def open_page(page: Page, url: str, wait_until: Literal["commit", "domcontentloaded"], timeout: float) -> Response | None:
    """Open `url` within `timeout` seconds; the answer, whatever its status. Raises PlaywrightError.

    A 401 that the browser itself has to answer is an error for a full browser, which shows an empty page of its own then, and
    a page like any other for a headless shell. No user or password is made up, because a recorder would count the try.
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
            page.wait_for_url(re.compile("^chrome-error:"), timeout=5000)  # what is done on the page meanwhile is lost
        return answers[-1]
    finally:
        page.remove_listener("response", hear)
