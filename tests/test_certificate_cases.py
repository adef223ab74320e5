"""The cases from public reports, judged from the certificates alone: each gives the right result with the right words."""

from __future__ import annotations

from pathlib import Path

import pytest
from trust.making import DAY, TODAY, make_ca, make_device

from nvrflow.certificate import Certificate, KeyExchange, judge, read_certificate_file
from nvrflow.problem import Problem

CASES = Path(__file__).resolve().parent / "cases"


def judged(case: str, exchanges: frozenset[KeyExchange] | None = None) -> tuple[Problem, ...]:
    """What is said of a case's two files."""
    device, authority = (read_certificate_file(CASES / case / f"{one}.crt")[0] for one in ("device", "ca"))
    return judge(device, authority, "127.0.0.1", TODAY, exchanges=exchanges)


def the_refusal(case: str, exchanges: frozenset[KeyExchange] | None = None) -> Problem:
    (found,) = [one for one in judged(case, exchanges) if one.fatal]
    return found


@pytest.mark.parametrize(("kind", "says"), [("fraction", "a fraction of a second"), ("offset", "an offset from UTC")])
def test_a_date_in_an_odd_encoding_is_refused_by_that_encoding(kind: str, says: str) -> None:
    refusals = [one for one in judged(f"6-validity-in-odd-encoding/{kind}") if one.fatal]
    assert {one.code for one in refusals} == {"date-encoding"}
    assert all(says in one.sentence and "download" not in str(one) for one in refusals)


@pytest.mark.parametrize(("kind", "key"), [("ed25519", "Ed25519"), ("p521", "EC P-521"), ("k1", "EC secp256k1")])
def test_a_key_that_no_browser_takes_is_named(kind: str, key: str) -> None:
    found = the_refusal(f"7-keys-no-browser-takes/{kind}")
    assert found.code == "weak-key" and key in found.sentence and "RSA 2048" in found.advice


@pytest.mark.parametrize(
    ("exchanges", "level"),
    [
        (frozenset({"tls13", "ecdhe", "rsa"}), "refusal"),
        (frozenset({"ecdhe"}), "refusal"),
        (frozenset({"ecdhe", "rsa"}), "refusal"),
        (frozenset({"rsa"}), None),
        (None, "warning"),
    ],
)
def test_key_usage_is_judged_by_what_is_served(exchanges: frozenset[KeyExchange] | None, level: str | None) -> None:
    found = [one for one in judged("8-key-usage-without-digital-signature", exchanges) if one.code == "wrong-usage"]
    assert [one.level for one in found] == ([level] if level else [])
    assert all("digitalSignature" in one.sentence and one.client == "chromium" for one in found)


def test_an_unknown_critical_extension_is_refused_by_its_number() -> None:
    found = the_refusal("9-critical-unknown-extension-and-sha224/critunknown")
    assert found.code == "unknown-extension" and "critical" in found.sentence


def test_sha224_is_refused_by_its_name() -> None:
    found = the_refusal("9-critical-unknown-extension-and-sha224/sha224")
    assert found.code == "weak-signature" and "SHA224" in found.sentence


def test_an_end_before_the_beginning_asks_for_a_shorter_validity() -> None:
    found = the_refusal("20-ends-before-it-begins")
    assert found.code == "ends-before-it-begins"
    assert "before it begins" in found.sentence and "shorter validity" in found.advice


@pytest.mark.parametrize(
    "case",
    ["23-device-and-ca-share-a-serial", *sorted(f"24-odd-but-accepted/{one.name}" for one in CASES.glob("24-*/*"))],
)
def test_what_browsers_accept_is_accepted(case: str) -> None:
    assert [str(one) for one in judged(case) if one.fatal] == []


def test_a_device_that_its_ca_calls_a_ca_is_right_for_chromium_and_not_for_firefox() -> None:
    authority = make_ca()
    (found,) = judge(make_device(authority, ca=True).certificate, authority.certificate, "127.0.0.1", TODAY)
    assert (found.code, found.level, found.client) == ("is-a-ca", "warning", "firefox")


def test_an_odd_ca_is_a_warning_because_the_limited_anchor_is_written_anew() -> None:
    case = CASES / "13-pkcs7-shapes" / "p7-oddbool.p7b"
    device, authority = read_certificate_file(case)
    found = judge(device, authority, "127.0.0.1", TODAY)
    assert [(one.code, one.where, one.level) for one in found] == [("unreadable", "CA certificate", "warning")]


def test_refusals_come_before_warnings() -> None:
    authority = make_ca()
    device = make_device(authority, "192.0.2.10", ends=TODAY + 9000 * DAY)
    assert [one.level for one in judge(device.certificate, authority.certificate, "127.0.0.1", TODAY)] == ["refusal", "warning"]


def test_every_problem_of_the_cases_says_where_what_and_what_to_do() -> None:
    problems = [one for file in CASES.rglob("device.crt") if (file.parent / "ca.crt").is_file() for one in _of(file.parent)]
    assert problems and all(one.where and one.sentence and one.advice for one in problems)


def _of(folder: Path) -> tuple[Problem, ...]:
    device, authority = (read_certificate_file(folder / f"{one}.crt")[0] for one in ("device", "ca"))
    assert isinstance(device, Certificate)
    return judge(device, authority, "127.0.0.1", TODAY)
