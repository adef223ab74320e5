"""A flow waits for a recorder that restarts and answers at the same address again; each end of the wait is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Opening
from one_port_recorder import OnePortRecorder
from test_one_port_recorder import ASKED, changed, opened_at
from test_one_port_recorder import Opening as OpeningAt
from test_restoration import set_port

from nvrflow.errors import ProductDefect
from nvrflow.flows.sign_in import sign_in

pytestmark = pytest.mark.browser
__all__ = ["opened_at"]


def test_a_flow_waits_for_a_restart_and_signs_in_again(simulated: Callable[..., Any], opened: Opening) -> None:
    recorder = simulated(restart_seconds=1.5)
    with opened(recorder, screenshots=True) as page:
        sign_in(page)
        set_port(page, 8443)
        page.await_restart()
        step = page.report.steps[-1]
        assert (step.id, step.outcome, step.title) == ("await-restart", "done", "Wait until the recorder has restarted")
        assert "did not answer for" in step.note and step.id in [picture.step_id for picture in page.steps.pictures]
        assert not page.signed_in and page.url == recorder.url
        sign_in(page)
        assert page.go_to("https").read("port") == "8443"
    assert [entry.event for entry in recorder.log].count("restart") == 1


def test_a_check_waits_for_no_restart(simulated: Callable[..., Any], opened: Opening) -> None:
    with opened(simulated(), check=True) as page:
        sign_in(page)
        page.await_restart()
        assert page.report.steps[-1].outcome == "would" and page.signed_in, "there was nothing to wait for"
        set_port(page, 8443)
        page.await_restart()
        assert page.report.steps[-1].outcome == "would" and page.signed_in


def test_a_recorder_that_does_not_restart_or_does_not_come_back_ends_the_wait(
    simulated: Callable[..., Any], opened: Opening
) -> None:
    with opened(simulated(restart_seconds=60)) as page:
        sign_in(page)
        page.restart_patience = 1.0
        with pytest.raises(ProductDefect, match=r"has answered all the time for 1 s\. Look at the last picture"):
            page.await_restart()
        page.restart_patience = 4.0
        set_port(page, 8443)
        with pytest.raises(ProductDefect, match=r"does not answer again within 4 s\. Look whether it is on"):
            page.await_restart()


def test_a_question_whether_to_restart_is_answered_meanwhile(opened_at: OpeningAt, tmp_path: Path) -> None:
    with OnePortRecorder(asks=True) as recorder, opened_at(recorder.url, changed(tmp_path, ("identify:", ASKED))) as page:
        sign_in(page)
        page.restart_patience = 3.0
        page.go_to("https").click("ok")
        with pytest.raises(ProductDefect, match="has answered all the time"):  # this one ends sessions, and nothing else
            page.await_restart()
        assert "answer-restart-restart" in [step.id for step in page.report.steps]
