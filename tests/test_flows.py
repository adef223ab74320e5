"""The shipped flows on every simulated recorder - or with `--recorder URL` on that one."""

from __future__ import annotations

from nvrflow import Recorder, Trusting
from nvrflow.flows.disable_https import disable_https
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.enable_https import enable_https
from nvrflow.flows.secure import secure
from nvrflow.flows.sign_in import sign_in
from nvrflow.flows.sign_out import sign_out
from nvrflow.pytest_plugin import TrustStore


def test_signing_in_shows_the_home_page_and_signing_out_the_sign_in_page(recorder: Recorder) -> None:
    sign_in(recorder)
    assert recorder.shows("home")
    sign_out(recorder)
    assert recorder.shows("sign_in")
    assert not recorder.signed_in


def test_signing_in_twice_clicks_once(signed_in: Recorder) -> None:
    before = len(signed_in.report.steps)
    sign_in(signed_in)
    assert len(signed_in.report.steps) == before


def test_both_certificates_can_be_downloaded(recorder: Recorder) -> None:
    device, trusted = download_certificates(recorder)
    assert trusted is not None
    assert trusted.issued(device)
    assert device.file is not None and trusted.file is not None
    assert device.file != trusted.file
    assert device.file.read_bytes()


def test_https_can_be_switched_on_and_off_again(recorder: Recorder) -> None:
    enable_https(recorder)
    https = recorder.report.https
    assert https is not None and https.after and https.url is not None
    assert https.url.startswith("https://")
    assert https.tls is not None and https.tls.startswith("TLSv1.")
    disable_https(recorder)
    assert https.after is False


def test_https_that_is_on_already_is_left_alone(recorder: Recorder) -> None:
    enable_https(recorder)
    recorder.report.steps.clear()
    enable_https(recorder)
    assert [step.id for step in recorder.report.steps if step.effect == "write"] == []
    assert "already: HTTPS is on" in recorder.report.notes
    disable_https(recorder)


def test_secure_ends_with_a_recorder_that_a_browser_trusts(recorder: Recorder, trust_store: TrustStore) -> None:
    secure(recorder, Trusting(yes=True, environment=trust_store.environment))
    https = recorder.report.https
    assert https is not None and https.url is not None and https.trusted
    assert trust_store.error_at(https.url) == ""
    disable_https(recorder)


def test_a_browser_that_trusts_nothing_refuses_the_recorder(recorder: Recorder, trust_store: TrustStore) -> None:
    enable_https(recorder)
    https = recorder.report.https
    assert https is not None and https.url is not None
    assert trust_store.error_at(https.url) == "ERR_CERT_AUTHORITY_INVALID"
    disable_https(recorder)
