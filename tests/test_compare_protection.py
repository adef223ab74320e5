"""HTTPS before and after: what a browser refuses breaks, what is less safe gets worse, what is better is only told."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from written_capture import DEVICE

from nvrflow.certificate.accepted import SHORTEST_RSA
from nvrflow.compare.protection import protection
from nvrflow.compare.sentence import sentence


def changed(*path: Any, value: Any) -> dict[str, Any]:
    facts = copy.deepcopy(DEVICE)
    place = facts
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return facts


CIPHERS = DEVICE["https"]["versions"]["TLSv1.2"]


@pytest.mark.parametrize(
    ("facts", "kind", "name", "consequence", "aspect"),
    [
        (changed("certificates", 0, "signature", value="sha1"), "certificate", "signature", "breaking", "weaker"),
        (changed("certificates", 0, "key", value="RSA 1024"), "certificate", "key", "drift", "weaker"),
        (changed("certificates", 0, "key", value=f"RSA {SHORTEST_RSA // 2}"), "certificate", "key", "breaking", "weaker"),
        (changed("certificates", 0, "key", value="RSA 4096"), "certificate", "key", "none", "stronger"),
        (changed("certificates", 0, "key", value="EC P-256"), "certificate", "key", "none", "facts"),
        (changed("certificates", 0, "key", value="EC P-521"), "certificate", "key", "breaking", "weaker"),
        (changed("certificates", 0, "san", value=[]), "certificate", "names", "breaking", "weaker"),
        (changed("certificates", 0, "san", value=["IP:192.0.2.1", "DNS:nvr"]), "certificate", "names", "none", "stronger"),
        (changed("certificates", 0, "not_after", value="2027-11-25"), "certificate", "validity", "none", "facts"),
        (changed("certificates", 0, "not_after", value="2026-10-30"), "certificate", "validity", "breaking", "weaker"),
        (changed("certificates", 0, "self_signed", value=True), "certificate", "issuer", "drift", "weaker"),
        (changed("certificates", value=[]), "certificate", "certificate", "breaking", "weaker"),
        (changed("https", "versions", value={"TLSv1": CIPHERS, "TLSv1.2": CIPHERS}), "tls", "TLSv1", "drift", "weaker"),
        (changed("https", "versions", value={"TLSv1.2": CIPHERS, "TLSv1.3": []}), "tls", "TLSv1.3", "none", "stronger"),
        (changed("https", "redirect", value=False), "tls", "HTTP", "drift", "weaker"),
        (changed("https", "hsts", value="max-age=31536000"), "tls", "HSTS", "none", "stronger"),
        (changed("cookies", 0, "secure", value=False), "tls", "cookie Session", "drift", "weaker"),
        (changed("cookies", 0, "http_only", value=False), "tls", "cookie Session", "drift", "weaker"),
        (changed("start", "challenge", value="Basic"), "tls", "sign-in challenge", "breaking", "weaker"),
        (changed("https", "versions", value={"TLSv1.2": [*CIPHERS, "AES128-SHA"]}), "tls", "ciphers of TLSv1.2", "none", "facts"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_fact_that_changed_is_one_difference(
    facts: dict[str, Any], kind: str, name: str, consequence: str, aspect: str
) -> None:
    (one,) = protection(DEVICE, facts, ("secure",))
    assert (one.kind, one.name, one.consequence, one.aspect) == (kind, name, consequence, aspect)
    assert one.flows == (("secure",) if consequence == "breaking" else ())


def test_the_same_facts_are_no_difference() -> None:
    assert protection(DEVICE, copy.deepcopy(DEVICE), ("secure",)) == []


def test_old_versions_that_come_together_are_one_difference_with_one_id() -> None:
    both = changed("https", "versions", value={"TLSv1": [], "TLSv1.1": [], "TLSv1.2": CIPHERS})
    one = changed("https", "versions", value={"TLSv1.1": [], "TLSv1.2": CIPHERS})
    found = [protection(DEVICE, facts, ()) for facts in (both, one)]
    assert [[difference.name for difference in each] for each in found] == [["TLSv1, TLSv1.1"], ["TLSv1.1"]]
    assert found[0][0].id == found[1][0].id


def test_a_recorder_whose_only_versions_are_old_is_refused_by_browsers() -> None:
    found = protection(DEVICE, changed("https", "versions", value={"TLSv1": []}), ("secure",))
    assert {(one.name, one.consequence) for one in found} == {("TLSv1", "drift"), ("TLSv1.2", "breaking")}


def test_two_devices_with_one_key_are_told_and_one_device_is_not() -> None:
    first = changed("certificates", 0, "key_mark", value="0a1b2") | {"marks": ["11111", "22222"]}
    other = first | {"marks": ["33333"]}
    (one,) = protection(first, other, ("secure",))
    assert (one.consequence, sentence(one)) == (
        "drift",
        "The two are different devices, but their certificates have the same key",
    )
    assert protection(first, first | {"marks": ["22222"]}, ()) == []
    assert protection(first, other | {"marks": []}, ()) == []
    assert protection(first, changed("certificates", 0, "key_mark", value="99999") | {"marks": ["33333"]}, ()) == []
