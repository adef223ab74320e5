"""Recorders that nobody has seen before: every flow works on them with a selector file, and none of the engine knows them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest
from slow_tests import mostly_slow
from strange_recorder import PASSWORD, USER, StrangeRecorder

from nvrflow import Recorder, Trusting
from nvrflow.errors import SelectorDrift, SignInRefused
from nvrflow.flows.create_certificate import create_certificate
from nvrflow.flows.disable_https import disable_https
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.enable_https import enable_https
from nvrflow.flows.secure import secure
from nvrflow.flows.sign_in import sign_in
from nvrflow.flows.sign_out import sign_out
from nvrflow.linting import lint
from nvrflow.pytest_plugin import TrustStore
from nvrflow.recorder import open_recorder
from nvrflow.recorder.start_page import look_at

OWN = Path(__file__).parent / "strange"
Started = Callable[..., StrangeRecorder]
Opening = Callable[..., AbstractContextManager[Recorder]]


@pytest.fixture
def strange() -> Iterator[Started]:
    with ExitStack() as started:
        yield lambda **kind: started.enter_context(StrangeRecorder(**kind))


@pytest.fixture
def opened_strange(tmp_path: Path) -> Opening:
    def open_it(recorder: StrangeRecorder, password: str = PASSWORD, **manner: Any) -> AbstractContextManager[Recorder]:
        chosen = {"timeout": 6.0, "screenshots": False, "selectors": OWN, **manner}
        return open_recorder(recorder.url, USER, password, downloads=tmp_path / "downloads", **chosen)

    return open_it


KINDS = [{"scheme": "Basic"}, {"scheme": "Digest"}, {"face": "windows"}]
kinds = pytest.mark.parametrize("kind", KINDS, ids=["basic", "digest", "windows"])


def test_their_selector_files_are_without_fault() -> None:
    assert [finding for finding in lint(own=OWN) if "strange" in finding.file] == []


@kinds
def test_each_is_told_from_all_shipped_firmwares(strange: Started, kind: dict[str, str]) -> None:
    expected = "acme/wall" if "face" in kind else "acme/door"
    assert look_at(strange(**kind).url, OWN).firmware == expected


@pytest.mark.parametrize("kind", mostly_slow(KINDS, {"scheme": "Digest"}.__ne__), ids=["basic", "digest", "windows"])
def test_secure_ends_with_a_recorder_that_a_browser_trusts(
    strange: Started, opened_strange: Opening, trust_store: TrustStore, kind: dict[str, str]
) -> None:
    recorder = strange(**kind)
    with opened_strange(recorder) as opened:
        secure(opened, Trusting(yes=True, environment=trust_store.environment))
        assert opened.report.https is not None and opened.report.https.url == recorder.https_url
        assert opened.report.https.trusted
        assert opened.report.drift == []
    assert recorder.https


@pytest.mark.parametrize("kind", mostly_slow(KINDS, {"face": "windows"}.__eq__), ids=["basic", "digest", "windows"])
def test_https_can_be_switched_off_again(strange: Started, opened_strange: Opening, kind: dict[str, str]) -> None:
    recorder = strange(**kind)
    with opened_strange(recorder) as opened:
        enable_https(opened)
        assert recorder.https
        disable_https(opened)
        sign_out(opened)
        assert not opened.signed_in
    assert not recorder.https


@kinds
def test_a_wrong_password_is_sent_once(strange: Started, opened_strange: Opening, kind: dict[str, str]) -> None:
    recorder = strange(**kind)
    with opened_strange(recorder, "wrong") as opened, pytest.raises(SignInRefused):
        sign_in(opened)
    assert len(recorder.tries) == 1


@pytest.mark.parametrize("kind", mostly_slow(KINDS, {"scheme": "Digest"}.__eq__), ids=["basic", "digest", "windows"])
def test_check_changes_nothing(strange: Started, opened_strange: Opening, kind: dict[str, str]) -> None:
    recorder = strange(**kind)
    with opened_strange(recorder, check=True) as opened:
        enable_https(opened)
    assert not recorder.https
    assert not [request for request in recorder.requests if request.endswith(("/make", "/apply"))]


def test_a_certificate_that_is_shown_as_text_is_read(strange: Started, opened_strange: Opening) -> None:
    recorder = strange()
    with opened_strange(recorder) as opened:
        device, issuer = download_certificates(opened)
    assert recorder.certificates and recorder.certificates.device and recorder.certificates.authority
    assert device.sha256 == recorder.certificates.device.sha256
    assert issuer is not None and issuer.sha256 == recorder.certificates.authority.sha256


def test_a_certificate_is_made_in_the_window_and_there_is_no_second_one(strange: Started, opened_strange: Opening) -> None:
    recorder = strange(face="windows")
    with opened_strange(recorder) as opened:
        create_certificate(opened)
        assert recorder.certificates is not None
        device, issuer = download_certificates(opened)
    assert recorder.made.device is not None
    assert (device.sha256, issuer) == (recorder.made.device.sha256, None)


def test_what_lies_in_a_closed_shadow_root_is_reported_as_unreachable(strange: Started, opened_strange: Opening) -> None:
    recorder = strange(face="windows", closed=True)
    with opened_strange(recorder) as opened, pytest.raises(SelectorDrift, match="closed shadow root in <acme-panel>"):
        enable_https(opened)


@pytest.mark.parametrize("scheme", ["Basic", "Digest"])
def test_a_trace_does_not_tell_what_the_browser_sent_to_sign_in(
    strange: Started, opened_strange: Opening, tmp_path: Path, scheme: str
) -> None:
    import zipfile

    trace = tmp_path / "trace.zip"
    with opened_strange(strange(scheme=scheme), trace=trace) as opened:
        sign_in(opened)
    with zipfile.ZipFile(trace) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Acme NVR-16" in everything
    sent = base64.b64encode(f"{USER}:{PASSWORD}".encode())
    assert sent not in everything and PASSWORD.encode() not in everything and b"response=" not in everything


def test_a_secret_field_that_shows_what_is_typed_is_covered_in_pictures(strange: Started, opened_strange: Opening) -> None:
    with opened_strange(strange(face="windows"), screenshots=True) as opened:
        sign_in(opened)
        pictures = {picture.step_id: picture for picture in opened.steps.pictures}
    assert len(pictures["click-sign-in-submit"].masks) == 1


def test_a_home_page_that_everybody_sees_is_not_taken_as_proof_of_a_sign_in(
    strange: Started, opened_strange: Opening, tmp_path: Path
) -> None:
    text = (OWN / "acme" / "wall.yaml").read_text(encoding="utf-8")
    old = "  home:\n    shown_by: [{role: heading, name: Acme wall}]"
    assert old in text
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "wall.yaml").write_text(text.replace(old, "  home:\n    shown_by: [{css: body}]"), encoding="utf-8")
    recorder = strange(face="windows")
    with (
        pytest.raises(SelectorDrift, match="home: this page is shown before anybody has signed in"),
        opened_strange(recorder, selectors=tmp_path),
    ):
        pass
    assert recorder.tries == []
