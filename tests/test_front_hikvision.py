"""AngularJS, and pages in frames: what these two front-ends have, beside the flows that run on every recorder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slow_tests import mostly_slow

from nvrflow.errors import AccountLocked, NotInitialised, ProductDefect, SessionLimit, SignInRefused, TimedOut
from nvrflow.flows.create_certificate import create_certificate
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.enable_https import enable_https
from nvrflow.flows.sign_in import sign_in
from nvrflow.flows.sign_out import sign_out
from nvrflow.recorder.start_page import look_at
from nvrflow.simulator import recorder_files

NAMES = ["hikvision/nvr_v4", "hikvision/ds_v3"]
Started = Callable[..., Any]
both = pytest.mark.parametrize("name", NAMES)
# As test_flows.py goes through all flows on each firmware, what the two share is quick on one of them.
first = pytest.mark.parametrize("name", mostly_slow(NAMES, "hikvision/nvr_v4".__eq__))
second = pytest.mark.parametrize("name", mostly_slow(NAMES, "hikvision/ds_v3".__eq__))


@both
def test_each_is_told_from_the_other(simulated: Started, name: str) -> None:
    assert look_at(simulated(name).url).firmware == name


@second
def test_a_self_signed_certificate_is_made_once_and_is_the_only_one(simulated: Started, opened: Any, name: str) -> None:
    simulation = simulated(name)
    assert simulation.device_sha256 is None
    with opened(simulation) as recorder:
        create_certificate(recorder)
        made = simulation.device_sha256
        device, issuer = download_certificates(recorder)
        assert recorder.report.notes == []
    with opened(simulation) as recorder:
        create_certificate(recorder)
        assert recorder.report.notes == ["already: a certificate is there"]
    assert [entry.event for entry in simulation.log].count("certificate") == 1
    assert (device.sha256, issuer) == (made, None)
    assert device.self_signed


@first
def test_the_switch_can_not_be_used_before_there_is_a_certificate(simulated: Started, opened: Any, name: str) -> None:
    simulation = simulated(name)
    with opened(simulation, timeout=3) as recorder:
        sign_in(recorder)
        with pytest.raises((ProductDefect, TimedOut), match=r"https\.enable"):
            recorder.go_to("https").check("enable")
    assert simulation.state()["web"]["https"] is False


@first
def test_https_is_enabled_with_a_certificate_made_on_the_way(simulated: Started, opened: Any, name: str) -> None:
    simulation = simulated(name)
    with opened(simulation) as recorder:
        enable_https(recorder)
        assert recorder.report.https.url == simulation.https_url
    assert [entry.event for entry in simulation.log].count("certificate") == 1


@second
def test_a_wrong_password_is_tried_once_and_says_how_many_tries_are_left(simulated: Started, opened: Any, name: str) -> None:
    simulation = simulated(name, lockout_tries=7)
    with opened(simulation, "wrong-password") as recorder, pytest.raises(SignInRefused, match="6 tries left"):
        sign_in(recorder)
    assert [entry.event for entry in simulation.log] == ["login-refused"]


@first
def test_a_locked_account_says_for_how_long(simulated: Started, opened: Any, name: str) -> None:
    simulation = simulated(name, lockout_tries=1, lockout_minutes=10)
    with opened(simulation, "wrong-password") as recorder, pytest.raises(AccountLocked, match="10 more minutes"):
        sign_in(recorder)


@first
def test_a_recorder_with_too_many_people_says_so(simulated: Started, opened: Any, name: str) -> None:
    simulation = simulated(name, other_sessions=8)
    with opened(simulation) as recorder, pytest.raises(SessionLimit):
        sign_in(recorder)


@second
def test_a_recorder_that_is_not_activated_is_left_alone(simulated: Started, opened: Any, name: str) -> None:
    simulation = simulated(name, initialised=False)
    with pytest.raises(NotInitialised), opened(simulation) as recorder:
        sign_in(recorder)
    assert simulation.log == ()


@second
def test_signing_out_answers_its_question(simulated: Started, opened: Any, name: str) -> None:
    simulation = simulated(name)
    with opened(simulation) as recorder:
        sign_in(recorder)
        sign_out(recorder)
        assert recorder.shows("sign_in")
    assert simulation.sessions == 0


@both
def test_model_and_version_are_read_once_somebody_is_signed_in(simulated: Started, opened: Any, name: str) -> None:
    device = recorder_files.load(name, {})[0].device
    with opened(simulated(name)) as recorder:
        sign_in(recorder)
        known = recorder.report.firmware
    assert (known["model"], known["version"]) == (device.type, f"V{device.version}")


def test_live_view_may_nag_about_a_plug_in_that_settings_do_not_need(simulated: Started, opened: Any) -> None:
    with opened(simulated("hikvision/nvr_v4", plugin="optional")) as recorder:
        sign_in(recorder)
        assert recorder.page.locator(".noPlugin").is_visible()
        recorder.go_to("https")


def test_a_question_that_was_answered_before_is_no_refusal_of_the_next_sign_in(simulated: Started, opened: Any) -> None:
    with opened(simulated("hikvision/ds_v3", latency_ms=300)) as recorder:
        sign_in(recorder)
        sign_out(recorder)
        assert recorder.window.native == ["Are you sure to log out?"]
        sign_in(recorder)
        assert recorder.signed_in
