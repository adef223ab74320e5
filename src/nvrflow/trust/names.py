"""Which names of a recorder's certificate may be trusted: each name is judged, and the strictest result decides.

A limited anchor must permit every name of the certificate, because browsers refuse a certificate that has a name outside the
limits. Whoever has the recorder's CA key can forge certificates for every permitted name. So one name that must not be permitted
decides for the whole certificate. What clients do with unusual names was measured with Chromium 156, Firefox 153, curl 7.88,
OpenSSL 3.0 and Python 3.11; `docs/trust.md` has the table.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from cryptography import x509
from cryptography.x509.oid import NameOID

from nvrflow.certificate import Certificate, host_of, names_host
from nvrflow.certificate.facts import printable
from nvrflow.problem import Problem
from nvrflow.trust.domains import as_address, domains_in, inner, is_host, is_local, is_private, plain, too_wide

Most = Literal["limited", "pin", "refused"]

_WHERE = "device certificate"
_COMMON_NAME = re.compile(r"(\*\.)?[a-z0-9_]+(-+[a-z0-9_]+)*(\.[a-z0-9_]+(-+[a-z0-9_]+)*)+")  # what OpenSSL takes for a host

# Top-level domains that are also names for a recorder. No site has such a name alone (ICANN forbids it), but many are below it.
_DEVICE_WORDS = frozenset({"box", "cam", "camera", "dvr", "host", "security", "video"})


@dataclass(frozen=True)
class Names:
    """The decision about which names may be trusted.

    `kind` is the most that is allowed: an anchor limited to `addresses` and `names`, a `pin` of this one certificate, or
    nothing. `addresses` are IP addresses in their usual form, `names` DNS names in lower case (A-labels); `*.nvr.local` means
    all subdomains of `nvr.local`. Both are empty when nothing is allowed. `further` are the names and addresses other than the
    host at which the person opens the recorder: a forged certificate for them would be accepted too. `problems` are the reasons.
    """

    kind: Most
    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def shown(self) -> str:
        """All trusted names and addresses, for a sentence."""
        return ", ".join(dict.fromkeys((*self.addresses, *self.names)))


@dataclass(frozen=True)
class _Name:
    """One name of the certificate: an address, a DNS name, or a common name that OpenSSL reads as a host."""

    sort: Literal["IP", "DNS", "CN"]
    text: str

    @property
    def shown(self) -> str:
        """The name for a sentence; a text that is not a plain name is put in quotation marks."""
        text = printable(self.text)
        usual = self.sort != "DNS" or is_host(text.lower().removeprefix("*."))
        return f"{self.sort}:{text}" if usual else f'{self.sort}:"{text}"'


@dataclass(frozen=True)
class _Verdict:
    """What one name means for the whole certificate: the most that it allows, and the name that the anchor must permit."""

    kind: Most
    permit: str = ""
    further: bool = False
    problem: Problem | None = None


def decide(device: Certificate, host: str, also: Collection[str] = ()) -> Names:
    """Decide the most that may be done with `device`, the certificate of the recorder that the person opens as `host`.

    `host` is an address, a name or a URL. `also` are further names of the recorder itself, given by the person (`--also`) and
    written as in the certificate. Whether the certificate is valid for `host` is judged elsewhere.
    """
    found = _names_of(device)
    if isinstance(found, Problem):
        return Names("refused", problems=(found,))
    own, said = plain(host_of(host)), frozenset(plain(one) for one in also)
    judged = [(one, _verdict(one, own, said)) for one in found]
    kinds = {verdict.kind for _, verdict in judged}
    problems = tuple(dict.fromkeys(verdict.problem for _, verdict in judged if verdict.problem))
    if "refused" in kinds:
        return Names("refused", problems=tuple(one for one in problems if one.fatal))
    names = tuple(dict.fromkeys(verdict.permit for one, verdict in judged if verdict.permit and one.sort != "IP"))
    widened = _widened(names)
    if any(not is_local(one[2:]) and one not in said for one in widened) and "pin" not in kinds:
        kinds, problems, widened = {"pin"}, (*problems, _nested(widened, own)), ()
    further = tuple(dict.fromkeys(verdict.permit for _, verdict in judged if verdict.further and verdict.permit))
    further += () if "pin" in kinds else widened
    return Names(
        "pin" if "pin" in kinds else "limited",
        tuple(dict.fromkeys(verdict.permit for one, verdict in judged if verdict.permit and one.sort == "IP")),
        names if "pin" in kinds else names + widened,
        further,
        problems + ((_told(further, own),) if further and names_host(device, own) else ()),
    )


def _widened(names: Sequence[str]) -> tuple[str, ...]:
    """The names that must be permitted in addition: if one name is a subdomain of another, all subdomains of that other name.

    A limit can exclude either all subdomains of a name or none of them.
    """
    parents = [one for one in names if not one.startswith("*.") and any(other.endswith(f".{one}") for other in names)]
    return tuple(f"*.{one}" for one in parents if f"*.{one}" not in names)


def _names_of(device: Certificate) -> tuple[_Name, ...] | Problem:
    """All names by which some client opens a site, or why they cannot be read.

    Common names count only without a DNS name: OpenSSL then uses those that look like a host (X509_check_host, and its name
    constraints). Other kinds of names (URI, email, directory name, other name) open no site in any measured client.
    """
    advice = "create a new certificate on the recorder with plain names and addresses"
    if device.unreadable_extensions:
        sentence = "its names cannot be read, so it is not known which sites it would be valid for"
        return Problem("names-unreadable", _WHERE, sentence, advice)
    names = list(device.extension(x509.SubjectAlternativeName) or ())
    addresses = [one.value for one in names if isinstance(one, x509.IPAddress)]
    if any(isinstance(one, ipaddress.IPv4Network | ipaddress.IPv6Network) for one in addresses):
        return Problem("names-unreadable", _WHERE, "one of its addresses has the wrong length, which Chrome refuses", advice)
    dns = [_Name("DNS", one.value) for one in names if isinstance(one, x509.DNSName)]
    return (*(_Name("IP", str(one)) for one in addresses), *(dns or _common_names(device)))


def _common_names(device: Certificate) -> Iterator[_Name]:
    try:
        every = device.x509.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except ValueError:
        return
    for one in every:
        text = str(one.value).rstrip("\0").lower()
        if _COMMON_NAME.fullmatch(text):
            yield _Name("CN", text)


def _verdict(one: _Name, own: str, said: frozenset[str]) -> _Verdict:
    """Judge one name. Only OpenSSL checks a common name, and only if it looks like a host or an address."""
    if one.sort == "IP" or (one.sort == "CN" and as_address(one.text)):
        return _about_address(one, own, said)
    found = _about_name(one, one.text.lower(), own, said)
    if one.sort == "CN" and found.kind == "pin":
        return _Verdict("limited", one.text, further=True)
    if one.sort == "CN" and found.kind == "limited" and one.text.startswith("*."):
        return _Verdict("limited")
    return found


def _about_address(one: _Name, own: str, said: frozenset[str]) -> _Verdict:
    address, ours = as_address(one.text), as_address(own)
    assert address is not None
    if ours is not None and inner(address) == inner(ours):
        return _Verdict("limited", one.text)
    if {str(address), str(inner(address))} & said or is_private(address):
        return _Verdict("limited", one.text, further=True)
    return _Verdict("refused", problem=_public(one, str(inner(address)), own, "public-address"))


def _about_name(one: _Name, text: str, own: str, said: frozenset[str]) -> _Verdict:
    """Judge a DNS name in lower case. If no client can limit it, a pin is allowed unless it could be somebody else's site."""
    wildcard = text.startswith("*.")
    if "*" in text and not text.strip("*. "):
        return _Verdict("refused", problem=_wide(one))
    for domain in domains_in(text):
        if domain == text and "." not in text and too_wide(text) and (text == own or text in _DEVICE_WORDS):
            return _Verdict("pin", problem=_word(one))
        if too_wide(domain) or (wildcard and "." not in domain):
            return _Verdict("refused", problem=_wide(one))
        if (wildcard or domain != own) and not is_local(domain) and not {text, plain(text)} & said:
            return _Verdict("refused", problem=_public(one, text, own, "public-name"))
    if not is_host(text.removeprefix("*.")):
        return _Verdict("pin", problem=_odd(one))
    return _Verdict("limited", text, further=text != own)


def _public(one: _Name, name: str, own: str, code: str) -> Problem:
    reason = " (OpenSSL reads a common name as a host)" if one.sort == "CN" else ""
    return Problem(
        code,
        _WHERE,
        f"is also for {one.shown}{reason}, which is not in your own network; whoever has the recorder's key could impersonate it",
        f"create a certificate on the recorder for {own} only; if {printable(name)} is the recorder's own name, use"
        f" --also '{printable(name)}'",
    )


def _wide(one: _Name) -> Problem:
    return Problem(
        "wide-name",
        _WHERE,
        f"has the name {one.shown}, and the sites of many other people are below that name",
        "create a certificate on the recorder with only the recorder's own name or address",
    )


def _odd(one: _Name) -> Problem:
    return Problem(
        "odd-name",
        _WHERE,
        f"has the name {one.shown}, which is not a host name and cannot be limited; only this one certificate can be pinned",
        "for limited trust, create a certificate on the recorder with plain names and addresses only",
        "warning",
    )


def _word(one: _Name) -> Problem:
    return Problem(
        "top-level-word",
        _WHERE,
        f"has the name {one.shown}, which is also a top-level domain of the internet; only this one certificate can be pinned",
        "for limited trust, create a certificate on the recorder with another name, or with its address only",
        "warning",
    )


def _nested(widened: Sequence[str], own: str) -> Problem:
    return Problem(
        "nested-names",
        _WHERE,
        f"has one name below another, so a limit would also permit {', '.join(widened)}; only this one certificate can be pinned",
        f"for limited trust, create a certificate on the recorder for {own} only, or use --also '{widened[0]}'",
        "warning",
    )


def _told(further: tuple[str, ...], own: str) -> Problem:
    return Problem(
        "further-names",
        _WHERE,
        f"is for {', '.join(further)} as well as for {own}; whoever has the recorder's key could impersonate these too",
        "answer no if one of these names is not the recorder",
        "warning",
    )
