"""The simulated recorder over real HTTP and TLS: sign-in, lockout, sessions, settings, restart, pages."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from simulated_page import Page, code, listens, served_sha256, wait_until_closed

from nvrflow.content import folder
from nvrflow.errors import InvalidFile, WrongCall
from nvrflow.simulator import recorder_files, serve_forever, simulate
from nvrflow.simulator.recorder_settings import Settings
from nvrflow.simulator.service import SimulatedRecorder
from nvrflow.simulator.setting_values import allowed

FIRMWARE = "dahua/nvr_v4"


@pytest.fixture(scope="module")
def shared() -> Iterator[SimulatedRecorder]:
    """One recorder for tests that leave it as it was."""
    with simulate(FIRMWARE) as recorder:
        yield recorder


@pytest.fixture
def page(shared: SimulatedRecorder) -> Iterator[Page]:
    page = Page(shared)
    page.sign_in()
    yield page
    page.call("global.logout")


def test_the_right_answer_to_the_challenge_opens_a_session(shared: SimulatedRecorder) -> None:
    page = Page(shared)
    answer = page.sign_in()
    assert answer["result"] and answer["params"]["keepAliveInterval"] == 60
    assert page.cookie == f"DhWebClientSessionID={answer['session']}"
    assert page.call("magicBox.getSerialNo")["params"]["sn"] == shared.serial
    page.call("global.logout")


def test_a_wrong_password_costs_a_try_and_says_how_many_are_left() -> None:
    with simulate(FIRMWARE) as recorder:
        answers = [Page(recorder).sign_in(password="wrong") for _ in range(2)]
        assert [answer["params"]["remainLoginTimes"] for answer in answers] == [4, 3]
        assert [code(answer) for answer in answers] == [268632085, 268632085]


def test_empty_fields_cost_a_try_like_any_other() -> None:
    with simulate(FIRMWARE) as recorder:
        assert Page(recorder).sign_in("", "")["params"]["remainLoginTimes"] == 4
        assert Page(recorder).sign_in(password="wrong")["params"]["remainLoginTimes"] == 3


def test_a_good_sign_in_forgets_the_wrong_tries() -> None:
    with simulate(FIRMWARE) as recorder:
        Page(recorder).sign_in(password="wrong")
        Page(recorder).sign_in()
        assert Page(recorder).sign_in(password="wrong")["params"]["remainLoginTimes"] == 4


def test_a_locked_account_hears_so_at_the_first_call_until_the_time_is_over() -> None:
    with simulate(FIRMWARE, lockout_tries=2, lockout_minutes=10) as recorder:
        page = Page(recorder)
        page.sign_in(password="wrong")
        assert code(page.sign_in(password="wrong")) == 268632081
        first = json.loads(
            page.send("POST", "/RPC2_Login", {"method": "global.login", "params": {"userName": "admin"}, "id": 1})[1]
        )
        assert code(first) == 268632081 and "random" not in first["params"]
        assert 590 < first["params"]["remainLockSecond"] <= 600
        assert code(page.sign_in()) == 268632081
        recorder.advance(601)
        assert recorder.lock_remaining() == 0 and page.sign_in()["result"]


def test_a_lock_holds_for_the_address_it_came_from_and_for_the_account_from_anywhere() -> None:
    with simulate(FIRMWARE, lockout_tries=1) as recorder:
        Page(recorder).sign_in("guest", "wrong", source="127.0.0.1")
        assert code(Page(recorder).sign_in(source="127.0.0.1")) == 268632081
        assert code(Page(recorder).sign_in("guest", source="127.0.0.5")) == 268632081
        assert Page(recorder).sign_in(source="127.0.0.5")["result"]


def test_older_firmware_tells_a_wrong_user_from_a_wrong_password() -> None:
    with simulate(FIRMWARE, tells_unknown_users=True) as recorder:
        assert code(Page(recorder).sign_in("nobody")) == 268632070
        assert code(Page(recorder).sign_in(password="wrong")) == 268632071


def test_one_person_too_many_is_refused() -> None:
    with simulate(FIRMWARE, session_limit=2, other_sessions=1) as recorder:
        first = Page(recorder)
        assert first.sign_in()["result"]
        assert code(Page(recorder).sign_in()) == 268632075
        first.call("global.logout")
        assert Page(recorder).sign_in()["result"]


def test_a_recorder_without_a_first_password_lets_nobody_in() -> None:
    with simulate(FIRMWARE, initialised=False) as recorder:
        page = Page(recorder)
        assert code(page.sign_in()) == 268632086
        status = json.loads(page.send("POST", "/OutsideCmd", {"method": "DevInit.getStatus", "id": 1})[1])
        assert status["params"]["Init"] == 1


def test_a_session_ends_by_itself_unless_it_is_kept_alive() -> None:
    with simulate(FIRMWARE, session_timeout=100) as recorder:
        page = Page(recorder)
        page.sign_in()
        recorder.advance(90)
        assert page.call("global.keepAlive", timeout=300, active=True)["result"]
        recorder.advance(90)
        assert page.call("magicBox.getDeviceType")["result"] and recorder.sessions == 1
        recorder.advance(101)
        assert code(page.call("magicBox.getDeviceType")) == 287637504 and recorder.sessions == 0


def test_nobody_gets_an_answer_without_a_session(shared: SimulatedRecorder) -> None:
    assert code(Page(shared, session="0" * 32).call("DigitalCertificate.getCertsInfo")) == 287637504
    assert Page(shared).send("GET", "/RPC2_DownloadRootCert/RootCert.cer")[0].status == 401


def test_enabling_https_closes_both_ports_for_a_while_and_then_serves_tls_and_a_redirect() -> None:
    with simulate(FIRMWARE, restart_seconds=0.5) as recorder:
        page = Page(recorder)
        page.sign_in()
        assert not listens(recorder.https_url)
        assert page.set("Https", Enable=True)["result"]
        wait_until_closed(recorder.url)
        assert not listens(recorder.https_url)
        recorder.settle()
        assert served_sha256(recorder) == recorder.device_sha256
        assert page.plain("/any/thing") == (302, f"{recorder.https_url}/")
        assert code(page.call("magicBox.getDeviceType")) == 287637504
        assert page.sign_in()["result"]


def test_disabling_https_closes_its_port_and_http_serves_pages_again() -> None:
    with simulate(FIRMWARE, https=True, restart_seconds=0) as recorder:
        page = Page(recorder)
        page.sign_in()
        assert page.set("Https", Enable=False)["result"]
        recorder.settle()
        assert not listens(recorder.https_url)
        assert page.plain("/")[0] == 200 and page.sign_in()["result"]


def test_https_that_never_comes_up_leaves_a_redirect_to_a_closed_port() -> None:
    with simulate(FIRMWARE, https_never_comes_up=True, restart_seconds=0) as recorder:
        page = Page(recorder)
        page.sign_in()
        page.set("Https", Enable=True)
        recorder.settle()
        assert page.plain("/")[0] == 302 and not listens(recorder.https_url)


@pytest.mark.parametrize(
    ("settings", "table"),
    [
        ({"certificate": "none"}, {"Enable": True}),
        ({}, {"Enable": True, "CertSN": ""}),
        ({}, {"Enable": True, "CertSN": "AB12"}),
        ({"busy_ports": [8443]}, {"Enable": True, "Port": 8443}),
        ({}, {"Enable": True, "Port": 70000}),
        ({}, {"Enable": "yes"}),
        ({}, {"Enabled": True}),
    ],
)
def test_https_settings_that_cannot_work_are_refused_and_change_nothing(settings: dict[str, Any], table: dict[str, Any]) -> None:
    with simulate(FIRMWARE, **settings) as recorder:
        page, before = Page(recorder), recorder.state()
        page.sign_in()
        assert page.set("Https", **table)["result"] is False
        assert recorder.state() == before and recorder.log[-1].event == "login"


def test_a_port_that_somebody_else_uses_is_refused(page: Page) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert page.set("Https", Port=other.getsockname()[1])["result"] is False


def test_the_lockout_page_changes_the_real_lockout() -> None:
    with simulate(FIRMWARE) as recorder:
        page = Page(recorder)
        page.sign_in()
        assert page.set("AccountLockout", LoginAttempt=2, LockTime=60)["result"]
        page.sign_in(password="wrong")
        assert page.sign_in(password="wrong")["params"]["remainLockSecond"] == 60
        assert recorder.state()["lockout"]["tries"] == 2


def test_the_scan_takes_its_time_and_finds_https_off() -> None:
    with simulate(FIRMWARE) as recorder:
        page = Page(recorder)
        page.sign_in()
        page.call("SecurityScan.start")
        assert page.call("SecurityScan.getStatus")["params"]["Running"]
        recorder.advance(2)
        assert scanned(page) == {"LoginDetection": "Normal", "UserServiceDetection": "Abnormal", "SecurityModule": "Normal"}
        page.call("SecurityScan.ignore", Name="HttpsConfig")
        assert scanned(page)["UserServiceDetection"] == "Normal" and recorder.state()["ignored"] == ["HttpsConfig"]
        page.call("SecurityScan.rejoin", Name="HttpsConfig")
        assert scanned(page)["UserServiceDetection"] == "Abnormal"


def test_the_scan_is_content_once_https_is_on() -> None:
    with simulate(FIRMWARE, https=True) as recorder:
        page = Page(recorder)
        page.sign_in()
        assert scanned(page)["UserServiceDetection"] == "Normal"


def scanned(page: Page) -> dict[str, str]:
    return {item["Name"]: item["State"] for item in page.call("SecurityScan.getStatus")["params"]["Items"]}


def test_the_framework_comes_from_its_installed_distribution(page: Page) -> None:
    answer, content = page.send("GET", "/framework/extjs/ext-all.js")
    assert answer.status == 200 and b"4.2.1.883" in content
    assert page.send("GET", "/framework/extjs/resources/ext-theme-neptune/ext-theme-neptune-all.css")[0].status == 200


@pytest.mark.parametrize(
    "path", ["/framework/extjs/../extjs.py", "/framework/extjs/nothing.js", "/web/../recorder.yaml", "/nothing"]
)
def test_nothing_else_of_this_computer_is_served(page: Page, path: str) -> None:
    assert page.send("GET", path)[0].status == 404
    assert page.send("GET", path.replace("..", "%2e%2e"))[0].status == 404


def test_only_the_recorders_languages_are_served() -> None:
    with simulate(FIRMWARE, languages="English,German") as recorder:
        page = Page(recorder)
        assert json.loads(page.send("GET", "/web_caps/webCapsConfig")[1])["languages"] == ["English", "German"]
        assert [page.send("GET", f"/web_lang/{name}.txt")[0].status for name in ("German", "Spanish")] == [200, 404]


def test_the_start_page_has_another_seed_on_every_load(page: Page) -> None:
    pages = [page.send("GET", "/")[1] for _ in range(4)]
    assert len(set(pages)) > 1 and not any(b"%SEED%" in content for content in pages)


def test_the_recorders_clock_may_be_wrong() -> None:
    with simulate(FIRMWARE, clock_offset=-3600 * 24 * 400) as recorder:
        page = Page(recorder)
        page.sign_in()
        shown = datetime.fromisoformat(page.call("global.getCurrentTime")["params"]["time"])
        assert (datetime.now() - shown).days == 400


def test_settings_change_while_it_runs_but_not_those_of_its_first_start(shared: SimulatedRecorder) -> None:
    shared.change(session_limit="3")
    assert shared.state() == shared.state()
    with pytest.raises(WrongCall, match="certificate: fixed once the recorder runs"):
        shared.change(certificate="expired")
    with pytest.raises(WrongCall, match="session_limit: input should be greater"):
        shared.change(session_limit=0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"lockout_try": 3}, "lockout_try: there is no such setting; did you mean lockout_tries"),
        ({"certificate": "bad"}, "certificate: input should be 'san_ip'"),
        ({"host": "0.0.0.0"}, "host: 0.0.0.0 is not this computer"),
        ({"host": "localhost"}, "host: 'localhost' is not an IPv4 address"),
        ({"also_abnormal": "Https"}, "the scan has no 'Https'"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(WrongCall, match=message):
        simulate(FIRMWARE, **settings)


def test_an_unknown_recorder_is_answered_with_the_known_ones() -> None:
    with pytest.raises(WrongCall, match="did you mean dahua/nvr_v4"):
        simulate("dahua/nvr_4")


def test_a_mistake_in_a_recorder_file_is_named_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = (folder("fixtures") / FIRMWARE / "recorder.yaml").read_text()
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "recorder.yaml").write_text(shipped.replace("  lockout_tries: 5", "  lockout_tires: 5"))
    monkeypatch.setattr(recorder_files, "folder", lambda name: tmp_path)
    line = shipped[: shipped.index("  lockout_tries: 5")].count("\n") + 1
    with pytest.raises(
        InvalidFile, match=r"settings\.lockout_tires: there is no such setting; did you mean lockout_tries"
    ) as raised:
        simulate("a/b")
    assert raised.value.line == line


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(WrongCall, match=r"port \d+ on 127.0.0.1: .*in use"):
        simulate(FIRMWARE, port=other.getsockname()[1])


def test_several_recorders_at_once_have_nothing_in_common() -> None:
    with simulate(FIRMWARE) as one, simulate(FIRMWARE, host="127.0.0.2") as other:
        for name in ("url", "https_url", "password", "serial", "authority_sha256", "device_sha256"):
            assert getattr(one, name) != getattr(other, name)
        Page(one).sign_in()
        assert (one.sessions, other.sessions) == (1, 0)
        assert code(Page(other).sign_in(password=one.password)) == 268632085


def test_a_closed_recorder_leaves_no_port_and_no_thread() -> None:
    threads = threading.active_count()
    with simulate(FIRMWARE, https=True, latency_ms=1) as recorder:
        Page(recorder).sign_in()
        assert listens(recorder.url) and listens(recorder.https_url)
    assert not listens(recorder.url) and not listens(recorder.https_url)
    assert threading.active_count() == threads
    recorder.close()


def test_closing_does_not_wait_for_a_restart_or_for_slow_answers() -> None:
    with simulate(FIRMWARE, restart_seconds=3600) as recorder:
        page = Page(recorder)
        page.sign_in()
        page.set("Https", Enable=True)
        wait_until_closed(recorder.url)
    assert not listens(recorder.url)


def test_the_log_tells_who_did_what_and_never_a_secret() -> None:
    with simulate(FIRMWARE, restart_seconds=0) as recorder:
        page = Page(recorder)
        page.sign_in("guest", "s3cret")
        page.sign_in()
        page.set("Https", Enable=True)
        recorder.settle()
        told = [(entry.event, entry.user, entry.address) for entry in recorder.log]
        who = ("admin", "127.0.0.1")
        assert told == [("login-refused", "guest", "127.0.0.1"), ("login", *who), ("config", *who), ("restart", "", "")]
        for secret in (recorder.password, "s3cret", str(page.session)):
            assert secret not in repr(recorder.log) and secret not in repr(recorder.state())


def test_in_the_foreground_it_runs_until_it_is_told_to_end() -> None:
    seen: list[SimulatedRecorder] = []

    def ready(recorder: SimulatedRecorder) -> None:
        seen.append(recorder)
        assert Page(recorder).sign_in()["result"]
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    serve_forever(FIRMWARE, ready)
    assert not listens(seen[0].url) and signal.getsignal(signal.SIGTERM) is before


def test_the_settings_are_listed_with_the_values_they_may_have_and_what_they_are_for_this_recorder() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "nvrflow", "simulate", "hikvision/ds_v3", "--settings"], capture_output=True, text=True, check=True
    ).stdout
    told = dict(zip(shown.splitlines()[::2], shown.splitlines()[1::2], strict=True))
    assert told["lockout_minutes=10.0"].endswith("[number, 0 or more]")
    assert told["tls=modern"].endswith("[modern | tls12 | compatible | old]")
    assert told["session_login=false"].endswith("[true | false]")
    assert told["language=English"].endswith("[English | German | SimpChinese | Spanish]")
    assert told["busy_ports="].endswith("[whole number, 0 or more, up to 65535; commas between several]")
    assert "PasswordStrength | OnvifUser" in told["also_abnormal="]
    assert len(told) == len(Settings.model_fields)


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_says_what_it_means_and_may_be(field: str) -> None:
    assert Settings.model_fields[field].description and allowed(Settings.model_fields[field])


@pytest.mark.parametrize("command", ["simulate", "demo"])
@pytest.mark.parametrize("package", ["starlette", "uvicorn"])
def test_without_the_packages_of_the_simulator_one_sentence_says_how_to_get_them(command: str, package: str) -> None:
    program = f"import sys; sys.modules[{package!r}] = None; from nvrflow.cli import main; main()"
    ended = subprocess.run([sys.executable, "-c", program, command], capture_output=True, text=True, timeout=60)
    said = " ".join(ended.stderr.split())
    assert ended.returncode == 2 and ended.stdout == ""
    assert f"need the package {package}, which is not installed; type: pip install 'nvrflow[simulator]'" in said
    assert "defect" not in said and "Traceback" not in said
