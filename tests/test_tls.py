"""What a port really answers, on real servers: each outcome by its own name."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from trust.case_server import CASES, serving
from trust.case_server import answering as answering_with
from trust.conftest import Serving, serve  # noqa: F401
from trust.making import make_ca, make_device

from nvrflow import tls
from nvrflow.certificate.findings import KeyExchange

TLS12 = ssl.TLSVersion.TLSv1_2
Answering = Callable[[bytes], int]
UNDATED = b"HTTP/1.1 200 OK\r\nDate: yesterday\r\nContent-Length: 0\r\n\r\n"


def port_of(url: str) -> int:
    return int(url.rsplit(":", 1)[1].strip("/"))


@pytest.fixture
def answering() -> Iterator[Answering]:
    """A server that gives every connection the same bytes after it has read something."""
    servers: list[socket.socket] = []

    def start(answer: bytes) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def work() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with closing(connection):
                    connection.settimeout(5)
                    connection.recv(4096)
                    connection.sendall(answer)

        threading.Thread(target=work, daemon=True).start()
        return int(server.getsockname()[1])

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_the_chain_is_seen_as_sent_without_being_trusted(serve: Serving) -> None:  # noqa: F811
    authority = make_ca()
    device = make_device(authority)
    found = tls.served("127.0.0.1", port_of(serve(device, authority)))
    assert (found.outcome, found.version) == ("tls", "TLSv1.3")
    assert [one.der for one in found.chain] == [device.certificate.der, authority.certificate.der]
    assert found.leaf is not None and found.leaf.der == device.certificate.der


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_old_tls_is_seen_and_called_old(serve: Serving, version: ssl.TLSVersion) -> None:  # noqa: F811
    device = make_device(None, key_kind="RSA 1024")
    found = tls.served("127.0.0.1", port_of(serve(device, oldest=version)))
    assert found.outcome == "old-tls-only" and found.leaf is not None and "browsers need TLSv1.2" in found.why


def test_an_answer_of_ssl_3_is_old_too(answering: Answering) -> None:
    alert = bytes([0x15, 0x03, 0x00, 0x00, 0x02, 0x02, 0x46])  # fatal, protocol_version
    assert tls.served("127.0.0.1", answering(alert)).outcome == "old-tls-only"


def test_plain_http_is_not_tls(answering: Answering) -> None:
    assert tls.served("127.0.0.1", answering(b"HTTP/1.1 400 Bad Request\r\n\r\n")).outcome == "not-tls"


def test_a_dropped_connection_is_not_tls(answering: Answering) -> None:
    assert tls.served("127.0.0.1", answering(b"")).outcome == "not-tls"


def test_a_closed_port_is_refused(free_port: int) -> None:
    found = tls.served("127.0.0.1", free_port)
    assert found.outcome == "refused" and found.chain == () and found.leaf is None


def test_a_silent_server_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert tls.served("127.0.0.1", silent.getsockname()[1], timeout=0.3).outcome == "timeout"


def test_a_name_that_does_not_exist_is_said() -> None:
    assert tls.served("recorder.invalid", 443, timeout=2).outcome in ("unknown-name", "timeout")


def test_waiting_ends_when_the_port_opens(free_port: int) -> None:
    opened: list[socket.socket] = []
    timer = threading.Timer(0.4, lambda: opened.append(socket.create_server(("127.0.0.1", free_port))))
    timer.start()
    assert tls.wait_until_listening("127.0.0.1", free_port, 20)
    timer.join()
    opened[0].close()


def test_waiting_ends_when_the_time_is_over(free_port: int) -> None:
    assert not tls.wait_until_listening("127.0.0.1", free_port, 0.5)


@pytest.mark.parametrize(
    ("ciphers", "newest", "exchanges", "chosen"),
    [
        ("ALL", None, {"tls13", "ecdhe", "rsa"}, "tls13"),
        ("ALL", TLS12, {"ecdhe", "rsa"}, "ecdhe"),
        ("AES128-SHA", TLS12, {"rsa"}, "rsa"),
        ("AES128-SHA:ECDHE-RSA-AES128-SHA", TLS12, {"ecdhe", "rsa"}, "rsa"),
        ("DHE-RSA-AES128-SHA", TLS12, set(), None),
        ("AES128-SHA", ssl.TLSVersion.TLSv1_1, set(), None),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_the_exchanges_are_those_that_a_browsers_ciphers_get(
    ciphers: str, newest: ssl.TLSVersion | None, exchanges: set[KeyExchange], chosen: KeyExchange | None
) -> None:
    with serving("24-odd-but-accepted/bmp", ciphers, newest, prefers_own=True) as url:
        found = tls.offers("127.0.0.1", port_of(url))
    assert (found.exchanges, found.chosen) == (frozenset(exchanges), chosen)
    assert found.dropped == ("DHE-RSA-AES128-SHA" if "DHE-" in ciphers and not exchanges else "")


def test_a_closed_port_offers_nothing(free_port: int) -> None:
    assert tls.offers("127.0.0.1", free_port) == tls.Offers()


def test_a_handshake_that_breaks_off_after_the_cipher_is_not_called_a_matter_of_ciphers() -> None:
    """A server that wants a certificate of its client, by TLS 1.2."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    folder = CASES / "24-odd-but-accepted" / "bmp"
    context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    context.load_verify_locations(folder / "ca.crt")
    context.verify_mode, context.maximum_version = ssl.CERT_REQUIRED, TLS12
    with answering_with(context) as url:
        assert tls.served("127.0.0.1", port_of(url)).outcome == "breaks-off"


def test_a_server_without_a_cipher_in_common_speaks_tls_all_the_same(answering: Answering) -> None:
    alert = bytes([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28])  # fatal, handshake_failure
    assert tls.served("127.0.0.1", answering(alert)).outcome == "no-common-cipher"


def test_the_certificate_of_a_key_that_no_browser_takes_is_seen() -> None:
    with serving("7-keys-no-browser-takes/k1") as url:
        found = tls.served("127.0.0.1", port_of(url))
    assert found.leaf is not None and "secp256k1" in found.leaf.key


def test_what_is_no_certificate_at_all_is_a_value_and_no_error(tmp_path: Path) -> None:
    """A served certificate whose dates are of another kind than any reader knows."""
    found = tls.handshake._of("192.0.2.1:443", [b"\x30\x03\x02\x01\x05"], "TLSv1.3")
    assert (found.outcome, found.leaf) == ("unreadable", None) and found.unreadable


def test_a_redirect_and_the_recorders_clock_are_read(answering: Answering) -> None:
    answer = (
        b"HTTP/1.1 301 Moved\r\nLocation: https://127.0.0.1/\r\nDate: Tue, 01 Feb 2000 10:00:00 GMT\r\nContent-Length: 0\r\n\r\n"
    )
    url = f"http://127.0.0.1:{answering(answer)}/"
    assert tls.redirect_of(url) == "https://127.0.0.1/"
    assert tls.date_header(url) == datetime(2000, 2, 1, 10, tzinfo=UTC)


def test_no_redirect_and_no_clock_are_none(answering: Answering, free_port: int) -> None:
    url = f"http://127.0.0.1:{answering(UNDATED)}/"
    assert (tls.redirect_of(url), tls.date_header(url)) == (None, None)
    assert tls.front(f"http://127.0.0.1:{free_port}/") is None


def test_nothing_usable_is_none(answering: Answering) -> None:
    assert tls.front(f"http://127.0.0.1:{answering(b'no http at all')}/") is None
