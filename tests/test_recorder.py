"""The engine on a simulated recorder that misbehaves as real ones do: each trouble has its own error, and nothing is spent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Opening
from slow_tests import mostly_slow

from nvrflow.address import normalised, place_of
from nvrflow.attempts.memory import SignInMemory
from nvrflow.attempts.standing import present
from nvrflow.errors import (
    AccountLocked,
    CertificateRefused,
    DownloadFailed,
    InvalidFile,
    NotInitialised,
    PluginNeeded,
    ProductDefect,
    SelectorDrift,
    SessionLimit,
    SignInRefused,
    UnknownFirmware,
    Unreachable,
    WrongCall,
)
from nvrflow.firmware import load_firmware
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.enable_https import enable_https
from nvrflow.flows.sign_in import sign_in
from nvrflow.recorder.outcome import refusal
from nvrflow.simulator import recorder_files, usable
from nvrflow.simulator.service import SimulatedRecorder
from nvrflow.state_folder import state_folder

Simulated = Callable[..., Any]


def test_a_wrong_password_costs_one_try_and_tells_how_many_are_left(simulated: Simulated, opened: Opening) -> None:
    recorder = simulated(lockout_tries=5)
    with opened(recorder, "wrong-password") as page, pytest.raises(SignInRefused, match="4 tries left") as refused:
        sign_in(page)
    assert refused.value.tries_left == 4
    assert [entry.event for entry in recorder.log] == ["login-refused"]


def test_a_locked_account_is_told_in_minutes_and_not_tried_again(simulated: Simulated, opened: Opening) -> None:
    recorder = simulated(lockout_tries=1, lockout_minutes=7)
    with opened(recorder, "wrong-password") as page, pytest.raises((AccountLocked, SignInRefused)):
        sign_in(page)
    before = len(recorder.log)
    with opened(recorder) as page, pytest.raises(AccountLocked, match="7 more minutes"):
        sign_in(page)
    assert len(recorder.log) == before


def test_a_lock_that_this_computer_knows_of_costs_not_even_a_request(simulated: Simulated, opened: Opening) -> None:
    recorder = simulated()
    SignInMemory(state_folder()).change(
        frozenset({place_of(recorder.url).netloc}), recorder.user, lambda known: known.locked(present(), 120)
    )
    with opened(recorder) as page, pytest.raises(AccountLocked, match="2 more minutes"):
        sign_in(page)
    assert not recorder.log


def test_signing_in_works_again_once_the_lock_is_over(simulated: Simulated, opened: Opening) -> None:
    recorder = simulated(lockout_tries=1, lockout_minutes=1)
    with opened(recorder, "wrong-password") as page, pytest.raises((AccountLocked, SignInRefused)):
        sign_in(page)
    recorder.advance(61)
    SignInMemory(state_folder()).change(
        frozenset({place_of(recorder.url).netloc}),
        recorder.user,
        lambda known: known.locked(present() - timedelta(seconds=61), 60),
    )
    with opened(recorder) as page:
        sign_in(page)
        assert page.shows("home")


def test_nothing_is_typed_before_the_page_is_ready_even_if_its_form_is_shown(simulated: Simulated, opened: Opening) -> None:
    recorder = simulated(latency_ms=150)
    with opened(recorder) as page:
        page.reopen()
        page.page.locator("#loginPassword-inputEl").wait_for()
        sign_in(page)
    assert "login-refused" not in [entry.event for entry in recorder.log]


def test_the_session_is_closed_after_success_and_after_failure(simulated: Simulated, opened: Opening) -> None:
    recorder = simulated()
    with opened(recorder) as page:
        sign_in(page)
        assert recorder.sessions == 1
    assert recorder.sessions == 0
    with pytest.raises(WrongCall), opened(recorder) as page:
        sign_in(page)
        page.go_to("no such page")
    assert recorder.sessions == 0


@pytest.mark.parametrize(
    ("settings", "error", "says"),
    [
        ({"initialised": False}, NotInitialised, "first-start wizard"),
        ({"plugin": "required"}, PluginNeeded, "plugin"),
    ],
)
def test_each_trouble_at_the_door_has_its_own_error(
    simulated: Simulated, opened: Opening, settings: dict[str, Any], error: type[Exception], says: str
) -> None:
    recorder = simulated(**settings)
    with pytest.raises(error, match=says), opened(recorder, timeout=6.0) as page:
        sign_in(page)


def test_a_recorder_with_too_many_people_signed_in_says_so(simulated: Simulated, opened: Opening) -> None:
    recorder = simulated(session_limit=1)
    with opened(recorder) as first:
        sign_in(first)
        first.page.context.new_page()
        other = first.page.context.browser
        assert other is not None
        with pytest.raises(SessionLimit, match="too many people"), opened(recorder, running=other) as second:
            sign_in(second)


def test_an_address_where_nothing_answers_is_unreachable(opened: Opening, simulated: Simulated) -> None:
    recorder = simulated()
    recorder.close()
    with pytest.raises(Unreachable, match="does not answer"), opened(recorder):
        pass


def test_a_page_that_is_no_recorder_is_not_taken_for_one(opened: Opening, simulated: Simulated, tmp_path: Path) -> None:
    import functools
    import http.server
    import threading
    from types import SimpleNamespace

    (tmp_path / "index.html").write_text("<title>Printer</title><form>Toner: 40 %</form>", encoding="utf-8")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        printer = SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", user="admin", password="secret")
        with pytest.raises(UnknownFirmware, match=r"no recorder's page|no selector file fits"), opened(printer, timeout=3.0):
            pass
        server.shutdown()


@pytest.mark.parametrize("download", mostly_slow(["blob", "navigation", "folder"], {"navigation", "folder"}.__contains__))
def test_downloads_arrive_in_each_way_that_recorders_have(simulated: Simulated, opened: Opening, download: str) -> None:
    recorder = simulated(download=download)
    with opened(recorder) as page:
        device, trusted = download_certificates(page)
    assert trusted is not None and trusted.issued(device)
    assert trusted.sha256 == recorder.authority_sha256
    clicked = [step.id for step in page.report.steps if step.id.startswith("answer-folder-dialog")]
    assert bool(clicked) is (download == "folder")


@pytest.mark.parametrize("encoding", mostly_slow(["pem", "der", "pkcs7_der", "pkcs7_pem"], {"pkcs7_pem"}.__contains__))
def test_the_format_is_told_from_the_content(simulated: Simulated, opened: Opening, encoding: str) -> None:
    recorder = simulated(format=encoding, same_name=True)
    with opened(recorder) as page:
        device, trusted = download_certificates(page)
    assert device.format == encoding.split("_")[0]
    assert trusted is not None and trusted.file != device.file


def test_a_failed_download_is_tried_once_more_with_a_fresh_browser(simulated: Simulated, opened: Opening) -> None:
    recorder = simulated(download_fails=1)
    with opened(recorder) as page:
        _, trusted = download_certificates(page)
    assert trusted is not None
    assert [step.id for step in page.report.steps if "submit" in step.id] == ["click-sign-in-submit", "click-sign-in-submit-2"]
    assert any("tried once more" in note for note in page.report.notes)


@pytest.mark.slow  # quick: test_planted_failures.py has a download that never comes
def test_a_download_that_fails_twice_is_given_up(simulated: Simulated, opened: Opening) -> None:
    recorder = simulated(download_fails=9)
    with pytest.raises(DownloadFailed, match="the recorder says"), opened(recorder) as page:
        download_certificates(page)
    assert recorder.sessions == 0


@pytest.mark.parametrize("finding", mostly_slow(["abnormal", "ignored", "absent"], "abnormal".__eq__))
def test_https_is_enabled_by_details_or_by_system_service(simulated: Simulated, opened: Opening, finding: str) -> None:
    recorder = simulated(https_config=finding)
    with opened(recorder) as page:
        enable_https(page)
        ways = [step.id for step in page.report.steps]
    assert ("open-security-details" in ways) is (finding == "abnormal")
    assert ("open-system-service" in ways) is (finding != "abnormal")
    assert page.report.https is not None and page.report.https.after


def test_https_that_does_not_come_up_is_told_with_the_state_and_how_to_undo_it(simulated: Simulated, opened: Opening) -> None:
    recorder = simulated(https_never_comes_up=True)
    with (
        pytest.raises(ProductDefect, match=r"does not answer within.*To undo it: nvrflow run disable_https"),
        opened(recorder) as page,
    ):
        page.restart_patience = 1.5
        enable_https(page)
    assert page.report.https is not None and page.report.https.after is False


def test_pop_ups_are_answered_as_a_person_would(simulated: Simulated, opened: Opening) -> None:
    recorder = simulated(plugin="optional", weak_password=True)
    with opened(recorder) as page:
        sign_in(page)
        page.go_to("security_status")
        answered = [step.element for step in page.report.steps if step.element.startswith("handlers.")]
    assert answered == ["handlers.plugin_prompt.cancel", "handlers.weak_password.not_now"]


def test_a_check_changes_nothing_and_describes_each_step_that_would(simulated: Simulated, opened: Opening) -> None:
    recorder = simulated()
    before = recorder.state()
    with opened(recorder, check=True) as page:
        enable_https(page)
    assert recorder.state() == before
    would = {step.id: step.unseen for step in page.report.steps if step.outcome == "would"}
    assert would == {"click-https-ok": False, "click-https-confirm": True, "await-https": False}
    assert recorder.sessions == 0


def test_a_write_request_that_no_step_announces_is_held_back_by_a_check(simulated: Simulated, opened: Opening) -> None:
    recorder = simulated()
    before = recorder.state()
    with opened(recorder, check=True) as page:
        sign_in(page)
        sent = page.page.evaluate(
            "() => Nvr.rpc.call('configManager.setConfig', {name: 'SSH', table: {Enable: true}}).then(() => 'sent', () => 'held')"
        )
    assert sent == "held"
    assert recorder.state() == before
    assert any("held back: POST" in note for note in page.report.notes)


def test_an_element_that_moved_is_found_by_its_next_locator_and_reported_as_drift(
    simulated: Simulated, opened: Opening, tmp_path: Path
) -> None:
    from nvrflow.content import folder

    own = tmp_path / "selectors" / "dahua"
    own.mkdir(parents=True)
    text = (folder("selectors") / "dahua" / "nvr_v4.yaml").read_text(encoding="utf-8")
    (own / "nvr_v4.yaml").write_text(re.sub(r"login: \{en: Login", "login: {en: Enter here", text), encoding="utf-8")
    with opened(simulated(), selectors=own.parent) as page:
        sign_in(page)
    assert [(drift.element, drift.found) for drift in page.report.drift] == [("sign_in.submit", "css #loginButton")]


@pytest.mark.slow  # quick: test_changed_recorders.py::test_a_label_without_a_fallback_fails_with_what_was_tried_and_what_is_near
def test_an_element_that_is_gone_is_told_with_what_was_tried_and_what_is_near(
    simulated: Simulated, opened: Opening, tmp_path: Path
) -> None:
    own = tmp_path / "selectors" / "dahua"
    own.mkdir(parents=True)
    (own / "odd.yaml").write_text(
        "vendor: D\nfirmware: '*'\nextends: dahua/nvr_v4\n"
        "pages:\n  home:\n    elements:\n      setting: [{role: button, name: SETINGS}]\n",
        encoding="utf-8",
    )
    with opened(simulated(), selectors=own.parent, firmware="dahua/odd", timeout=3.0) as page:
        sign_in(page)
        with pytest.raises(SelectorDrift, match=r'tried button "SETINGS" \(0 found\).*Nearest on the screen: button "SETTING"'):
            page.go_to("menu")


def test_a_file_with_a_private_key_is_refused_and_not_kept(simulated: Simulated, opened: Opening, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with opened(simulated()) as page:
        sign_in(page)
        page.go_to("device_certificate")
        page.page.evaluate("key => { Nvr.rpc.call = () => Promise.resolve({Cert: btoa(key), FileName: 'cert.pem'}) }", key)
        with pytest.raises(CertificateRefused, match="private key"):
            page.go_to("device_certificate").download("download")
    assert not list((tmp_path / "downloads").glob("*"))


def test_the_password_is_in_no_step(simulated: Simulated, opened: Opening) -> None:
    recorder = simulated(password="hunter2-hunter2")
    with opened(recorder) as page:
        sign_in(page)
    assert "hunter2" not in repr(page.report)


def test_a_trace_holds_neither_password_nor_session(simulated: Simulated, opened: Opening, tmp_path: Path) -> None:
    import zipfile

    from nvrflow.spellings import spellings_of

    recorder = simulated(password="hunter2-ümlaut/+")
    with opened(recorder, trace=tmp_path / "trace.zip") as page:
        sign_in(page)
        cookies = [cookie["value"] for cookie in page.page.context.cookies() if cookie["name"] == "DhWebClientSessionID"]
    assert cookies
    with zipfile.ZipFile(tmp_path / "trace.zip") as trace:
        assert any(name.endswith(".trace") for name in trace.namelist())
        everything = b"".join(trace.read(name) for name in trace.namelist())
    assert not [form for form in spellings_of([recorder.password, *cookies]) if form.encode() in everything]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("192.0.2.10", "http://192.0.2.10"),
        ("http://192.0.2.10:80/", "http://192.0.2.10"),
        ("https://nvr.local:8443/index.html", "https://nvr.local:8443"),
        ("[2001:db8::1]:8080", "http://[2001:db8::1]:8080"),
    ],
)
def test_addresses_are_understood_as_people_type_them(typed: str, meant: str) -> None:
    assert normalised(typed) == meant


@pytest.mark.parametrize("typed", ["ftp://192.0.2.10", "http://admin:secret@192.0.2.10", "http://192.0.2.10:99999", ""])
def test_what_is_no_address_is_refused_without_repeating_a_password(typed: str) -> None:
    with pytest.raises(WrongCall) as refused:
        normalised(typed)
    assert "secret" not in str(refused.value)


def test_a_selector_file_with_a_typo_is_refused_before_the_browser_starts(
    simulated: Simulated, opened: Opening, tmp_path: Path
) -> None:
    own = tmp_path / "selectors"
    own.mkdir()
    (own / "typo.yaml").write_text("vendor: X\nfirmware: '*'\npagse: {}\n", encoding="utf-8")
    problem = r"typo.yaml:3: pagse: unknown key 'pagse'; did you mean 'pages'"
    with pytest.raises(InvalidFile, match=problem), opened(simulated(), selectors=own, firmware="typo"):
        pass


@pytest.mark.slow  # quick: test_flows.py::test_every_flow_works_in_every_language_without_drift
@pytest.mark.parametrize("language", ["English", "Spanish", "German", "SimpChinese"])
def test_every_language_of_the_recorder_works_without_being_told(simulated: Simulated, opened: Opening, language: str) -> None:
    recorder = simulated(language=language)
    with opened(recorder) as page:
        _, trusted = download_certificates(page)
        page.go_to("https")
    assert trusted is not None
    assert page.report.language == {"English": "en", "Spanish": "es", "German": "de", "SimpChinese": "zh"}[language]
    assert page.report.drift == []


SPOKEN_BY_COOKIE = [name for name in usable() if (said := load_firmware(name).file.language) and said.cookie]


@pytest.mark.parametrize("firmware", mostly_slow(SPOKEN_BY_COOKIE, {"hikvision/nvr_v4", "uniview/nvr"}.__contains__))
def test_the_pages_can_be_asked_for_in_each_language_of_the_selector_file(
    simulated: Simulated, opened: Opening, firmware: str
) -> None:
    for spoken in ("de", "zh"):
        with opened(simulated(firmware), spoken=spoken) as page:
            assert page.firmware.language == spoken


def test_a_language_that_no_selector_file_has_is_read_from_the_recorders_own_dictionary(opened: Opening, tmp_path: Path) -> None:
    file, settings, homes = recorder_files.load("dahua/nvr_v4", {})
    english = json.loads((homes[0] / "web" / "lang" / "English.txt").read_text(encoding="utf-8"))
    (tmp_path / "web" / "lang").mkdir(parents=True)
    foreign = {key: f"~{word}~" for key, word in english.items()}
    (tmp_path / "web" / "lang" / "Elvish.txt").write_text(json.dumps(foreign), encoding="utf-8")
    settings = settings.model_copy(update={"languages": ["English", "Elvish"], "language": "Elvish"})
    with SimulatedRecorder("dahua/nvr_v4", file, settings, (tmp_path, *homes)) as simulation, opened(simulation) as recorder:
        download_certificates(recorder)
        enable_https(recorder)
        assert recorder.report.language is None
        assert [note for note in recorder.report.notes if "speaks Elvish" in note and "its own words are used" in note]
        assert recorder.report.drift == []
    assert simulation.state()["web"]["https"]


def test_a_recorder_that_is_gone_is_not_said_to_have_refused_the_password(simulated: Callable[..., Any], opened: Opening) -> None:
    """The page stays in the browser and shows its own words for an answer that never came."""
    simulation = simulated()
    with opened(simulation) as recorder:
        assert refusal(recorder.window, "Login failed.").kind == "sign-in-refused"
        simulation.close()
        assert refusal(recorder.window, "Login failed.").kind == "unreachable"
