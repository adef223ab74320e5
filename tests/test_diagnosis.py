"""Why a recorder is not trusted, on real servers with each fault; what a browser says of them is given, as data."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from trust.conftest import Serving, serve  # noqa: F401
from trust.making import DAY, TODAY, Made, applied, make, make_ca, make_device, planned, with_old_hash

from nvrflow.certificate import Certificate
from nvrflow.problem import Problem
from nvrflow.trust import Computer
from nvrflow.trust.clients import Client
from nvrflow.trust.clients.answer import Answer
from nvrflow.trust.clients.chromium import ChromiumClient
from nvrflow.trust.clients.curl import CurlClient
from nvrflow.trust.clients.python import PythonClient
from nvrflow.trust.diagnosis import connection_problem, diagnose
from nvrflow.trust.ledger import ledger_of
from nvrflow.trust.open_browsers import restart_notes
from nvrflow.trust.scene import look
from nvrflow.trust.verify import overridden


@pytest.fixture
def user(home: Path) -> Computer:
    return Computer("linux", {"HOME": str(home), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"})


def problems(
    url: str,
    user: Computer,
    authority: Certificate | None = None,
    code: str = "ERR_CERT_AUTHORITY_INVALID",
    typed: str = "",
) -> tuple[Problem, ...]:
    """What is diagnosed when Chromium says `code`."""
    client: Client = ChromiumClient(user)
    return diagnose(look(url, typed or url, user, authority=authority), [(client, Answer("chromium", False, code, code))])


def codes(url: str, user: Computer, authority: Certificate | None = None, code: str = "ERR_CERT_AUTHORITY_INVALID") -> list[str]:
    return [one.code for one in problems(url, user, authority, code)]


def connection_code(url: str, user: Computer) -> str:
    found = connection_problem(look(url, url, user))
    assert found is not None and found.advice
    return found.code


def test_nothing_listens(user: Computer) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{free.getsockname()[1]}"
    found = connection_problem(look(url, url, user))
    assert found is not None and found.code == "nothing-listens" and "HTTPS on" in found.advice


@pytest.fixture
def not_tls() -> Iterator[int]:
    """A port that answers plain HTTP to everything."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

    threading.Thread(target=answer, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


def test_something_else_than_tls_answers(user: Computer, not_tls: int) -> None:
    assert connection_code(f"https://127.0.0.1:{not_tls}", user) == "not-tls"


def test_only_old_tls_is_offered(user: Computer, serve: Serving) -> None:  # noqa: F811
    device = make_device(None, key_kind="RSA 2048")
    (found,) = problems(serve(device, oldest=ssl.TLSVersion.TLSv1_1), user, code="ERR_SSL_VERSION_OR_CIPHER_MISMATCH")
    assert found.code == "old-tls-only" and "TLSv1.1" in found.sentence


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"names": ("192.0.2.7",)}, "wrong-name"),
        ({"begins": TODAY - 9 * DAY, "ends": TODAY - DAY}, "expired"),
        ({"begins": TODAY + DAY, "ends": TODAY + 9 * DAY}, "not-yet-valid"),
    ],
)
def test_faults_of_the_device_certificate(user: Computer, serve: Serving, fault: dict[str, object], code: str) -> None:  # noqa: F811
    authority = make_ca()
    found = codes(serve(make_device(authority, **fault)), user, authority.certificate)
    assert found == [code]


def test_a_missing_san_is_named_and_what_to_do(user: Computer, serve: Serving) -> None:  # noqa: F811
    authority = make_ca()
    (found,) = problems(serve(make("127.0.0.1", authority, ca=False)), user, authority.certificate)
    assert found.code == "no-san" and "IP:127.0.0.1" in found.advice


def test_an_old_signature_is_named(user: Computer, serve: Serving) -> None:  # noqa: F811
    authority = make_ca(key_kind="RSA 2048")
    device = with_old_hash(make_device(authority), authority, hashes.SHA1())
    assert "weak-signature" in codes(serve(device), user, authority.certificate)


@pytest.mark.browser
def test_a_link_that_is_not_sent_is_named(user: Computer, serve: Serving) -> None:  # noqa: F811
    middle = make_ca("middle", issuer=make_ca("root"))
    device = make_device(middle)
    assert "chain-incomplete" in codes(serve(device), user, middle.certificate)
    assert "chain-incomplete" not in codes(serve(device, middle), user, middle.certificate)


def trusted(device: Made, user: Computer) -> None:
    plan = planned(device.certificate, None, device.certificate, "127.0.0.1", stores=["chromium-nss"], computer=user)
    applied(plan)


@pytest.mark.browser
def test_what_no_store_holds_was_not_imported_and_what_is_there_is_not_blamed(user: Computer, serve: Serving) -> None:  # noqa: F811
    device = make_device(None)
    url = serve(device)
    (found,) = problems(url, user)
    assert found.code == "not-imported" and "chromium-nss" in found.sentence
    assert found.advice.startswith(f"nvrflow secure {url},")
    trusted(device, user)
    (unknown,) = problems(url, user)
    assert unknown.code == "unknown-cause" and "ERR_CERT_AUTHORITY_INVALID" in unknown.sentence


def test_a_client_that_opens_the_recorder_has_no_problem(user: Computer, serve: Serving) -> None:  # noqa: F811
    url = serve(make_device(None))
    assert diagnose(look(url, url, user), [(ChromiumClient(user), Answer("chromium", True))]) == ()


def test_what_lies_where_the_client_does_not_look_is_told(user: Computer, serve: Serving) -> None:  # noqa: F811
    device = make_device(None)
    trusted(device, user)
    url = serve(device)
    scene = look(url, url, user)
    (found,) = diagnose(scene, [(CurlClient(user), Answer("curl", False, "self-signed certificate", "60"))])
    assert found.code == "other-store" and "imported into chromium-nss" in found.sentence
    assert "--store debian-system" in found.advice


@pytest.mark.browser
def test_flags_that_somebody_changed_are_named(user: Computer, serve: Serving) -> None:  # noqa: F811
    from nvrflow.command import Command, run

    device = make_device(None)
    trusted(device, user)
    (entry,) = ledger_of(user).entries()
    run(Command(("/usr/bin/certutil", "-M", "-d", f"sql:{entry.place}", "-n", entry.label, "-t", ",,")))
    assert codes(serve(device), user) == ["flags-changed"]


@pytest.mark.browser
def test_the_switch_that_ignores_imports_is_the_cause_only_when_something_was_imported(user: Computer, serve: Serving) -> None:  # noqa: F811
    profile = user.home / ".config/chromium/Default"
    profile.mkdir(parents=True)
    (profile / "Preferences").write_text(json.dumps({"certificates": {"ca_platform_integration_enabled": False}}))
    device = make_device(None)
    url = serve(device)
    assert codes(url, user) == ["not-imported"]
    trusted(device, user)
    assert codes(url, user) == ["unknown-cause", "imports-switched-off"]


@pytest.mark.browser
def test_what_is_to_be_typed_has_the_address_that_the_user_gave(user: Computer, serve: Serving) -> None:  # noqa: F811
    (found,) = problems(serve(make_device(None)), user, typed="http://127.0.0.1:8080")
    assert found.advice.startswith("nvrflow secure http://127.0.0.1:8080,")


def test_a_recorder_that_made_a_new_certificate_is_told_from_one_never_trusted(user: Computer, serve: Serving) -> None:  # noqa: F811
    trusted(make_device(None), user)
    (found,) = problems(serve(make_device(None)), user)
    assert found.code == "another-certificate" and "a different certificate from the trusted one" in found.sentence
    assert "nvrflow untrust" in found.advice


@pytest.mark.browser
def test_a_damaged_ledger_is_named_and_does_not_end_the_diagnosis(user: Computer, serve: Serving) -> None:  # noqa: F811
    ledger = ledger_of(user).path
    ledger.parent.mkdir(parents=True)
    ledger.write_text("{")
    assert codes(serve(make_device(None)), user) == ["ledger-unreadable", "not-imported"]


def test_a_browser_that_is_open_since_before_the_import_has_to_be_started_again(user: Computer) -> None:
    """The lock that Chromium keeps names its process; this test's own was started before what it imports."""
    import os

    device = make_device(None)
    trusted(device, user)
    entries = ledger_of(user).entries()
    lock = user.home / ".config/chromium/SingletonLock"
    lock.parent.mkdir(parents=True)
    assert list(restart_notes(user, entries)) == []
    lock.symlink_to(f"here-{os.getpid()}")
    (found,) = restart_notes(user, entries)
    assert (found.code, found.level, found.client) == ("restart-browser", "note", "chromium")


def test_curl_and_python_refuse_in_their_own_words(serve: Serving, user: Computer) -> None:  # noqa: F811
    url = serve(make_device(make_ca()))
    curl, python = CurlClient(user).ask(url), PythonClient(user).ask(url)
    assert (curl.trusted, curl.code, python.trusted, python.code) == (False, "60", False, "20")
    assert python.reason == "unable to get local issuer certificate"


def test_overriding_variables_change_no_answer_but_are_told(serve: Serving, user: Computer, tmp_path: Path) -> None:  # noqa: F811
    device = make_device(None)
    (tmp_path / "bundle.pem").write_text(device.certificate.pem)
    names = {name: str(tmp_path / "bundle.pem") for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE")}
    changed = Computer("linux", {**user.environment, **names})
    url = serve(device)
    answers = [CurlClient(changed).ask(url), PythonClient(changed).ask(url)]
    assert [one.trusted for one in answers] == [False, False]
    told = list(overridden(look(url, url, changed), answers, 10))
    assert [(one.code, one.where, one.level) for one in told] == [
        ("store-overridden", "curl", "warning"),
        ("store-overridden", "python", "warning"),
    ]
    assert list(overridden(look(url, url, user), answers, 10)) == []


def test_a_curlrc_that_switches_checks_off_does_not_make_curl_trust(serve: Serving, user: Computer) -> None:  # noqa: F811
    (user.home / ".curlrc").write_text("insecure\n")
    assert CurlClient(user).ask(serve(make_device(None))).trusted is False


def test_the_recorders_clock_is_shown_beside_this_computers() -> None:
    from nvrflow.certificate import judge

    device = make_device(None, begins=TODAY + DAY)
    (found,) = judge(device.certificate, None, "127.0.0.1", TODAY, TODAY + timedelta(days=40))
    assert f"{TODAY + timedelta(days=40):%Y-%m-%d}" in found.sentence
