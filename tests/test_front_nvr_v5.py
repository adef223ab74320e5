"""React and Ant Design, the 5.0 generation: what this front-end has, beside the flows that run on every recorder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nvrflow.errors import AccountLocked, DownloadFailed, NotInitialised, ProductDefect, SessionLimit, SignInRefused
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.enable_https import enable_https
from nvrflow.flows.sign_in import sign_in
from nvrflow.recorder.start_page import look_at

NAME = "dahua/nvr_v5"
Started = Callable[..., Any]


def test_the_password_fields_id_is_another_one_at_every_start(simulated: Started, opened: Any) -> None:
    simulation, ids = simulated(NAME), set()
    for _ in range(2):
        with opened(simulation) as recorder:
            ids.add(recorder.page.get_by_placeholder("Password").get_attribute("id"))
    assert len(ids) == 2
    assert all(one.startswith("PasswordInput_") for one in ids)


def test_a_page_that_only_shares_names_is_not_taken_for_it(simulated: Started) -> None:
    seen = look_at(simulated("dahua/nvr_v4").url)
    (candidate,) = (one for one in seen.candidates if one.firmware.name == NAME)
    assert seen.firmware == "dahua/nvr_v4"
    assert candidate.score < 0.5


def test_an_error_of_a_download_is_told_in_the_recorders_words(simulated: Started, opened: Any) -> None:
    simulation = simulated(NAME, download_fails=2)
    with opened(simulation) as recorder, pytest.raises(DownloadFailed, match=r"Download failed\. Please try again"):
        download_certificates(recorder)


def test_a_port_that_is_taken_is_refused_in_the_recorders_words(simulated: Started, opened: Any) -> None:
    simulation = simulated(NAME)
    simulation.change(busy_ports=[int(simulation.https_url.rsplit(":", 1)[1])])
    with opened(simulation) as recorder, pytest.raises(ProductDefect, match="Failed to save"):
        enable_https(recorder)
    assert simulation.state()["web"]["https"] is False


def test_a_wrong_password_is_tried_once_and_says_how_many_tries_are_left(simulated: Started, opened: Any) -> None:
    simulation = simulated(NAME, lockout_tries=4)
    with opened(simulation, "wrong-password") as recorder, pytest.raises(SignInRefused, match="3 tries left"):
        sign_in(recorder)
    assert [entry.event for entry in simulation.log] == ["login-refused"]


def test_a_locked_account_says_for_how_long(simulated: Started, opened: Any) -> None:
    simulation = simulated(NAME, lockout_tries=1, lockout_minutes=20)
    with opened(simulation, "wrong-password") as recorder, pytest.raises(AccountLocked, match="20 more minutes"):
        sign_in(recorder)


def test_a_recorder_with_too_many_people_says_so(simulated: Started, opened: Any) -> None:
    simulation = simulated(NAME, other_sessions=10)
    with opened(simulation) as recorder, pytest.raises(SessionLimit):
        sign_in(recorder)


def test_a_recorder_without_a_first_password_is_left_alone(simulated: Started, opened: Any) -> None:
    simulation = simulated(NAME, initialised=False)
    with pytest.raises(NotInitialised), opened(simulation) as recorder:
        sign_in(recorder)
    assert simulation.log == ()
