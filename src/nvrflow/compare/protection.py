"""HTTPS before and after: certificate, TLS versions and ciphers, redirect, HSTS, cookies, and how the recorder asks who it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from nvrflow.certificate.accepted import DEVICE_CURVES, SHORTEST_RSA
from nvrflow.compare.clue import Aspect, Change, Kind
from nvrflow.compare.difference import Consequence, Difference

_OLD = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.0", "TLSv1.1")  # versions that browsers have dropped
_GOOD_DIGESTS = ("sha256", "sha384", "sha512")  # all that browsers accept (nvrflow.certificate.accepted)
_DRIFT: Consequence = "drift"
_NONE: Consequence = "none"
_LONGER = 45  # days by which validity must differ to be worth a word
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """What changed about one fact: its values before and after (None: there was or is none), and whether it is better now.

    `about` stays the same whatever the values are; `name` is what a person calls it, if that is something else.
    """

    about: str
    before: str | None
    after: str | None
    consequence: Consequence = "none"
    better: bool = False
    name: str = ""

    def difference(self, kind: Kind, verifying: tuple[str, ...]) -> Difference:
        """The difference; one that breaks concerns the flows that end with a browser that trusts the recorder."""
        aspect: Aspect = "stronger" if self.better else "facts" if self.consequence == "none" else "weaker"
        change: Change = "added" if self.before is None else "removed" if self.after is None else "changed"
        return Difference(
            kind, change, aspect, self.about, self.name or self.about,
            before=self.before, after=self.after, consequence=self.consequence,
            flows=verifying if self.consequence == "breaking" else (),
        )  # fmt: skip


def protection(a: Facts, b: Facts, verifying: Sequence[str]) -> list[Difference]:
    """What changed in the two device.json; `verifying` are the flows that end with a browser that trusts the recorder."""
    flows = tuple(verifying)
    served = _certificates(_list(a, "certificates"), _list(b, "certificates"))
    told = [*_tls(a.get("https") or {}, b.get("https") or {}), *_cookies(_list(a, "cookies"), _list(b, "cookies"))]
    shared = _shared_key(a, b)
    told += _challenge(a.get("start") or {}, b.get("start") or {})
    return [*shared, *(one.difference("certificate", flows) for one in served), *(one.difference("tls", flows) for one in told)]


def _shared_key(a: Facts, b: Facts) -> list[Difference]:
    """Two devices, by what marks them, whose certificates have one key."""
    devices = {*_list(a, "marks")}, {*_list(b, "marks")}
    keys = [certificates[0].get("key_mark") if (certificates := _list(side, "certificates")) else None for side in (a, b)]
    if not all(devices) or devices[0] & devices[1] or keys[0] is None or keys[0] != keys[1]:
        return []
    return [Difference("certificate", "changed", "shared", "key", "key", consequence="drift")]


def _list(facts: Facts, name: str) -> Sequence[Facts]:
    return facts.get(name) or []


def _certificates(a: Sequence[Facts], b: Sequence[Facts]) -> Iterator[Told]:
    if a and b:
        told = (judge(a[0], b[0]) for judge in (_key, _signature, _names, _validity, _issuer))
        yield from (one for one in told if one is not None)
    elif a or b:
        yield Told("certificate", "served" if a else None, "served" if b else None, "breaking" if a else "none", bool(b))


def _key(a: Facts, b: Facts) -> Told | None:
    before, after = str(a.get("key", "")), str(b.get("key", ""))
    if before == after:
        return None
    kind, _, size = after.partition(" ")
    refused = int(size) < SHORTEST_RSA if kind == "RSA" and size.isdigit() else size not in DEVICE_CURVES
    same_kind = before.partition(" ")[0] == kind
    shorter = same_kind and _number(after) < _number(before)
    return Told("key", before, after, "breaking" if refused else "drift" if shorter else "none", same_kind and not shorter)


def _signature(a: Facts, b: Facts) -> Told | None:
    before, after = str(a.get("signature", "")), str(b.get("signature", ""))
    if before == after:
        return None
    refused = after not in _GOOD_DIGESTS
    return Told("signature", before, after, "breaking" if refused else "none", before not in _GOOD_DIGESTS and not refused)


def _names(a: Facts, b: Facts) -> Told | None:
    """The kinds of names that browsers read; the names themselves differ from device to device."""
    before, after = _kinds(a.get("san") or []), _kinds(b.get("san") or [])
    if before == after:
        return None
    lost = before - after
    consequence: Consequence = "breaking" if not after else "drift" if lost else "none"
    return Told("names", ", ".join(sorted(before)) or "none", ", ".join(sorted(after)) or "none", consequence, not lost)


def _kinds(names: Sequence[str]) -> set[str]:
    return {"addresses" if _is_address(name) else "host names" for name in names}


def _is_address(name: str) -> bool:
    kind, colon, _ = name.partition(":")
    return kind == "IP" if colon and kind in ("IP", "DNS") else ":" in name or all(part.isdigit() for part in name.split("."))


def _validity(a: Facts, b: Facts) -> Told | None:
    before, after = _days(a), _days(b)
    if before is None or after is None or abs(before - after) <= _LONGER:
        return None
    over = date.fromisoformat(str(b["not_after"])) < datetime.now(UTC).date()
    return Told("validity", f"{before} days", f"{after} days", "breaking" if over else "none")


def _days(certificate: Facts) -> int | None:
    try:
        return (date.fromisoformat(str(certificate["not_after"])) - date.fromisoformat(str(certificate["not_before"]))).days
    except (KeyError, ValueError):
        return None


def _issuer(a: Facts, b: Facts) -> Told | None:
    before, after = ("itself" if one.get("self_signed") else "a CA" for one in (a, b))
    if before == after:
        return None
    return Told("issuer", f"signed by {before}", f"signed by {after}", "none" if after == "a CA" else "drift", after == "a CA")


def _tls(a: Facts, b: Facts) -> Iterator[Told]:
    versions_a, versions_b = a.get("versions") or {}, b.get("versions") or {}
    if versions_a and versions_b:
        yield from _versions({*versions_a}, {*versions_b})
        yield from _ciphers(versions_a, versions_b)
    was, now = bool(a.get("redirect")), bool(b.get("redirect"))
    if was != now:
        words = {True: "redirects to HTTPS", False: "shows the pages itself"}
        yield Told("redirect", words[was], words[now], "drift" if was else "none", now, "HTTP")
    before, after = a.get("hsts") or None, b.get("hsts") or None
    if before != after:
        yield Told("HSTS", before, after, "none" if after else "drift", bool(after))


def _versions(a: set[str], b: set[str]) -> Iterator[Told]:
    """Versions that came, and versions that went, old ones and current ones apart."""
    for old in (True, False):
        came, went = (sorted(name for name in names if (name in _OLD) == old) for names in (b - a, a - b))
        kind = "old TLS versions" if old else "current TLS versions"
        if came:
            yield Told(f"{kind} accepted", None, "accepted", _DRIFT if old else _NONE, not old, ", ".join(came))
        if went:
            worse: Consequence = "drift" if any(name not in _OLD for name in b) else "breaking"
            yield Told(f"{kind} refused", "accepted", None, _NONE if old else worse, old, ", ".join(went))


def _ciphers(a: Mapping[str, Sequence[str]], b: Mapping[str, Sequence[str]]) -> Iterator[Told]:
    """Ciphers that came or went in a version that both have; a version that came or went tells of its own."""
    for name in sorted({*a} & {*b}):
        gained, lost = sorted({*b[name]} - {*a[name]}), sorted({*a[name]} - {*b[name]})
        if gained or lost:
            yield Told(f"ciphers of {name}", ", ".join(lost) or None, ", ".join(gained) or None)


def _cookies(a: Sequence[Facts], b: Sequence[Facts]) -> Iterator[Told]:
    before = {str(cookie.get("name")): cookie for cookie in a}
    for cookie in b:
        other = before.get(str(cookie.get("name")), cookie)
        for flag, words in (("secure", "Secure"), ("http_only", "HttpOnly"), ("same_site", "SameSite")):
            if other.get(flag) != cookie.get(flag):
                was, now = (_flag(words, one.get(flag)) for one in (other, cookie))
                worse = bool(other.get(flag)) and (flag != "same_site" or cookie.get(flag) == "None")
                about, consequence = f"cookie {cookie['name']}", _DRIFT if worse else _NONE
                yield Told(f"{about}: {words}", was, now, consequence, not worse, about)


def _flag(words: str, value: Any) -> str:
    return f"{words}={value}" if isinstance(value, str) else words if value else f"not {words}"


def _challenge(a: Facts, b: Facts) -> Iterator[Told]:
    before, after = a.get("challenge") or None, b.get("challenge") or None
    if before != after:
        yield Told("sign-in challenge", before, after, "breaking")


def _number(words: str) -> int:
    digits = "".join(one for one in words if one.isdigit())
    return int(digits) if digits else 0
