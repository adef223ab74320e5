"""A click is made once, whatever lies in its way and however busy the page is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from nvrflow.browser import find_browser, open_browser
from nvrflow.browser.clicks import click_once, watch_clicks

TITLE = "<button onclick='window.n = (window.n || 0) + 1; {}'>Network</button>"
COVER = "<div id='cover' style='position: fixed; inset: 0; background: #ccc'>Loading</div>"


@pytest.fixture
def page() -> Iterator[Page]:
    with open_browser(find_browser()) as browser:
        context = browser.new_context()
        watch_clicks(context)
        yield context.new_page()


def show(page: Page, body: str, inner: str = "") -> None:
    bodies = {"http://recorder.test/": body, "http://recorder.test/inner": inner}
    page.route("**/*", lambda route: route.fulfill(content_type="text/html", body=bodies.get(route.request.url, "")))
    page.goto("http://recorder.test/")


def nobody() -> bool:
    return False


def after(seconds: float) -> Callable[[], bool]:
    """Whoever waits gives up then."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def test_a_page_that_is_busy_after_the_click_is_not_clicked_again(page: Page) -> None:
    show(page, TITLE.format("const end = Date.now() + 2500; while (Date.now() < end);"))
    assert click_once(page, page.get_by_role("button"), after(8), nobody, rehearse=False)
    assert page.evaluate("window.n") == 1


def test_a_click_in_a_frame_counts_as_well(page: Page) -> None:
    show(page, "<iframe src='/inner'></iframe>", TITLE.format("const end = Date.now() + 2500; while (Date.now() < end);"))
    assert click_once(page, page.frame_locator("iframe").get_by_role("button"), after(8), nobody, rehearse=False)
    assert page.frames[1].evaluate("window.n") == 1


@pytest.mark.parametrize("rehearse", [False, True])
def test_what_covers_the_target_is_answered_and_then_it_is_clicked(page: Page, rehearse: bool) -> None:
    show(page, TITLE.format("") + COVER)

    def uncover() -> bool:
        assert page.evaluate("window.n") is None
        page.evaluate("document.querySelector('#cover').remove()")
        return True

    assert click_once(page, page.get_by_role("button"), after(8), uncover, rehearse)
    assert page.evaluate("window.n") == 1


@pytest.mark.parametrize("rehearse", [False, True])
def test_a_target_that_stays_covered_is_not_clicked(page: Page, rehearse: bool) -> None:
    show(page, TITLE.format("") + COVER)
    assert not click_once(page, page.get_by_role("button"), after(2), nobody, rehearse)
    assert page.evaluate("window.n") is None


def test_an_earlier_click_is_not_taken_for_this_one(page: Page) -> None:
    show(page, TITLE.format(""))
    assert click_once(page, page.get_by_role("button"), after(8), nobody, rehearse=False)
    page.evaluate("cover => document.body.insertAdjacentHTML('beforeend', cover)", COVER)
    assert not click_once(page, page.get_by_role("button"), after(2), nobody, rehearse=False)
    assert page.evaluate("window.n") == 1
