"""The classic recorder page, which no current browser can use: recognised, refused as such, and nothing sent to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nvrflow.browser import find_browser, open_browser
from nvrflow.errors import PluginNeeded
from nvrflow.flows.enable_https import enable_https
from nvrflow.recorder.start_page import look_at
from nvrflow.simulator import simulate
from nvrflow.simulator.service import SimulatedRecorder

NAME = "dahua/classic"


@pytest.fixture(params=["English", "German"])
def classic(request: pytest.FixtureRequest) -> Iterator[SimulatedRecorder]:
    with simulate(NAME, language=request.param) as recorder:
        yield recorder


def test_it_is_recognised_by_its_start_page(classic: SimulatedRecorder) -> None:
    assert look_at(classic.url).firmware == NAME


def test_it_is_refused_with_what_the_person_can_do(classic: SimulatedRecorder, opened: Any) -> None:
    with pytest.raises(PluginNeeded) as refused, opened(classic) as recorder:
        enable_https(recorder)
    said = str(refused.value)
    assert "recorder's own screen" in said and "update the firmware" in said and "Internet Explorer mode" in said
    assert "plug-in" in said.casefold()
    assert refused.value.kind == "plugin-needed"


def test_no_sign_in_is_tried_on_it(classic: SimulatedRecorder, opened: Any) -> None:
    with pytest.raises(PluginNeeded), opened(classic) as recorder:
        enable_https(recorder)
    assert classic.log == ()


def test_its_page_cannot_sign_in_even_when_the_prompt_is_closed(classic: SimulatedRecorder) -> None:
    said: list[str] = []

    def hear(dialog: Any) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    with open_browser(find_browser()) as browser:
        page = browser.new_page()
        page.on("dialog", hear)
        page.goto(classic.url)
        page.locator("#login_btn_cancel").click()
        page.locator("#username").fill(classic.user)
        page.locator("#password").fill(classic.password)
        page.locator("#login_do").click()
        page.locator("#login_install_dialog").wait_for()
    assert len(said) == 1
    assert classic.log == ()
