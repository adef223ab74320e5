"""verify on real recorders' faults: text and JSON name the cause that is one, for real browsers with a home of their own."""

from __future__ import annotations

import json
import shutil
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from command_here import command_here as run
from loopback import LoopbackServer
from slow_tests import mostly_slow

from nvrflow.trust.verify import Verification, verify
from trust.case_server import CASES, answering, serving
from trust.conftest import Serving
from trust.making import make_ca, make_device
from trust.marionette import FIREFOX, new_profile

TLS12 = ssl.TLSVersion.TLSv1_2
pytestmark = pytest.mark.browser
RENEWED = "11-same-issuer-and-serial-after-reset"


def trust(url: str, *files: Path, store: str = "") -> None:
    ended = run("trust", *files, "--for", url, "--yes", *(["--store", store] if store else []))
    assert ended.returncode == 0, ended.stderr


def files(case: str) -> list[Path]:
    return sorted((CASES / case).glob("*.crt"))


def codes(found: Verification) -> list[str]:
    """The codes of the problems, which text and JSON hold alike."""
    text, document = "\n".join(found.lines()), found.as_dict()
    for problem in document["problems"]:
        assert problem["code"] in text and problem["sentence"] in text and problem["advice"] in text
    assert document["https"]["trusted"] is found.trusted
    assert ("NOT trusted" in text) is not found.trusted
    return [problem["code"] for problem in document["problems"]]


@pytest.mark.parametrize("cipher", ["DHE-RSA-AES128-SHA", "NULL-SHA256"])
def test_a_recorder_with_only_ciphers_that_browsers_have_dropped_is_told_so(cipher: str) -> None:
    with serving("12-no-common-cipher", cipher, TLS12) as url:
        found = verify(url)
    assert codes(found) == ["dropped-ciphers"]
    assert cipher in found.problems[0].sentence
    assert found.reason == "ERR_SSL_VERSION_OR_CIPHER_MISMATCH"


def test_the_same_certificate_with_a_cipher_that_browsers_have_is_only_not_imported() -> None:
    with serving("12-no-common-cipher", "AES128-SHA", TLS12) as url:
        assert codes(verify(url)) == ["not-imported"]


def test_a_server_that_shows_no_certificate_at_all_has_dropped_ciphers() -> None:
    with serving("12-no-common-cipher", "aNULL", TLS12) as url:
        assert codes(verify(url)) == ["dropped-ciphers"]


@pytest.mark.parametrize(
    ("case", "code", "said", "browser"),
    mostly_slow(
        [
            ("6-validity-in-odd-encoding/fraction", "date-encoding", "fraction of a second", "ERR_SSL_SERVER_CERT_BAD_FORMAT"),
            ("6-validity-in-odd-encoding/offset", "date-encoding", "offset from UTC", "ERR_SSL_SERVER_CERT_BAD_FORMAT"),
            ("7-keys-no-browser-takes/ed25519", "weak-key", "Ed25519", "ERR_SSL_VERSION_OR_CIPHER_MISMATCH"),
            ("7-keys-no-browser-takes/p521", "weak-key", "P-521", "ERR_SSL_VERSION_OR_CIPHER_MISMATCH"),
            ("7-keys-no-browser-takes/k1", "weak-key", "secp256k1", "ERR_SSL_VERSION_OR_CIPHER_MISMATCH"),
            ("8-key-usage-without-digital-signature", "wrong-usage", "key usage", "ERR_SSL_KEY_USAGE_INCOMPATIBLE"),
            (
                "9-critical-unknown-extension-and-sha224/critunknown",
                "unknown-extension",
                "critical",
                "ERR_CERT_AUTHORITY_INVALID",
            ),
            ("9-critical-unknown-extension-and-sha224/sha224", "weak-signature", "SHA224", "ERR_CERT_AUTHORITY_INVALID"),
            ("20-ends-before-it-begins", "ends-before-it-begins", "before it begins", "ERR_CERT_AUTHORITY_INVALID"),
        ],
        lambda one: one[0].rpartition("/")[2] not in ("offset", "ed25519", "k1"),
    ),
)
def test_a_certificate_that_no_browser_takes_is_named_with_what_is_wrong(case: str, code: str, said: str, browser: str) -> None:
    with serving(case) as url:
        found = verify(url)
    assert set(codes(found)) == {code}
    assert said in found.problems[0].sentence and found.reason == browser


def test_a_key_usage_that_fits_what_is_served_opens() -> None:
    case = "8-key-usage-without-digital-signature"
    with serving(case, "AES128-SHA", TLS12) as url:
        trust(url, *files(case))
        assert codes(verify(url)) == []


def test_what_is_not_known_is_called_unknown_with_the_browsers_own_code() -> None:
    """A server that wants a certificate of the browser."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    folder = CASES / "24-odd-but-accepted" / "bmp"
    context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    context.load_verify_locations(folder / "ca.crt")
    context.verify_mode = ssl.CERT_REQUIRED
    with answering(context) as url:
        trust(url, *files("24-odd-but-accepted/bmp"))
        found = verify(url)
    assert codes(found) == ["unknown-cause"]
    (said,) = [
        answer.code for answer in found.answers if answer.name == "chromium"
    ]  # which of two comes depends on who closes first
    assert said in ("ERR_BAD_SSL_CLIENT_AUTH_CERT", "ERR_SOCKET_NOT_CONNECTED") and said in found.problems[0].sentence


def test_when_all_is_well_there_is_no_problem_in_json() -> None:
    with serving("24-odd-but-accepted/bmp") as url:
        trust(url, *files("24-odd-but-accepted/bmp"))
        ended = run("verify", url, "--json")
    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)
    assert document["problems"] == [] and document["https"]["reason"] is None
    assert document["https"]["clients"][0] == {
        "name": "chromium",
        "trusted": True,
        "reason": None,
        "code": "",
        "counts": True,
    }


def test_what_a_redirect_leads_to_is_asked() -> None:
    class Redirect(BaseHTTPRequestHandler):
        target = ""

        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", self.target)
            self.end_headers()

    with serving("24-odd-but-accepted/bmp") as url, LoopbackServer(Redirect, target=f"{url}/") as plain:
        found = verify(f"http://{plain.address}")
    assert found.url == url and f"http://{plain.address}" in found.problems[0].advice


def test_a_link_that_the_recorder_does_not_send_is_named(serve: Serving) -> None:
    root = make_ca("root")
    middle = make_ca("middle", issuer=root)
    assert codes(verify(serve(make_device(middle), root))) == ["chain-incomplete"]


def test_our_own_anchor_is_never_the_missing_link() -> None:
    """Limited trust puts in a stand-in that is signed by nobody known."""
    case = "8-key-usage-without-digital-signature"
    with serving(case, "AES128-SHA", TLS12) as url:
        trust(url, *files(case))
    with serving(case, port=int(url.rpartition(":")[2])) as same:
        found = verify(same)
    assert found.reason == "ERR_SSL_KEY_USAGE_INCOMPATIBLE"
    assert codes(found) == ["wrong-usage"]


@pytest.fixture
def firefox(home: Path) -> Iterator[str]:
    """The name of a Firefox profile in the test's home."""
    if FIREFOX is None or shutil.which("certutil") is None:
        pytest.skip("no Firefox or no certutil (libnss3-tools) on this computer")
    yield f"firefox:{new_profile(home).name}"


def answers(found: Verification) -> dict[str, Any]:
    return {answer.name: (answer.trusted, answer.code) for answer in found.answers if answer.name not in ("curl", "python")}


def test_a_certificate_that_took_the_place_of_the_trusted_one_is_told_with_the_way_out(firefox: str) -> None:
    with serving(f"{RENEWED}/renew-old") as url:
        trust(url, *files(f"{RENEWED}/renew-old"))
    with serving(f"{RENEWED}/renew-new", port=int(url.rpartition(":")[2])) as same:
        found = verify(same)
    assert answers(found) == {
        "chromium": (False, "ERR_CERT_AUTHORITY_INVALID"),
        firefox: (False, "SEC_ERROR_REUSED_ISSUER_AND_SERIAL"),
    }
    assert codes(found) == ["another-certificate"]
    advice = found.problems[0].advice
    assert advice.index(f"nvrflow untrust {same}") < advice.index("nvrflow trust FILE")


def test_only_the_clients_count_whose_stores_were_chosen_and_each_answer_is_shown(firefox: str) -> None:
    case = "23-device-and-ca-share-a-serial"
    with serving(case) as url:
        before = verify(url)
        trust(url, *files(case), store=firefox)
        chosen = verify(url)
        trust(url, *files(case))
        both = verify(url)
    assert not before.trusted and before.counted == {"chromium", firefox}
    assert codes(before) == ["not-imported", "not-imported"]
    assert chosen.trusted and chosen.counted == {firefox} and codes(chosen) == []
    assert answers(chosen) == {"chromium": (False, "ERR_CERT_AUTHORITY_INVALID"), firefox: (True, "")}
    assert answers(both) == {"chromium": (True, ""), firefox: (True, "")}


def test_a_recorder_that_answers_nowhere_is_told_by_the_address_that_was_typed() -> None:
    with serving("24-odd-but-accepted/bmp") as url:
        port = int(url.rpartition(":")[2])
    typed = f"http://127.0.0.1:{port}"  # closed by now
    found = verify(typed)
    assert codes(found) == ["no-answer"] and not found.trusted
    assert found.problems[0].where == typed and "power" in found.problems[0].advice
