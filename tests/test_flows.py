"""The shipped flows on every simulated recorder - or with `--recorder URL` on that one - and in every language it has.

What a recorder cannot do is claimed here by name: which have no second certificate, and which no flow can use.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import BRISK
from slow_tests import mostly_slow

from nvrflow import Recorder, Trusting
from nvrflow.errors import NvrflowError
from nvrflow.firmware import load_firmware
from nvrflow.flows.create_certificate import create_certificate
from nvrflow.flows.disable_https import disable_https
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.enable_https import enable_https
from nvrflow.flows.secure import secure
from nvrflow.flows.sign_in import sign_in
from nvrflow.flows.sign_out import sign_out
from nvrflow.pytest_plugin import TrustStore
from nvrflow.simulator import available, usable

CODES = {"English": "en", "Spanish": "es", "German": "de", "SimpChinese": "zh"}
EVERY_FLOW = [sign_in, sign_out, create_certificate, download_certificates, enable_https, disable_https, secure]
WITHOUT_A_SECOND_CERTIFICATE = {"hikvision/ds_v3", "hikvision/nvr_v4"}
REFUSED = {"dahua/classic": "plugin-needed"}
ON_OURS_ONLY = "only simulated recorders can be set to another language"


def test_signing_in_shows_the_home_page_and_signing_out_the_sign_in_page(signed_in: Recorder) -> None:
    assert signed_in.shows("home")
    before = len(signed_in.report.steps)
    sign_in(signed_in)
    assert len(signed_in.report.steps) == before, "signing in twice clicks once"
    sign_out(signed_in)
    assert signed_in.shows("sign_in")
    assert not signed_in.signed_in


def test_both_certificates_can_be_downloaded(recorder: Recorder) -> None:
    device, trusted = download_certificates(recorder)
    assert device.file is not None and device.file.read_bytes()
    if trusted is None:
        assert not recorder.has("trusted_ca")
        assert device.self_signed
        return
    assert trusted.issued(device)
    assert trusted.file is not None and device.file != trusted.file


def test_https_is_switched_on_left_alone_where_it_is_on_already_and_switched_off_again(
    recorder: Recorder, trust_store: TrustStore
) -> None:
    enable_https(recorder)
    https = recorder.report.https
    assert https is not None and https.after and https.url is not None
    assert https.url.startswith("https://")
    assert https.tls is not None and https.tls.startswith("TLSv1.")
    assert trust_store.error_at(https.url) == "ERR_CERT_AUTHORITY_INVALID", "a browser that trusts nothing refuses it"
    recorder.report.steps.clear()
    enable_https(recorder)
    assert [step.id for step in recorder.report.steps if step.effect == "write"] == []
    assert "already: HTTPS is on" in recorder.report.notes
    disable_https(recorder)
    assert https.after is False


@pytest.mark.slow  # quick: test_one_port_recorder.py::test_https_on_the_port_of_http_is_switched_on_and_off_twice_in_one_run
@pytest.mark.parametrize("at_first", [False, True])
def test_https_goes_off_and_on_again_in_one_run(at_first: bool, simulated: Callable[..., Any], opened: Any) -> None:
    simulation = simulated("dahua/nvr_v4", https=at_first, **BRISK)
    with opened(simulation) as recorder:
        enable_https(recorder)
        disable_https(recorder)
        assert recorder.url == simulation.url
        enable_https(recorder)
        assert recorder.url == simulation.https_url
        sign_in(recorder)
        assert recorder.go_to("https").is_checked("enable")


def test_secure_ends_with_a_recorder_that_a_browser_trusts(recorder: Recorder, trust_store: TrustStore) -> None:
    secure(recorder, Trusting(yes=True, environment=trust_store.environment))
    https = recorder.report.https
    assert https is not None and https.url is not None and https.trusted
    assert trust_store.error_at(https.url) == ""
    disable_https(recorder)


EACH_LANGUAGE = [(name, one) for name, languages in usable().items() for one in languages]
# A language goes wrong in the words of a selector file, a flow on a firmware: each firmware in another language finds both.
# Of cpplus/nvr_v4 only the sign-in differs from the file that it extends.
QUICK = {
    (name, languages[number % len(languages)])
    for number, (name, languages) in enumerate(usable().items())
    if name != "cpplus/nvr_v4"
}


@pytest.mark.parametrize(("name", "language"), mostly_slow(EACH_LANGUAGE, QUICK.__contains__))
def test_every_flow_works_in_every_language_without_drift(
    name: str, language: str, simulated: Callable[..., Any], opened: Any, trust_store: TrustStore, request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("--recorder"):
        pytest.skip(ON_OURS_ONLY)
    simulation = simulated(name, language=language, weak_password=True, **BRISK)
    with opened(simulation) as recorder:
        create_certificate(recorder)
        secure(recorder, Trusting(yes=True, environment=trust_store.environment))
        https = recorder.report.https
        assert https is not None and https.trusted and https.url is not None and trust_store.error_at(https.url) == ""
        disable_https(recorder)
        assert https.after is False
        sign_out(recorder)
        assert recorder.report.language == CODES[language]
        assert recorder.firmware.name == name
        assert recorder.report.drift == []
    assert simulation.sessions == 0


def test_each_recorder_has_the_languages_of_its_selector_file() -> None:
    for name, languages in usable().items():
        assert set(languages) == set(CODES)
        assert set(load_firmware(name).languages) == set(CODES.values())


def test_what_a_recorder_cannot_do_is_known_by_name() -> None:
    assert {name for name in usable() if "trusted_ca" not in load_firmware(name).file.pages} == WITHOUT_A_SECOND_CERTIFICATE
    assert set(available()) - set(usable()) == set(REFUSED)


@pytest.mark.parametrize("flow", EVERY_FLOW, ids=lambda flow: flow.__name__)
@pytest.mark.parametrize("name", REFUSED)
def test_a_recorder_that_no_browser_can_use_ends_every_flow_with_that(
    name: str, flow: Callable[[Recorder], object], simulated: Callable[..., Any], opened: Any
) -> None:
    simulation = simulated(name)
    with pytest.raises(NvrflowError) as refused, opened(simulation) as recorder:
        flow(recorder)
    assert refused.value.kind == REFUSED[name]
    assert simulation.log == ()
