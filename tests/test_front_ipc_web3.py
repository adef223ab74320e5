"""The camera front-end of the Web 3.0 generation: what is its own, beside the flows that run on every recorder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nvrflow.content import folder
from nvrflow.errors import AccountLocked, NotInitialised, ProductDefect, SessionLimit, SignInRefused
from nvrflow.flows.create_certificate import create_certificate
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.enable_https import enable_https
from nvrflow.flows.sign_in import sign_in

NAME = "dahua/ipc_web3"
Started = Callable[..., Any]


def test_a_new_camera_makes_one_certificate_below_its_own_root(simulated: Started, opened: Any) -> None:
    camera = simulated(NAME)
    assert camera.device_sha256 is None
    with opened(camera) as recorder:
        create_certificate(recorder)
        made = camera.device_sha256
        device, root = download_certificates(recorder)
        assert recorder.report.notes == []
    assert made is not None
    assert (device.sha256, root.sha256) == (made, camera.authority_sha256)


def test_a_certificate_that_is_there_is_left_alone(simulated: Started, opened: Any) -> None:
    camera = simulated(NAME, certificate="san_ip")
    before = camera.device_sha256
    with opened(camera) as recorder:
        create_certificate(recorder)
    assert camera.device_sha256 == before
    assert "certificate" not in [entry.event for entry in camera.log]


def test_https_without_a_certificate_ends_with_the_cameras_own_words(simulated: Started, opened: Any) -> None:
    camera = simulated(NAME)
    with opened(camera) as recorder:
        sign_in(recorder)
        page = recorder.go_to("https")
        page.check("enable")
        with pytest.raises(ProductDefect, match="create a server certificate first"):
            page.click("ok")


def test_the_root_may_come_by_navigation_as_from_older_firmware(simulated: Started, opened: Any) -> None:
    camera = simulated(NAME, download="navigation")
    with opened(camera) as recorder:
        _, root = download_certificates(recorder)
    assert root.sha256 == camera.authority_sha256


def test_a_download_that_fails_once_is_tried_again_after_a_new_sign_in(simulated: Started, opened: Any) -> None:
    camera = simulated(NAME, certificate="san_ip", download_fails=1)
    with opened(camera) as recorder:
        download_certificates(recorder)
        assert any("signed in again" in note for note in recorder.report.notes)
    assert [entry.event for entry in camera.log].count("login") == 2


def test_a_wrong_password_is_tried_once_and_says_how_many_tries_are_left(simulated: Started, opened: Any) -> None:
    camera = simulated(NAME, lockout_tries=3)
    with opened(camera, "wrong-password") as recorder, pytest.raises(SignInRefused, match="2 tries left") as refused:
        sign_in(recorder)
    assert refused.value.tries_left == 2
    assert [entry.event for entry in camera.log] == ["login-refused"]


def test_a_locked_account_says_for_how_long(simulated: Started, opened: Any) -> None:
    camera = simulated(NAME, lockout_tries=1, lockout_minutes=5)
    with opened(camera, "wrong-password") as recorder, pytest.raises(AccountLocked, match="5 more minutes"):
        sign_in(recorder)


def test_a_camera_with_too_many_people_says_so(simulated: Started, opened: Any) -> None:
    camera = simulated(NAME, other_sessions=10)
    with opened(camera) as recorder, pytest.raises(SessionLimit):
        sign_in(recorder)


def test_a_camera_without_a_first_password_is_left_alone(simulated: Started, opened: Any) -> None:
    camera = simulated(NAME, initialised=False)
    with pytest.raises(NotInitialised), opened(camera) as recorder:
        sign_in(recorder)


def test_the_plugin_for_live_is_no_obstacle_to_the_settings(simulated: Started, opened: Any) -> None:
    camera = simulated(NAME, plugin="required")
    with opened(camera) as recorder:
        sign_in(recorder)
        assert not recorder.go_to("https").is_checked("enable")


def test_check_changes_nothing(simulated: Started, opened: Any) -> None:
    camera = simulated(NAME, certificate="san_ip")
    before = camera.state()
    with opened(camera, check=True) as recorder:
        enable_https(recorder)
    assert camera.state() == before


def test_its_fixture_holds_no_file_of_a_framework() -> None:
    web = folder("fixtures") / NAME / "web"
    assert not [path for path in web.rglob("*.js") if "jquery" in path.name.lower()]
