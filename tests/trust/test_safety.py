"""What is never imported: each rule with its own message, on a real certificate made for it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from nvrflow import trust
from nvrflow.certificate import read_certificate_file
from nvrflow.certificate.hosts import permitted_by
from nvrflow.errors import CertificateRefused, WrongCall
from nvrflow.trust import Approver, Computer, Plan
from nvrflow.trust.actions import perform
from nvrflow.trust.anchor import limited, name_limits
from nvrflow.trust.approval import question
from nvrflow.trust.choice import choose
from nvrflow.trust.names import decide
from nvrflow.trust.stores.chromium_database import user_store
from trust.making import DAY, TODAY, Made, applied, make, make_ca, make_device, name, new_key, planned, with_old_hash

HOST = "127.0.0.1"
CASES = Path(__file__).resolve().parent.parent / "cases"


def plan(device: Made | None, authority: Made | None, computer: Computer, kind: trust.Kind = "limited", **more: object) -> Plan:
    certificates = [one.certificate if one else None for one in (device, authority)]
    served = more.pop("served", device)
    leaf = served.certificate if isinstance(served, Made) else None
    host = str(more.pop("host", HOST))
    return planned(certificates[0], certificates[1], leaf, host, kind, computer=computer, **more)  # type: ignore[arg-type]


def test_without_alternative_names_it_says_what_to_do_on_the_recorder(computer: Computer) -> None:
    authority = make_ca()
    refusal = plan(make("127.0.0.1", authority, ca=False), authority, computer).refusal
    assert "no subject alternative name" in refusal and "IP:127.0.0.1" in refusal and "on the recorder" in refusal


def test_a_wrong_name_names_the_right_one(computer: Computer) -> None:
    authority = make_ca()
    refusal = plan(make_device(authority, "192.0.2.7"), authority, computer).refusal
    assert "IP:192.0.2.7" in refusal and "IP:127.0.0.1" in refusal


def test_an_address_given_as_a_dns_name_is_told_apart(computer: Computer) -> None:
    authority = make_ca()
    refusal = plan(make_device(authority, "DNS:127.0.0.1.example", names=("DNS:127.0.0.1.example",)), authority, computer).refusal
    assert "127.0.0.1.example" in refusal
    as_dns = make("x", authority, ca=False, names=())
    assert "no subject alternative name" in plan(as_dns, authority, computer).refusal


def test_an_expired_certificate_shows_both_clocks(computer: Computer) -> None:
    authority = make_ca()
    device = make_device(authority, begins=TODAY - 9 * DAY, ends=TODAY - DAY)
    refusal = plan(device, authority, computer, recorder_clock=TODAY - timedelta(days=4000)).refusal
    assert "expired" in refusal and "this computer's clock" in refusal and "the recorder's" in refusal and "NTP" in refusal


def test_a_certificate_from_the_future_asks_whose_clock_is_wrong(computer: Computer) -> None:
    authority = make_ca()
    device = make_device(authority, begins=TODAY + 9 * DAY, ends=TODAY + 20 * DAY)
    assert "is not valid before" in plan(device, authority, computer).refusal


def test_an_expired_ca_is_not_taken(computer: Computer) -> None:
    authority = make_ca(begins=TODAY - 9 * DAY, ends=TODAY - DAY)
    assert "CA certificate: expired" in plan(make_device(authority), authority, computer).refusal


@pytest.mark.parametrize("old", [hashes.SHA1(), hashes.MD5()])
def test_an_old_signature_is_refused_although_chromium_would_take_it_pinned(
    computer: Computer, old: hashes.HashAlgorithm
) -> None:
    authority = make_ca(key_kind="RSA 2048")
    device = with_old_hash(make_device(authority), authority, old)
    for kind in trust.KINDS:
        assert f"signed with {old.name.upper()}" in plan(device, authority, computer, kind).refusal


def test_an_old_signature_of_the_ca_on_itself_does_no_harm(computer: Computer) -> None:
    authority = make_ca(key_kind="RSA 2048")
    old = with_old_hash(authority, authority, hashes.SHA1())
    assert old.certificate.self_signed and old.certificate.signature == "sha1"
    assert plan(make_device(old), old, computer, "ca").refusal == ""


def test_a_key_of_1024_bits_is_a_warning_on_the_device_and_no_root_for_every_site(computer: Computer) -> None:
    authority = make_ca(key_kind="RSA 1024")
    device = make_device(authority, key_kind="RSA 1024")
    limited = plan(device, authority, computer)
    assert limited.refusal == "" and any("RSA 1024" in one for one in limited.warnings)
    assert "too short" in plan(device, authority, computer, "ca").refusal


def test_the_signature_counts_and_not_the_names(computer: Computer) -> None:
    authority, double = make_ca("Recorder CA", identifiers=False), make_ca("Recorder CA", identifiers=False)
    refusal = plan(make_device(authority), double, computer).refusal
    assert "did not sign" in refusal and "although the names fit" in refusal


def test_a_key_that_signed_under_another_name_is_told_apart(computer: Computer) -> None:
    authority = make_ca("Recorder CA")
    device = make_device(authority, issuer_name=name("Somebody else"))
    assert "under another name" in plan(device, authority, computer).refusal


def test_what_the_recorder_serves_must_be_what_was_downloaded_or_signed_by_it(computer: Computer) -> None:
    authority, stranger = make_ca(), make_ca("Stranger")
    device, in_between = make_device(authority), make_device(stranger)
    refusal = plan(device, authority, computer, served=in_between).refusal
    assert "neither the downloaded" in refusal and "intercepting the connection to the recorder" in refusal


def test_a_device_certificate_made_anew_by_the_same_ca_is_fine(computer: Computer) -> None:
    authority = make_ca()
    assert plan(make_device(authority), authority, computer, served=make_device(authority)).refusal == ""


def test_a_device_certificate_is_not_taken_for_its_ca(computer: Computer) -> None:
    authority = make_ca()
    device, other = make_device(authority), make_device(authority)
    assert "did not sign" in plan(device, other, computer).refusal


def test_a_certificate_that_denies_being_a_ca_is_no_ca(computer: Computer) -> None:
    pretender = make("pretender", ca=False)
    assert "CA:FALSE" in plan(make_device(pretender), pretender, computer).refusal


def test_a_ca_that_may_not_sign_certificates_is_no_ca(computer: Computer) -> None:
    authority = make_ca(usage=("digital_signature",))
    assert "keyCertSign" in plan(make_device(authority), authority, computer).refusal


def test_a_ca_without_a_word_about_being_one_is_taken_limited_only(computer: Computer) -> None:
    authority = make("old CA", ca=None)
    device = make_device(authority)
    assert plan(device, authority, computer).refusal == ""
    assert "is not marked as a CA" in plan(device, authority, computer, "ca").refusal


def test_an_intermediate_is_no_root_for_every_site(computer: Computer) -> None:
    root = make_ca("root")
    middle = make_ca("middle", issuer=root)
    assert "not self-signed" in plan(make_device(middle), middle, computer, "ca").refusal


def test_a_ca_whose_own_limits_exclude_the_recorder_is_said(computer: Computer) -> None:
    import ipaddress

    limits = x509.NameConstraints([x509.IPAddress(ipaddress.ip_network("192.0.2.0/24"))], None)
    authority = make_ca(limits=limits)
    assert "may not sign for IP:127.0.0.1" in plan(make_device(authority), authority, computer).refusal


def test_a_certificate_for_clients_is_not_one_for_servers(computer: Computer) -> None:
    device = make_device(None, purposes=[ExtendedKeyUsageOID.CLIENT_AUTH])
    assert "serverAuth" in plan(device, None, computer).refusal


def test_a_key_usage_without_signatures_is_said(computer: Computer) -> None:
    assert "digitalSignature" in plan(make_device(None, usage=("crl_sign",)), None, computer).refusal


def test_the_ca_is_missing(computer: Computer) -> None:
    refusal = plan(make_device(make_ca("Recorder CA")), None, computer).refusal
    assert "CN=Recorder CA" in refusal and "add the recorder's trusted CA certificate" in refusal


def test_a_broken_chain_between_intermediate_and_ca_is_said(computer: Computer) -> None:
    root, stranger = make_ca("root"), make_ca("stranger")
    middle = make_ca("middle", issuer=root)
    device = make_device(middle)
    made = plan(device, stranger, computer, intermediates=[middle.certificate])
    assert "did not sign 'middle'" in made.refusal


def test_the_same_ca_key_on_two_recorders_is_a_warning_and_no_root(computer: Computer) -> None:
    authority = make_ca()
    first = plan(make_device(authority, "127.0.0.2"), authority, computer, host="127.0.0.2", stores=["chromium-nss"])
    applied(first)
    second = plan(make_device(authority), authority, computer)
    assert second.refusal == "" and any("same CA key" in one for one in second.warnings)
    assert "same CA key" in plan(make_device(authority), authority, computer, "as-guide").refusal


def test_full_trust_is_named_for_what_it_is(computer: Computer) -> None:
    authority = make_ca()
    made = plan(make_device(authority), authority, computer, "ca")
    assert any("impersonate any site" in one for one in made.warnings)


def test_files_that_could_not_be_compared_with_the_recorder_are_said(computer: Computer) -> None:
    authority = make_ca()
    made = plan(make_device(authority), authority, computer, served=None)
    assert any("not compared" in one for one in made.warnings)


def test_an_unknown_kind_of_trust_is_a_wrong_call(computer: Computer) -> None:
    with pytest.raises(WrongCall, match="limited, pin, ca, as-guide"):
        plan(make_device(None), None, computer, "everything")  # type: ignore[arg-type]


def test_an_unknown_store_is_a_wrong_call_that_names_those_there(computer: Computer) -> None:
    with pytest.raises(WrongCall, match="chromium-nss"):
        plan(make_device(None), None, computer, stores=["netscape"])


# --- the fingerprint and who confirmed it ---------------------------------------------------------------------------------


def test_nothing_is_imported_when_nobody_confirms(computer: Computer) -> None:
    made = plan(make_device(None), None, computer)
    with pytest.raises(CertificateRefused, match="--expect-sha256"):
        trust.approve(made, Approver())
    assert made.ledger.entries() == []


def test_the_expected_fingerprint_may_be_typed_as_recorders_show_it(computer: Computer) -> None:
    device = make_device(None)
    made = plan(device, None, computer)
    typed = device.certificate.sha256.lower().replace(":", " ")
    assert trust.approve(made, Approver((typed,))).how == "expect-sha256"


def test_another_expected_fingerprint_stops_even_with_yes(computer: Computer) -> None:
    made = plan(make_device(None), None, computer)
    with pytest.raises(CertificateRefused, match="not the expected one"):
        trust.approve(made, Approver(("00" * 32,), yes=True))


def test_half_a_fingerprint_is_a_wrong_call(computer: Computer) -> None:
    made = plan(make_device(None), None, computer)
    with pytest.raises(WrongCall, match="64 hexadecimal digits"):
        trust.approve(made, Approver((made.fingerprint[:40],)))


def test_a_person_is_shown_the_fingerprint_of_the_ca_and_asked(computer: Computer) -> None:
    authority = make_ca()
    made = plan(make_device(authority), authority, computer)
    asked: list[str] = []

    def says(answer: bool, question: str) -> bool:
        asked.append(question)
        return answer

    assert trust.approve(made, Approver(confirm=lambda question: says(True, question))).how == "confirmed at the terminal"
    with pytest.raises(CertificateRefused, match="was not confirmed"):
        trust.approve(made, Approver(confirm=lambda question: says(False, question)))
    assert authority.certificate.sha256 in "".join(asked[0].split())


def test_a_fingerprint_confirmed_once_is_not_asked_again(computer: Computer) -> None:
    device = make_device(None)
    first = plan(device, None, computer, stores=["chromium-nss"])
    applied(first)
    assert trust.approve(plan(device, None, computer), Approver()).how == "known"


def test_a_changed_fingerprint_stops_even_with_yes(computer: Computer) -> None:
    first = plan(make_device(None), None, computer, stores=["chromium-nss"])
    applied(first)
    changed = plan(make_device(None), None, computer)
    with pytest.raises(CertificateRefused, match="has changed since it was trusted"):
        trust.approve(changed, Approver(yes=True))
    assert trust.approve(changed, Approver((changed.fingerprint,))).how == "expect-sha256"


def test_a_refused_plan_cannot_be_approved(computer: Computer) -> None:
    made = plan(make_device(None, "192.0.2.7"), None, computer)
    with pytest.raises(CertificateRefused):
        trust.approve(made, Approver(yes=True))


# --- the limited anchor ---------------------------------------------------------------------------------------------------


def test_the_limited_anchor_is_the_same_ca_key_under_limits_signed_by_a_key_that_is_gone(computer: Computer) -> None:
    authority = make_ca()
    device = make_device(authority)
    made = plan(device, authority, computer)
    anchor = made.material.anchors.alone
    assert anchor.spki_sha256 == authority.certificate.spki_sha256
    assert anchor.issued(device.certificate)
    assert not anchor.self_signed and not authority.certificate.issued(anchor)
    limits = anchor.extension(x509.NameConstraints)
    assert limits is not None and limits.permitted_subtrees is not None
    assert {str(tree.value) for tree in limits.permitted_subtrees} == {"127.0.0.1/32", "127.0.0.1"}


@pytest.mark.parametrize(
    ("common", "names", "permitted", "excluded"),
    [
        ("NVR 4216", ("192.0.2.9",), {"192.0.2.9/32", "nothing.invalid"}, {"", "::/0"}),
        ("nvr", ("192.0.2.9",), {"192.0.2.9/32", "nothing.invalid"}, {"", "::/0"}),
        ("192.0.2.9", ("192.0.2.9", "nvr.local"), {"192.0.2.9/32", "nvr.local"}, {".nvr.local", "::/0"}),
        ("192.0.2.9", ("192.0.2.9",), {"192.0.2.9/32", "192.0.2.9"}, {".192.0.2.9", "::/0"}),
        ("x y", ("*.nvr.local",), {"255.255.255.255/32", "nvr.local"}, {"0.0.0.0/0", "::/0"}),
        ("x y", ("nvr.local", "a.nvr.local"), {"255.255.255.255/32", "nvr.local", "a.nvr.local"}, {"0.0.0.0/0", "::/0"}),
        ("x y", ("*.nvr.local", "a.nvr.local"), {"255.255.255.255/32", "nvr.local", "a.nvr.local"}, {"0.0.0.0/0", "::/0"}),
        ("x y", ("2001:db8::1",), {"2001:db8::1/128", "nothing.invalid"}, {"", "0.0.0.0/0"}),
    ],
)  # fmt: skip
def test_an_anchor_permits_what_was_decided_and_excludes_all_around_it(
    common: str, names: tuple[str, ...], permitted: set[str], excluded: set[str]
) -> None:
    limits = name_limits(decide(make(common, names=names, key=new_key()).certificate, "192.0.2.9"))
    assert {str(tree.value) for tree in limits.permitted_subtrees or ()} == permitted
    assert {str(tree.value) for tree in limits.excluded_subtrees or ()} == excluded


@pytest.mark.parametrize("name", ["", "com"])
def test_no_anchor_is_ever_made_of_names_that_allow_none(name: str) -> None:
    authority = make_ca()
    device = make_device(authority, "127.0.0.1", f"DNS:{name}").certificate
    with pytest.raises(ValueError, match="no limited anchor"):
        limited(authority.certificate, device, decide(device, HOST))


def test_a_public_name_on_the_device_certificate_is_refused_before_the_question_unless_it_is_said(computer: Computer) -> None:
    authority = make_ca()
    device = make_device(authority, "127.0.0.1", "www.bank.example")
    made = plan(device, authority, computer)
    assert "--also 'www.bank.example'" in made.refusal and made.items == ()
    said = plan(device, authority, computer, also=("www.bank.example",))
    assert (
        said.refusal == ""
        and "www.bank.example" in question(said)
        and any("as well as for 127.0.0.1" in one for one in said.warnings)
    )


def test_a_self_signed_certificate_with_a_public_name_is_not_pinned(computer: Computer) -> None:
    device = make_device(None, "127.0.0.1", "*.example.org")
    assert "--also '*.example.org'" in plan(device, None, computer).refusal
    assert "--also '*.example.org'" in plan(device, None, computer, "pin").refusal


def test_with_the_whole_ca_trusted_the_names_of_the_device_are_a_warning(computer: Computer) -> None:
    authority = make_ca()
    made = plan(make_device(authority, "127.0.0.1", "www.bank.example"), authority, computer, "ca")
    assert made.refusal == "" and any("www.bank.example" in one for one in made.warnings)


def test_a_name_that_cannot_be_limited_leaves_a_pin_and_says_so(computer: Computer) -> None:
    authority = make_ca()
    device = make_device(authority, "127.0.0.1", "DNS:NVR 4216")
    made = plan(device, authority, computer, stores=["chromium-nss"])
    assert (made.kind, made.fingerprint) == ("pin", device.certificate.sha256)
    assert [item.certificate for item in made.items] == [device.certificate]
    assert any("NVR 4216" in one for one in made.warnings)


@pytest.mark.parametrize(
    ("case", "pinned"),
    [
        ("1-empty-dns-name", True), ("2-bare-suffix-dns/dnscom", False), ("2-bare-suffix-dns/atk-wildcom", False),
        ("3-odd-dns-in-san/dnsspace", True), ("3-odd-dns-in-san/dnsstar", False), ("3-odd-dns-in-san/trailingdot", True),
        ("3-odd-dns-in-san/wild-ip", True),
    ],
)  # fmt: skip
def test_of_the_cases_with_odd_names_nothing_but_the_one_certificate_goes_into_a_store(
    computer: Computer, case: str, pinned: bool
) -> None:
    device, authority = (read_certificate_file(CASES / case / f"{name}.crt")[0] for name in ("device", "ca"))
    made = planned(device, authority, device, HOST, stores=["chromium-nss"], computer=computer)
    assert [item.certificate for item in made.items] == ([device] if pinned else [])
    assert bool(made.warnings) == pinned and ("the sites of many other people are below that name" in made.refusal) != pinned


def test_a_second_run_uses_the_same_anchor(computer: Computer) -> None:
    authority = make_ca()
    device = make_device(authority)
    first = plan(device, authority, computer, stores=["chromium-nss"])
    applied(first)
    assert plan(device, authority, computer).material.anchors.alone.der == first.material.anchors.alone.der


def test_another_address_on_the_device_certificate_makes_another_anchor(computer: Computer) -> None:
    authority = make_ca()
    first = plan(make_device(authority), authority, computer, stores=["chromium-nss"])
    applied(first)
    second = plan(make_device(authority, "127.0.0.1", "192.0.2.3"), authority, computer)
    assert second.material.anchors.alone.der != first.material.anchors.alone.der


@pytest.mark.parametrize(
    ("names", "inside", "outside"),
    [
        (("127.0.0.1",), ("IP:127.0.0.1",), ("IP:127.0.0.2", "DNS:nvr.local", "IP:::1", "DNS:nothing.invalid")),
        (("nvr.local",), ("DNS:nvr.local",), ("DNS:sub.nvr.local", "DNS:local", "DNS:xnvr.local", "IP:127.0.0.1")),
        (("*.nvr.local",), ("DNS:*.nvr.local", "DNS:sub.nvr.local"), ("DNS:local", "IP:255.255.255.255")),
    ],
)
def test_our_own_reading_of_limits_agrees_with_the_browsers(
    names: tuple[str, ...], inside: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    limits = name_limits(decide(make("x y", names=names, key=new_key()).certificate, HOST))
    assert all(permitted_by(one, limits) for one in inside)
    assert not any(permitted_by(one, limits) for one in outside)


@pytest.mark.parametrize("usage", [("digital_signature", "key_cert_sign"), ("key_cert_sign", "crl_sign", "digital_signature")])
def test_what_openssl_takes_for_a_ca_is_not_pinned_in_its_store(computer: Computer, usage: tuple[str, ...]) -> None:
    """Without basicConstraints OpenSSL lets a certificate with keyCertSign vouch for every site (seen with curl and Python)."""
    device = make_device(None, ca=None, usage=usage)
    assert device.certificate.acts_as_ca and not device.certificate.is_ca
    for kind in ("limited", "pin"):
        assert choose(plan(device, None, computer, kind).material, kind, "openssl")[0].certificate is None
    whole = plan(device, None, computer, "ca")
    assert whole.judgement.reach == "for every site in the world" and any("impersonate any site" in one for one in whole.warnings)
    assert [one.certificate for one in choose(whole.material, "pin", "chromium")] == [device.certificate]


def test_an_issued_device_that_may_act_as_a_ca_is_not_pinned_for_openssl(computer: Computer) -> None:
    authority = make_ca()
    device = make_device(authority, ca=None, usage=("digital_signature", "key_cert_sign"))
    made = plan(device, authority, computer, "pin")
    assert choose(made.material, "pin", "openssl")[0].certificate is None


def test_a_narrower_trust_takes_the_place_of_a_wider_one(computer: Computer) -> None:
    authority = make_ca()
    device = make_device(authority)
    applied(plan(device, authority, computer, "ca", stores=["chromium-nss"]))
    limited_now = plan(device, authority, computer, stores=["chromium-nss"])
    assert [one.kind for one in limited_now.replaced] == ["ca"]
    changes = applied(limited_now)
    assert [(one.kind, one.changed) for one in changes] == [("limited", True), ("ca", True)]
    held = {der for _, der in user_store(computer).database.held()}
    assert held == {limited_now.items[0].certificate.der}
    assert [entry.kind for entry in limited_now.ledger.entries()] == ["limited"]


def test_a_ca_that_a_person_trusts_already_is_told_before_the_question(computer: Computer) -> None:
    authority = make_ca()
    device = make_device(authority)
    first = plan(device, authority, computer, stores=["chromium-nss"])
    applied(first)
    store = user_store(computer)
    file = computer.home / "own.pem"
    file.write_text(authority.certificate.pem)
    assert perform(store.database.adding("mine", "C,,", file)) == ""
    again = plan(device, authority, computer, stores=["chromium-nss"])
    assert [problem.code for problem in again.around] == ["trusted-for-every-site"] and again.refusal == ""
    assert perform(store.database.flagging("mine", "p,p,p")) == ""
    refused = plan(device, authority, computer, stores=["chromium-nss"])
    assert [problem.code for problem in refused.around] == ["distrusted-there"]
    with pytest.raises(CertificateRefused, match="distrusted"):
        trust.approve(refused, Approver(yes=True))
