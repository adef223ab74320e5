"""HTTPS as a radio, and its port on a page of its own: what this front-end has, beside the flows that run on every recorder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nvrflow.errors import AccountLocked, NotInitialised, ProductDefect, SessionLimit, SignInRefused
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.enable_https import enable_https
from nvrflow.flows.sign_in import sign_in

NAME = "uniview/nvr"
Started = Callable[..., Any]


def test_the_port_is_read_from_its_own_page(simulated: Started, opened: Any) -> None:
    simulation = simulated(NAME)
    with opened(simulation) as recorder:
        enable_https(recorder)
        assert recorder.report.https.url == simulation.https_url
        assert "setup.port" in [step.element for step in recorder.report.steps]


def test_a_recorder_without_a_certificate_says_so_when_https_is_switched_on(simulated: Started, opened: Any) -> None:
    simulation = simulated(NAME, certificate="none")
    with opened(simulation) as recorder, pytest.raises(ProductDefect, match="There is no certificate"):
        enable_https(recorder)
    assert simulation.state()["web"]["https"] is False


def test_an_export_that_fails_once_is_tried_again_after_a_new_sign_in(simulated: Started, opened: Any) -> None:
    simulation = simulated(NAME, download_fails=1)
    with opened(simulation) as recorder:
        download_certificates(recorder)
    assert [entry.event for entry in simulation.log].count("login") == 2


def test_a_wrong_password_is_tried_once_and_says_how_many_tries_are_left(simulated: Started, opened: Any) -> None:
    simulation = simulated(NAME, lockout_tries=3)
    with opened(simulation, "wrong-password") as recorder, pytest.raises(SignInRefused, match="2 tries left"):
        sign_in(recorder)
    assert [entry.event for entry in simulation.log] == ["login-refused"]


def test_a_locked_account_says_for_how_long(simulated: Started, opened: Any) -> None:
    simulation = simulated(NAME, lockout_tries=1, lockout_minutes=10)
    with opened(simulation, "wrong-password") as recorder, pytest.raises(AccountLocked, match="10 more minutes"):
        sign_in(recorder)


def test_a_recorder_with_too_many_people_says_so(simulated: Started, opened: Any) -> None:
    simulation = simulated(NAME, other_sessions=8)
    with opened(simulation) as recorder, pytest.raises(SessionLimit):
        sign_in(recorder)


def test_a_recorder_without_a_first_password_is_left_alone(simulated: Started, opened: Any) -> None:
    simulation = simulated(NAME, initialised=False)
    with pytest.raises(NotInitialised), opened(simulation) as recorder:
        sign_in(recorder)


def test_check_changes_nothing(simulated: Started, opened: Any) -> None:
    simulation = simulated(NAME)
    before = simulation.state()
    with opened(simulation, check=True) as recorder:
        enable_https(recorder)
    assert simulation.state() == before
