"""What a test changed is put back, also while the recorder restarts because of it; or a person is told what to undo."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from conftest import Opening

from nvrflow import Recorder
from nvrflow.errors import SelectorDrift, Unreachable
from nvrflow.flows.sign_in import sign_in
from nvrflow.pytest_plugin.restoration import NotPutBack, put_back
from nvrflow.pytest_plugin.selection import Wanted
from nvrflow.pytest_plugin.stand import keeps

pytestmark = pytest.mark.browser


def set_port(recorder: Recorder, port: int) -> None:
    """Save another HTTPS port; the recorder restarts its web service after that."""
    page = recorder.go_to("https")
    page.fill("port", str(port))
    page.click("ok")
    if page.offers("confirm"):
        page.click("confirm")


def interrupted(recorder: Recorder) -> None:
    """A test that goes on too early, while the recorder restarts."""
    with pytest.raises((Unreachable, SelectorDrift)):
        while True:
            recorder.reopen()
            recorder.go_to("sign_in")


def test_what_was_changed_is_put_back_while_the_recorder_restarts(simulated: Callable[..., Any], opened: Opening) -> None:
    recorder = simulated(restart_seconds=3)
    before = recorder.state()["web"]["https_port"]
    with opened(recorder) as page:
        sign_in(page)
        set_port(page, 8443)
        interrupted(page)
        put_back(page, Wanted(restore=lambda again: set_port(again, before)), secure_before=None)
    assert recorder.state()["web"]["https_port"] == before


def test_a_person_is_told_what_to_undo(simulated: Callable[..., Any], opened: Opening) -> None:
    recorder = simulated(restart_seconds=2)

    def broken(recorder: Recorder) -> None:
        raise ValueError("no idea")

    with opened(recorder) as page:
        sign_in(page)
        set_port(page, 8443)
        interrupted(page)
        with pytest.raises(NotPutBack) as raised:
            put_back(page, Wanted(restore=broken), secure_before=None)
    said = str(raised.value)
    assert "no idea; do it by hand. The test did this: Fill in Port: 8443; Click OK" in said
    assert recorder.password not in said and "Password" not in said


@pytest.mark.parametrize(
    ("fixtures", "options", "expected"),
    [
        (["signed_in"], {}, True),
        (["recorder"], {}, False),
        (["signed_in", "ui_baseline"], {}, False),
        (["signed_in", "image_baseline"], {}, False),
        (["signed_in"], {"--video": "on"}, False),
    ],
)
def test_a_session_is_left_to_the_next_test_only_where_nothing_depends_on_it(
    fixtures: list[str], options: dict[str, str], expected: bool
) -> None:
    config = SimpleNamespace(getoption=lambda name: options.get(name, "off"))
    node = SimpleNamespace(iter_markers=lambda name: iter(()))
    assert keeps(cast(Any, SimpleNamespace(config=config, fixturenames=fixtures, node=node))) is expected
