"""A recorder that is not quite as its selector file says: exactly what changed fails or falls back, and the message says how."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from changed_recorder import changed_recorder
from conftest import BRISK

from nvrflow.errors import SelectorDrift, UnknownFirmware
from nvrflow.flows.disable_https import disable_https
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.enable_https import enable_https
from nvrflow.flows.sign_in import sign_in
from nvrflow.recorder import Recorder
from nvrflow.simulator.service import SimulatedRecorder

Changed = Callable[..., SimulatedRecorder]


@pytest.fixture
def changed(tmp_path: Path) -> Iterator[Changed]:
    """A simulated recorder with other words, by their key, with parts of its files replaced, or of another version."""
    with ExitStack() as started:

        def start(
            name: str, words: dict[str, str] | None = None, files: dict[str, tuple[str, str]] | None = None, version: str = ""
        ) -> Any:
            return started.enter_context(changed_recorder(tmp_path, name, BRISK, words, files, version))

        yield start


def everything(recorder: Recorder) -> set[str]:
    """The guide from start to end and back; the elements that were found otherwise than first said."""
    download_certificates(recorder)
    enable_https(recorder)
    disable_https(recorder)
    return {drift.element for drift in recorder.report.drift}


@pytest.mark.parametrize(
    ("name", "key", "elements"),
    [
        pytest.param(
            "dahua/nvr_v4", "com.Download", {"device_certificate.download", "trusted_ca.download"}, marks=pytest.mark.slow
        ),
        pytest.param("dahua/nvr_v4", "security.CaCertificate", {"security.ca_certificate_tab"}, marks=pytest.mark.slow),
        pytest.param("dahua/nvr_v4", "menu.setting", {"home.setting"}, marks=pytest.mark.slow),
        pytest.param("dahua/nvr_v4_3", "service.Https", {"security.https_tab"}, marks=pytest.mark.slow),
        pytest.param("dahua/ipc_web3", "https.Create", {"https.create_server_certificate"}, marks=pytest.mark.slow),
        ("uniview/nvr", "menu.Setup", {"home.setup"}),
    ],
)
def test_a_label_that_changed_is_fallen_back_from_and_nothing_else_is(
    changed: Changed, opened: Any, name: str, key: str, elements: set[str]
) -> None:
    with opened(changed(name, words={key: "Something else"})) as recorder:
        assert everything(recorder) == elements


def test_the_drift_says_what_was_expected_what_was_found_and_what_to_write(changed: Changed, opened: Any) -> None:
    with opened(changed("dahua/nvr_v4", words={"menu.security": "Safety"})) as recorder:
        sign_in(recorder)
        recorder.go_to("security")
        (drift,) = recorder.report.drift
    assert (drift.element, drift.expected, drift.found) == ("menu.security", 'link "SECURITY"', "t=menu.security")
    assert "move `t=menu.security` to the top, or correct" in drift.proposal


def test_a_label_without_a_fallback_fails_with_what_was_tried_and_what_is_near(changed: Changed, opened: Any) -> None:
    with opened(changed("uniview/nvr", words={"tree.NetworkSecurity": "Network Safety"}), timeout=3) as recorder:
        with pytest.raises(SelectorDrift) as failed:
            enable_https(recorder)
        done = [step.id for step in recorder.report.steps if step.outcome == "done"]
    message = str(failed.value)
    assert (
        'uniview/nvr: setup.network_security: not found within 3 s; tried link "Network Security" within tree (0 found)'
        in message
    )
    assert 'Nearest on the screen: link "Network Safety"' in message
    assert failed.value.step == "open-network-security"
    assert {"open-setup", "open-https-port"} <= set(done)


def test_a_button_that_moved_within_its_page_is_found_all_the_same(changed: Changed, opened: Any) -> None:
    moved = {"web/js/certificates.js": ("xtype: 'toolbar',", "xtype: 'toolbar', dock: 'bottom',")}
    with opened(changed("dahua/nvr_v4", files=moved)) as recorder:
        download_certificates(recorder)
        assert recorder.report.drift == []


def test_an_element_that_is_gone_fails_alone(changed: Changed, opened: Any) -> None:
    gone = {
        "web/js/certificates.js": (
            "Nvr.widgets.button('com.Download', onChosen(Nvr.download.run), { iconCls: 'nvr-icon-download' }),",
            "",
        )
    }
    with opened(changed("dahua/nvr_v4", files=gone), timeout=3) as recorder:
        with pytest.raises(SelectorDrift) as failed:
            download_certificates(recorder)
        enable_https(recorder)
        assert recorder.report.drift == []
    assert (
        'device_certificate.download: not found within 3 s; tried button "Download" (0 found), t=com.Download (0 found)'
        in str(failed.value)
    )
    assert failed.value.step == "download-device-certificate-download"


def test_two_where_one_should_be_are_told_apart_from_none(changed: Changed, opened: Any) -> None:
    twice = {
        "web/js/setup_pages.js": (
            '<button data-export="Root" t="https.ExportRoot">',
            '<button data-export="Root" t="app.Export">',
        )
    }
    with opened(changed("uniview/nvr", files=twice), timeout=3) as recorder, pytest.raises(SelectorDrift) as failed:
        download_certificates(recorder)
    assert 'tried button "Export" (2 found)' in str(failed.value)


def test_a_later_firmware_than_the_files_is_not_guessed_at(changed: Changed, opened: Any) -> None:
    recorder = changed("dahua/nvr_v5", version="6.001.0000000.0")
    with pytest.raises(UnknownFirmware) as unknown, opened(recorder):
        pass
    assert "the nearest is dahua/nvr_v5, but these signs of it were not found: firmware >=5.0, <6.0 (here 6.1)" in str(
        unknown.value
    )
    with opened(recorder, firmware="dahua/nvr_v5") as named:
        sign_in(named)
        assert "the recorder says that its firmware is 6.1; dahua/nvr_v5 is for >=5.0, <6.0" in named.report.notes


def test_the_tenth_version_is_later_than_the_third(changed: Changed, opened: Any) -> None:
    with opened(changed("dahua/nvr_v4_3", version="4.010.0000000.0")) as recorder:
        assert recorder.firmware.name == "dahua/nvr_v4_3"
        assert recorder.report.firmware is not None and recorder.report.firmware["version"] == "4.10"


def test_a_recorder_that_does_not_tell_its_version_is_known_by_the_rest(changed: Changed, opened: Any) -> None:
    silent = {"web/js/app.js": ("version: caps.webVersion, ", "")}
    with opened(changed("dahua/nvr_v4", files=silent)) as recorder:
        assert recorder.firmware.name == "dahua/nvr_v4"
        assert recorder.report.firmware is not None
        assert recorder.report.firmware["model"] == "NVR4216-16P-4KS2" and "version" not in recorder.report.firmware
