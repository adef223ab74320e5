"""Why a recorder is not trusted, on real servers with each fault of facts 4.4."""

from __future__ import annotations

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
from nvrflow.trust import Computer
from nvrflow.trust.diagnosis import ask_curl, ask_python, diagnose


@pytest.fixture
def user(home: Path) -> Computer:
    return Computer("linux", {"HOME": str(home), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"})


def codes(url: str, user: Computer, authority: Certificate | None = None) -> list[str]:
    return [one.code for one in diagnose(url, authority, user) if one.code != "this-computer"]


def test_nothing_listens(user: Computer) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (found,) = diagnose(f"https://127.0.0.1:{port}", None, user)
    assert found.code == "nothing-listens" and "HTTPS on" in found.mend


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
    assert codes(f"https://127.0.0.1:{not_tls}", user) == ["not-tls"]


def test_only_old_tls_is_offered(user: Computer, serve: Serving) -> None:  # noqa: F811
    device = make_device(None, key_kind="RSA 2048")
    found = diagnose(serve(device, oldest=ssl.TLSVersion.TLSv1_1), None, user)
    assert found[0].code == "old-tls-only" and "TLSv1.1" in found[0].sentence


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"names": ("192.0.2.7",)}, "wrong-name"),
        ({"begins": TODAY - 9 * DAY, "ends": TODAY - DAY}, "expired"),
        ({"begins": TODAY + DAY, "ends": TODAY + 9 * DAY}, "not-yet-valid"),
        ({"key_kind": "RSA 1024"}, None),
    ],
)
def test_faults_of_the_device_certificate(user: Computer, serve: Serving, fault: dict[str, object], code: str | None) -> None:  # noqa: F811
    authority = make_ca()
    found = codes(serve(make_device(authority, **fault)), user, authority.certificate)
    assert found == ([code] if code else []) + ["not-trusted"]


def test_a_missing_san_is_named_and_what_to_do(user: Computer, serve: Serving) -> None:  # noqa: F811
    authority = make_ca()
    found = diagnose(serve(make("127.0.0.1", authority, ca=False)), authority.certificate, user)
    assert found[0].code == "no-san" and "IP:127.0.0.1" in found[0].mend


def test_an_old_signature_is_named(user: Computer, serve: Serving) -> None:  # noqa: F811
    authority = make_ca(key_kind="RSA 2048")
    device = with_old_hash(make_device(authority), authority, hashes.SHA1())
    assert "weak-signature" in codes(serve(device), user, authority.certificate)


def test_a_link_that_is_not_sent_is_named(user: Computer, serve: Serving) -> None:  # noqa: F811
    middle = make_ca("middle", issuer=make_ca("root"))
    device = make_device(middle)
    assert "chain-incomplete" in codes(serve(device), user, middle.certificate)
    assert "chain-incomplete" not in codes(serve(device, middle), user, middle.certificate)


def trusted(device: Made, user: Computer) -> None:
    plan = planned(device.certificate, None, device.certificate, "127.0.0.1", stores=["chromium-nss"], computer=user)
    applied(plan)


def test_the_stores_that_lack_it_are_named_and_none_when_all_have_it(user: Computer, serve: Serving) -> None:  # noqa: F811
    device = make_device(None)
    url = serve(device)
    (found,) = [one for one in diagnose(url, None, user) if one.code == "not-trusted"]
    assert "chromium-nss" in found.sentence
    assert found.mend.startswith(f"nvrflow secure {url},")
    trusted(device, user)
    assert codes(url, user) == []


def test_what_is_to_be_typed_has_the_address_that_the_user_gave(user: Computer, serve: Serving) -> None:  # noqa: F811
    found = diagnose(serve(make_device(None)), None, user, typed="http://127.0.0.1:8080")
    (mend,) = [one.mend for one in found if one.code == "not-trusted"]
    assert mend.startswith("nvrflow secure http://127.0.0.1:8080,")


def test_a_recorder_that_made_a_new_certificate_is_told_from_one_never_trusted(user: Computer, serve: Serving) -> None:  # noqa: F811
    trusted(make_device(None), user)
    (found,) = [one for one in diagnose(serve(make_device(None)), None, user) if one.code == "not-trusted"]
    assert "another certificate than the one that was trusted" in found.sentence


def test_curl_and_python_refuse_in_their_own_words(serve: Serving, user: Computer) -> None:  # noqa: F811
    url = serve(make_device(make_ca()))
    verdicts = [ask_curl(url, user.environment), ask_python(url, user.environment)]
    assert [one.trusted for one in verdicts] == [False, False]
    assert "unable to get local issuer certificate" in verdicts[1].reason


def test_overriding_variables_do_not_make_a_client_trust(
    serve: Serving,  # noqa: F811
    user: Computer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = make_device(None)
    (tmp_path / "bundle.pem").write_text(device.certificate.pem)
    for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(tmp_path / "bundle.pem"))
    url = serve(device)
    assert [ask_curl(url).trusted, ask_python(url).trusted] == [False, False]


def test_the_recorders_clock_is_shown_beside_this_computers() -> None:
    from nvrflow.certificate import judge

    device = make_device(None, begins=TODAY + DAY)
    (found,) = judge(device.certificate, None, "127.0.0.1", TODAY, TODAY + timedelta(days=40))
    assert f"{TODAY + timedelta(days=40):%Y-%m-%d}" in found.sentence
