"""Problems with keys and signatures that browsers do not accept; `nvrflow.certificate.accepted` lists what they accept."""

from __future__ import annotations

from collections.abc import Iterator

from nvrflow.certificate.accepted import (
    AUTHORITY_CURVES,
    DEVICE_CURVES,
    GOOD_RSA,
    LONGEST_EXPONENT,
    LONGEST_RSA,
    RSA_KEY,
    SHORTEST_RSA,
    SIGNATURES,
)
from nvrflow.certificate.certificate import Certificate
from nvrflow.certificate.encoding import algorithm_of, is_compressed
from nvrflow.certificate.findings import AUTHORITY, DEVICE, RENEW, Code, refusal, warning
from nvrflow.problem import Problem

_RIGHT = "use RSA 2048"
_WEAK: Code = "weak-key"


def about_device_strength(device: Certificate) -> Iterator[Problem]:
    """Check the device certificate's key and the signature on it."""
    yield from _about_key(device, DEVICE, DEVICE_CURVES)
    yield from _about_signature(device)
    if _is_short(device):
        sentence = f"its key ({device.key}) is short; Chrome and Firefox still accept it, curl, Python and Apple do not"
        yield warning(_WEAK, DEVICE, sentence, _RIGHT)


def about_authority_strength(authority: Certificate) -> Iterator[Problem]:
    """Check the CA's key. The signature on the CA certificate itself does not count once that is a trust anchor."""
    yield from _about_key(authority, AUTHORITY, AUTHORITY_CURVES)
    if _is_short(authority):
        sentence = f"its key ({authority.key}) is short enough to be broken"
        yield warning(_WEAK, AUTHORITY, sentence, f"{_RIGHT}; until then, only a limited anchor can be imported")
    if authority.facts.raw.inner not in SIGNATURES and not authority.self_signed:
        sentence = f"is itself signed in a way that no browser accepts ({authority.signature.upper()})"
        yield warning("weak-signature", AUTHORITY, sentence, "accepted only as an anchor, where its own signature does not count")


def _about_key(certificate: Certificate, where: str, curves: tuple[str, ...]) -> Iterator[Problem]:
    advice = f"{_RIGHT} - {RENEW}"
    kind, _, size = certificate.key.partition(" ")
    if kind == "RSA":
        yield from _about_rsa(certificate, where, int(size), advice)
    elif kind == "EC":
        if size not in curves:
            sentence = f"its key ({certificate.key}) is on a curve that not every browser accepts; all accept {', '.join(curves)}"
            yield refusal(_WEAK, where, sentence, advice)
        if is_compressed(certificate.facts.raw.public_key):
            sentence = "its key is written as a compressed point, which Chrome accepts and Firefox does not"
            yield warning(_WEAK, where, f"{sentence} (UNSUPPORTED_EC_POINT_FORM)", advice, "firefox")
    else:
        named = "of an unknown kind" if certificate.key == "unknown" else f"{certificate.key}"
        yield refusal(_WEAK, where, f"its key is {named}, which no browser accepts", advice)


def _about_rsa(certificate: Certificate, where: str, bits: int, advice: str) -> Iterator[Problem]:
    if bits < SHORTEST_RSA:
        yield refusal(_WEAK, where, f"its key ({certificate.key}) is too short; no browser accepts it", advice)
    if bits > LONGEST_RSA:
        yield refusal(
            _WEAK, where, f"its key ({certificate.key}) is too long; browsers accept at most {LONGEST_RSA} bits", advice
        )
    exponent = certificate.facts.public_key.public_numbers().e
    if exponent.bit_length() > LONGEST_EXPONENT:
        yield refusal(_WEAK, where, f"its key has an exponent ({exponent}) that is too large for Chrome", advice)
    if where == DEVICE and algorithm_of(certificate.facts.raw.public_key) != RSA_KEY:
        sentence = "its key is written in a form that Chrome does not accept (RSA-PSS, or without its NULL parameter)"
        yield refusal(_WEAK, where, sentence, advice)


def _about_signature(device: Certificate) -> Iterator[Problem]:
    raw = device.facts.raw
    if raw.inner not in SIGNATURES or raw.outer not in SIGNATURES:
        name = device.signature.upper()
        sentence = (
            f"is signed with {name}, in a form that no browser accepts; they accept SHA-256, SHA-384 or SHA-512 with RSA or ECDSA"
        )
        yield refusal("weak-signature", DEVICE, sentence, f"{RENEW} (SHA-256), or update its firmware")
    elif _without_null(raw.inner) != _without_null(raw.outer):
        sentence = "names two different signature algorithms, inside and outside the signed part"
        yield refusal("weak-signature", DEVICE, sentence, RENEW)


def _without_null(algorithm: bytes) -> bytes:
    return algorithm[2:].removesuffix(b"\x05\x00")


def _is_short(certificate: Certificate) -> bool:
    kind, _, size = certificate.key.partition(" ")
    return kind == "RSA" and SHORTEST_RSA <= int(size) < GOOD_RSA
