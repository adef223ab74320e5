"""A recorder that has HTTP and HTTPS on one port, asks for a password alone, and offers no certificate for download."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from one_port_recorder import PASSWORD, OnePortRecorder
from run_for_guide import run_for_guide
from slow_tests import mostly_slow

from nvrflow import Recorder, Trusting
from nvrflow.errors import CertificateRefused, ProductDefect, RestartNeeded, SelectorDrift, WrongCall
from nvrflow.flows.disable_https import disable_https
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.enable_https import enable_https
from nvrflow.flows.secure import secure
from nvrflow.flows.sign_in import sign_in
from nvrflow.guide.composing import compose
from nvrflow.guide.words import words_in
from nvrflow.pytest_plugin import TrustStore
from nvrflow.recorder import open_recorder
from nvrflow.report.advice import advice, heading

OWN = Path(__file__).parent / "strange"
Started = Callable[..., OnePortRecorder]
Opening = Callable[..., AbstractContextManager[Recorder]]


@pytest.fixture
def gate() -> Iterator[Started]:
    with ExitStack() as started:
        yield lambda **kind: started.enter_context(OnePortRecorder(**kind))


@pytest.fixture
def opened_at(tmp_path: Path) -> Opening:
    def open_it(url: str, selectors: Path = OWN, **manner: Any) -> AbstractContextManager[Recorder]:
        chosen = {"timeout": 6.0, "screenshots": False, "selectors": selectors, **manner}
        return open_recorder(url, "nobody", PASSWORD, downloads=tmp_path / "downloads", **chosen)

    return open_it


def changed(folder: Path, *replacements: tuple[str, str]) -> Path:
    """The recorder's selector file with other lines in it."""
    text = (OWN / "acme" / "gate.yaml").read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    (folder / "acme").mkdir()
    (folder / "acme" / "gate.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_password_without_a_user_name_signs_in(gate: Started, opened_at: Opening) -> None:
    recorder = gate()
    with opened_at(recorder.url) as opened:
        sign_in(opened)
        assert [step.verb for step in opened.report.steps if step.chapter == "Sign in"] == ["fill", "click"]
    assert recorder.tries == ["form"] and not recorder.signed_in


@pytest.mark.parametrize("redirects", mostly_slow([True, False], bool))
def test_https_on_the_port_of_http_is_switched_on_and_off_twice_in_one_run(
    gate: Started, opened_at: Opening, redirects: bool
) -> None:
    recorder = gate(redirects=redirects)
    with opened_at(recorder.url) as opened:
        enable_https(opened)
        https = opened.report.https
        assert https is not None and (https.after, https.url, https.redirects) == (True, recorder.https_url, redirects)
        disable_https(opened)
        assert (https.after, opened.url) == (False, recorder.url)
        assert not recorder.https
        enable_https(opened)
        assert (https.after, opened.url) == (True, recorder.https_url)
        disable_https(opened)
    assert not recorder.https


@pytest.mark.parametrize(
    ("typed", "redirects"),
    mostly_slow(
        [(one, leads) for one in ("url", "https_url") for leads in (True, False)], lambda one: one[1] is (one[0] == "url")
    ),
)
def test_the_address_may_be_typed_either_way_once_https_is_on(
    gate: Started, opened_at: Opening, redirects: bool, typed: str
) -> None:
    recorder = gate(https=True, redirects=redirects)
    with opened_at(getattr(recorder, typed)) as opened:
        enable_https(opened)
        assert "already: HTTPS is on" in opened.report.notes
        disable_https(opened)
        assert opened.url == recorder.url


def test_without_a_port_on_the_page_https_is_found_where_http_sends_browsers(
    gate: Started, opened_at: Opening, tmp_path: Path
) -> None:
    own = changed(tmp_path, ("      port: [{label: Listens at}]\n", ""))
    recorder = gate()
    with opened_at(recorder.url, own) as opened:
        enable_https(opened)
        assert opened.report.https is not None and opened.report.https.url == recorder.https_url


def test_what_shows_no_port_is_told_before_anything_is_changed(gate: Started, opened_at: Opening, tmp_path: Path) -> None:
    own = changed(tmp_path, ("port: [{label: Listens at}]", "port: [{role: heading, name: Access}]"))
    recorder = gate()
    with opened_at(recorder.url, own) as opened, pytest.raises(SelectorDrift, match=r"https\.port: shows 'Access'"):
        enable_https(opened)
    assert not recorder.stored


def test_without_a_download_the_certificate_is_taken_from_the_connection(
    gate: Started, opened_at: Opening, trust_store: TrustStore
) -> None:
    recorder = gate()
    with opened_at(recorder.url) as opened:
        secure(opened, Trusting(yes=True, environment=trust_store.environment))
        https, (taken,) = opened.report.https, opened.report.certificates
        assert https is not None and https.url is not None and https.trusted
        assert taken["sha256"] == recorder.sha256
        assert (opened.downloads / "served-certificate.pem").read_text().startswith("-----BEGIN CERTIFICATE-----")
        assert trust_store.error_at(https.url) == ""


def test_nothing_is_imported_of_what_nobody_confirms(gate: Started, opened_at: Opening, trust_store: TrustStore) -> None:
    recorder = gate()
    with opened_at(recorder.url) as opened, pytest.raises(CertificateRefused):
        secure(opened, Trusting(environment=trust_store.environment))
    assert trust_store.error_at(recorder.https_url) == "ERR_CERT_AUTHORITY_INVALID"


def test_a_download_that_the_recorder_does_not_offer_is_told_as_that(gate: Started, opened_at: Opening) -> None:
    with opened_at(gate().url) as opened, pytest.raises(WrongCall, match="offers no certificate for download"):
        download_certificates(opened)


def test_a_check_switches_nothing_on_and_describes_all_that_would_follow(gate: Started, opened_at: Opening) -> None:
    recorder = gate()
    with opened_at(recorder.url, check=True) as opened:
        secure(opened)
        would = [step.id for step in opened.report.steps if step.outcome == "would"]
    assert not recorder.stored
    assert would[-5:] == ["await-https", "take", "rehearse", "import", "verify"]


def test_a_person_is_asked_to_restart_a_recorder_that_does_not_by_itself(
    gate: Started, opened_at: Opening, tmp_path: Path
) -> None:
    own = changed(tmp_path, ("identify:", "restart: by_hand\nidentify:"))
    recorder = gate(by_hand=True)
    said: list[str] = []
    with opened_at(recorder.url, own) as opened:

        def hear(sentence: str) -> None:
            said.append(sentence)
            threading.Timer(0.5, recorder.restart).start()

        opened.steps.listener.says = hear  # type: ignore[method-assign]
        enable_https(opened)
        assert opened.report.https is not None and opened.report.https.after
    told = "Restart the recorder now (127.0.0.1); it does not do so by itself. nvrflow waits for it, at most 6 seconds."
    assert said == [told]


def test_nobody_is_waited_for_who_is_not_there_to_restart_the_recorder(gate: Started, opened_at: Opening, tmp_path: Path) -> None:
    own = changed(tmp_path, ("identify:", "restart: by_hand\nidentify:"))
    recorder = gate(by_hand=True)
    with opened_at(recorder.url, own, attended=False) as opened:
        with pytest.raises(RestartNeeded, match=r"Nobody is at this terminal, .*then run the same command again") as told:
            enable_https(opened)
        assert heading(told.value.kind) == "The recorder has to be restarted by hand"
        assert advice(told.value.kind).startswith("Restart it, then run the command again")
        assert opened.report.https is not None and opened.report.https.after is False
    assert recorder.stored and opened.report.steps[-3].seconds < 5


ASKED = """handlers:
  restart:
    shown_by: [{role: dialog, name: "Restart now?"}]
    answer: restart
    elements:
      restart: {find: [{role: button, name: Restart}], effect: write}
identify:"""


def test_a_question_whether_to_restart_is_answered_while_https_is_awaited(
    gate: Started, opened_at: Opening, tmp_path: Path
) -> None:
    recorder = gate(asks=True)
    with opened_at(recorder.url, changed(tmp_path, ("identify:", ASKED))) as opened:
        opened.restart_patience = 20.0
        enable_https(opened)
        assert opened.report.https is not None and opened.report.https.after
    assert "answer-restart-restart" in [step.id for step in opened.report.steps]


def test_a_setting_that_counts_only_after_a_restart_is_told_as_that(gate: Started, opened_at: Opening) -> None:
    recorder = gate(by_hand=True)
    with opened_at(recorder.url) as opened:
        opened.restart_patience = 1.0
        with pytest.raises(ProductDefect, match="only uses the new setting after a restart, restart it and run the same command"):
            enable_https(opened)


@pytest.mark.browser
@pytest.mark.parametrize(("check", "file"), [(False, "served-certificate.pem"), (True, "certificate.pem")])
def test_a_guide_says_how_to_save_the_certificate_that_is_served(gate: Started, tmp_path: Path, check: bool, file: str) -> None:
    recorder = gate()
    account = SimpleNamespace(url=recorder.url, user="nobody", password=PASSWORD)
    taken = run_for_guide(account, tmp_path / "runs", check=check, selectors=OWN)
    assert recorder.https is not check
    guide = compose(taken, words_in("en"), "2026-11-25")
    assert [chapter.title for chapter in guide.chapters][1:3] == ["Enable HTTPS", "Take the certificate"]
    told = guide.chapters[2].items[0]
    port = recorder.url.rpartition(":")[2]
    assert told.sentences[0].text == f"Save the certificate that the recorder shows as {file}."
    (command,) = told.blocks[0].lines  # type: ignore[union-attr]
    assert command == f"openssl s_client -connect 127.0.0.1:{port} </dev/null | openssl x509 -out {file}"
