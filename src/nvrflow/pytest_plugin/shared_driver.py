"""One running Playwright for the fixtures of pytest-playwright and for recorders, because a thread can have only one."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from nvrflow.pytest_plugin.flags import uses_recorder


def is_playwrights(fixture: pytest.FixtureDef[Any]) -> bool:
    """Whether this is the fixture in which pytest-playwright starts its driver."""
    return fixture.argname == "playwright" and fixture.func.__module__.startswith("pytest_playwright")


def own_driver(fixture: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Any:
    """The running driver of a recorder as the value of pytest-playwright's fixture; None if that has to start one.

    Where a test uses a recorder, the driver is started here: a terminal's Ctrl-C, which would end pytest-playwright's own driver
    at once, leaves it alone, so that a recorder is put back and signed out; and for a video it finds this computer's encoder.
    """
    from nvrflow.browser.driver import driver, offer_encoder, running_driver

    if running_driver() is None and any(map(uses_recorder, request.session.items)):
        if request.config.getoption("--video", "off") != "off":
            offer_encoder()
        driver()
    running = running_driver()
    if running is None:
        return None
    contexts = request.getfixturevalue("_pw_api_request_contexts")
    if contexts:
        contexts.instrument(running)
    fixture.cached_result = (running, fixture.cache_key(request), None)  # type: ignore[arg-type]
    return running


class SharedDriver:
    """Hears of the driver that pytest-playwright has started, and has recorders use it."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
        """Use the driver for recorders, too, until it is stopped."""
        value = yield
        if is_playwrights(fixturedef):
            from nvrflow.browser.driver import running_driver, use_driver

            if running_driver() is not value:
                use_driver(value)
                fixturedef.addfinalizer(lambda: use_driver(None))
        return value
