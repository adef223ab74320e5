"""What a certificate may vouch for: every kind of name, alone and beside the recorder's own."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest

from nvrflow.certificate import Certificate, read_certificate_file
from nvrflow.certificate.facts import printable
from nvrflow.trust.names import Names, decide
from trust.making import make, new_key

CASES = Path(__file__).resolve().parent.parent / "cases"
HOST = "192.0.2.10"
KEY = new_key()


def certificate(*names: str, common: str = "NVR 4216") -> Certificate:
    """A device certificate with these names; what is no address becomes a DNS name as it is."""
    return make(
        common, names=tuple(name if name[:1].isdigit() or ":" in name else f"DNS:{name}" for name in names), key=KEY
    ).certificate


def decided(*names: str, host: str = HOST, also: tuple[str, ...] = (), common: str = "NVR 4216") -> Names:
    return decide(certificate(*names, common=common), host, also)


def usual(name: str) -> str:
    """An address in the text that this Python gives it."""
    return str(ipaddress.ip_address(name)) if ":" in name or name[:1].isdigit() else name


def codes(found: Names) -> set[str]:
    return {problem.code for problem in found.problems}


def test_the_recorders_own_address_is_permitted_and_nothing_is_said() -> None:
    assert decided(HOST) == Names("limited", (HOST,), ())


@pytest.mark.parametrize("host", ["nvr.example.com", "NVR.Example.Com.", "https://nvr.example.com:8443/x"])
def test_a_public_name_by_which_the_person_opens_the_recorder_is_its_own(host: str) -> None:
    assert decided("nvr.example.com", host=host) == Names("limited", (), ("nvr.example.com",))


@pytest.mark.parametrize(
    "name",
    [
        "192.168.1.9", "10.0.0.1", "127.0.0.2", "169.254.3.4", "100.64.0.1", "0.0.0.0", "fe80::1", "fd00::1", "::1",
        "::ffff:10.0.0.1",
        "nvr", "nvr_4216", "nvr.local", "front.nvr.lan", "nvr.home.arpa", "nvr.internal", "localhost", "*.nvr.local",
        "xn--nvr-6na.local",
    ],
)  # fmt: skip
def test_a_further_name_of_ones_own_network_is_permitted_and_told(name: str) -> None:
    found = decided(HOST, name)
    assert (found.kind, found.further, codes(found)) == ("limited", (usual(name),), {"further-names"})

    assert usual(name) in found.problems[0].sentence and found.problems[0].level == "warning"


def test_nothing_says_that_a_certificate_is_for_an_address_that_it_does_not_have() -> None:
    assert codes(decided("nvr.local")) == set()


@pytest.mark.parametrize(
    "name",
    ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
     "www.example.com", "*.example.org", "www.bank.example", "nvr.unknown-domain", "xn--bcher-kva.example"],
)  # fmt: skip
def test_a_further_public_name_is_refused_unless_the_person_says_that_it_is_the_recorders(name: str) -> None:
    found = decided(HOST, name)
    assert (found.kind, found.addresses, found.names) == ("refused", (), ())
    said = found.problems[0].advice.partition("--also '")[2].removesuffix("'")
    allowed = decided(HOST, name, also=(said,))
    assert (allowed.kind, allowed.further) == ("limited", (usual(name),))


def test_saying_a_domain_does_not_say_its_wildcard_and_the_other_way_round() -> None:
    assert decided(HOST, "*.example.org", also=("example.org",)).kind == "refused"
    assert decided(HOST, "example.org", also=("*.example.org",)).kind == "refused"


def test_a_wildcard_over_the_recorders_own_public_domain_has_to_be_said() -> None:
    assert codes(decided("nvr.example.com", "*.example.com", host="nvr.example.com")) == {"public-name"}
    assert codes(decided("nvr.example.com", "*.nvr.example.com", host="nvr.example.com")) == {"public-name"}
    assert decided("*.example.com", host="nvr.example.com", also=("*.example.com",)).names == ("*.example.com",)


@pytest.mark.parametrize(
    "name",
        ["com", "co.uk", "github.io", "dyndns.org", "foo.ck", "xn--p1ai", "local", "lan", "home.arpa", "COM", "com.",
        ".com", ".co.uk", ".local",
        "*.com", "*.co.uk", "*.github.io", "*.local", "*.nvr", "*.COM", "*", "*.", "**", ". *", "*.*.com", "a.*.com",
        "x .com",
    ],
)  # fmt: skip
@pytest.mark.parametrize("also", [False, True])
def test_a_name_with_the_sites_of_others_below_it_is_refused_whatever_is_said(name: str, also: bool) -> None:
    found = decided(HOST, name, also=(name,) if also else ())
    assert (found.kind, codes(found)) == ("refused", {"wide-name"})
    assert printable(name) in found.problems[0].sentence and "on the recorder" in found.problems[0].advice


@pytest.mark.parametrize(("name", "host"), [("dvr", HOST), ("camera", HOST), ("dvr", "dvr"), ("office", "office")])
def test_a_word_for_a_recorder_that_is_a_top_level_domain_too_leaves_a_pin(name: str, host: str) -> None:
    found = decided(host, name, host=host)
    assert (found.kind, codes(found)) == ("pin", {"top-level-word"})
    assert decided(HOST, f"*.{name}").kind == "refused"


def test_a_recorder_that_is_opened_by_a_public_suffix_is_refused() -> None:
    assert codes(decided("github.io", host="github.io")) == {"wide-name"}
    assert decided("mynvr.github.io", host="mynvr.github.io").kind == "limited"


@pytest.mark.parametrize(
    "name",
        ["", " ", "NVR 4216", "nvr.local.", "nvr.", "*.127.0.0.1", "DNS:8.8.8.8", "DNS:192.168.1.108", "DNS:1.2.3",
        "DNS:2130706433", "DNS:0x7f.1",
     "-nvr", "nvr-", "nvr/4216", "NVR(1)", "DNS:nvr:8080", "DNS:https://nvr/", "DNS:[::1]", "nvr\0", "xn--a.local", ".nvr.local",
     "f*.nvr.local", f"{'a' * 64}.local", ".".join(["a" * 60] * 5) + ".local", "front cam",
    "nvr\0.local", "(nvr).local", "(nvr).home.arpa"],
)  # fmt: skip
def test_a_name_that_cannot_be_limited_and_serves_for_no_other_site_leaves_a_pin(name: str) -> None:
    found = decided(HOST, name)
    assert (found.kind, codes(found)) == ("pin", {"odd-name"})
    assert (found.addresses, found.names) == ((HOST,), ())


@pytest.mark.parametrize(
    "name",
        ["www.bank.example.", "www.bank.example ", " www.bank.example", "f*.bank.example", "www.*.example.org",
        "-www.bank.example", ".bank.example",
        "www.bank.example\0.nvr.local", "DNS:www.bank.example:443", "DNS:https://www.bank.example/",
        "www..bank.example", "nvr,www.bank.example"],
)  # fmt: skip
def test_an_odd_name_in_which_a_public_one_hides_is_judged_as_that(name: str) -> None:
    assert codes(decided(HOST, name)) == {"public-name"}
    assert decided(HOST, name, also=(name.removeprefix("DNS:"),)).kind == "pin"


def test_the_recorders_own_name_with_a_dot_at_the_end_is_pinned() -> None:
    assert decided("nvr.example.com.", host="nvr.example.com").kind == "pin"


@pytest.mark.parametrize(
    ("common", "names", "kind"),
    [
        ("NVR 4216", (), "limited"), ("nvr", (), "limited"), ("nvr_4216", (), "limited"), ("x y.com", (), "limited"),
        ("nvr.local", ("nvr.local",), "limited"), ("192.168.1.108", ("192.168.1.108",), "limited"), (HOST, (HOST,), "limited"),
        ("1.2.3.4.5", ("1.2.3.4.5",), "limited"), ("*.nvr.local", (), "limited"),
        ("www.bank.example", (), "refused"), ("*.bank.example", (), "refused"), ("8.8.8.8", (), "refused"), ("*.co.uk",
        (), "refused"),
    ],
)  # fmt: skip
def test_a_common_name_counts_as_openssl_counts_it_where_there_is_no_dns_name(
    common: str, names: tuple[str, ...], kind: str
) -> None:
    found = decided(HOST, common=common)
    assert (found.kind, found.names) == (kind, names)


def test_a_common_name_beside_a_dns_name_means_nothing() -> None:
    assert decided(HOST, "nvr.local", common="www.bank.example").names == ("nvr.local",)


def test_a_common_name_that_is_another_address_is_told_because_curl_takes_it() -> None:
    assert decided(HOST, common="192.168.1.108").further == ("192.168.1.108",)


def test_with_one_name_below_another_all_below_that_is_let_through_and_told() -> None:
    found = decided("nvr.local", "front.nvr.local", host="nvr.local")
    assert (found.kind, found.names) == ("limited", ("nvr.local", "front.nvr.local", "*.nvr.local"))
    assert found.further == ("front.nvr.local", "*.nvr.local")


def test_with_one_public_name_below_another_this_one_certificate_is_pinned_unless_all_below_is_said() -> None:
    names, said = ("example.com", "nvr.example.com"), ("nvr.example.com",)
    found = decided(*names, host="example.com", also=said)
    assert (found.kind, codes(found)) == ("pin", {"nested-names", "further-names"})
    assert decided(*names, host="example.com", also=(*said, "*.example.com")).kind == "limited"


def test_an_address_in_its_ipv4_mapped_form_is_the_same_host() -> None:
    assert decided("8.8.8.8", "::ffff:8.8.8.8", host="8.8.8.8").further == ()


def test_the_order_of_names_and_doubles_do_not_matter() -> None:
    assert decided("nvr.local", HOST, "NVR.LOCAL", HOST).names == ("nvr.local",)


def test_the_worst_name_decides_and_only_its_reason_is_said() -> None:
    assert codes(decided(HOST, "", "nvr.local", "com")) == {"wide-name"}


@pytest.mark.parametrize(
    ("case", "kind", "code"),
    [
        ("1-empty-dns-name", "pin", "odd-name"),
        ("2-bare-suffix-dns/dnscom", "refused", "wide-name"),
        ("2-bare-suffix-dns/atk-wildcom", "refused", "wide-name"),
        ("3-odd-dns-in-san/dnsspace", "pin", "odd-name"),
        ("3-odd-dns-in-san/dnsstar", "refused", "wide-name"),
        ("3-odd-dns-in-san/trailingdot", "pin", "odd-name"),
        ("3-odd-dns-in-san/wild-ip", "pin", "odd-name"),
    ],
)
def test_the_cases_are_decided_as_their_right_results_say(case: str, kind: str, code: str) -> None:
    (device,) = read_certificate_file(CASES / case / "device.crt")
    found = decide(device, "127.0.0.1")
    assert (found.kind, codes(found)) == (kind, {code})
