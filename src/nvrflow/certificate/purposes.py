"""What a certificate may be used for, by its own word: a web server's, a CA's, and for which kinds of key exchange."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from nvrflow.certificate.certificate import Certificate
from nvrflow.certificate.findings import ANEW, AUTHORITY, DEVICE, KeyExchange, refusal, warning
from nvrflow.problem import Problem

_SIGNED: frozenset[KeyExchange] = frozenset({"tls13", "ecdhe"})
_LACKS = "its key usage lacks"
_INCOMPATIBLE = "(ERR_SSL_KEY_USAGE_INCOMPATIBLE)"


def about_device_purposes(device: Certificate, exchanges: frozenset[KeyExchange] | None) -> Iterator[Problem]:
    """Whether it may be a web server's, with the key exchanges that are really served (None: not known)."""
    yield from _about_extended_usage(device)
    usage = device.extension(x509.KeyUsage)
    if usage is not None:
        yield from _about_usage(device, usage, exchanges)
    if device.is_ca and not device.self_signed:
        sentence = "says of itself that it is a CA (CA:TRUE); Chrome opens it, Firefox does not (CA_CERT_USED_AS_END_ENTITY)"
        yield warning("is-a-ca", DEVICE, sentence, f"for Firefox {ANEW} that is no CA", "firefox")


def _about_extended_usage(device: Certificate) -> Iterator[Problem]:
    purposes = device.extension(x509.ExtendedKeyUsage)
    if purposes is None or ExtendedKeyUsageOID.SERVER_AUTH in purposes:
        return
    if ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in purposes:
        sentence = "allows any use but does not name a web server; Chrome opens it, Firefox does not (INADEQUATE_CERT_TYPE)"
        yield warning("wrong-usage", DEVICE, sentence, f"for Firefox {ANEW} with serverAuth", "firefox")
    else:
        sentence = "its extended key usage does not allow a web server; serverAuth is needed"
        yield refusal("wrong-usage", DEVICE, sentence, ANEW)


def _about_usage(device: Certificate, usage: x509.KeyUsage, exchanges: frozenset[KeyExchange] | None) -> Iterator[Problem]:
    """Key usage against what the browser will choose: a signed exchange wherever one is served, else the encrypted key.

    Chromium wants the very usage of the exchange (`ssl_cert_check_key_usage` in BoringSSL), Firefox any of three
    (`BuildCertChainForOneKeyUsage` in its security/certverifier/CertVerifier.cpp); both measured.
    """
    if not (usage.digital_signature or usage.key_encipherment or usage.key_agreement):
        yield refusal("wrong-usage", DEVICE, f"{_LACKS} digitalSignature, which browsers need; none opens it", ANEW)
        return
    encrypts = device.key.startswith("RSA") and usage.key_encipherment
    if usage.digital_signature:
        if exchanges and exchanges.isdisjoint(_SIGNED) and not encrypts:
            sentence = f"{_LACKS} keyEncipherment, and the recorder serves nothing but the exchange that needs it; Chrome refuses"
            yield refusal("wrong-usage", DEVICE, f"{sentence} {_INCOMPATIBLE}", ANEW, "chromium")
    elif not encrypts:
        sentence = f"{_LACKS} digitalSignature, and Chrome does not open it without {_INCOMPATIBLE}"
        yield refusal("wrong-usage", DEVICE, sentence, ANEW, "chromium")
    elif exchanges is None:
        sentence = (
            f"{_LACKS} digitalSignature; Chrome opens it only where the recorder speaks nothing newer than TLS 1.2 with RSA keys"
        )
        yield warning("wrong-usage", DEVICE, sentence, ANEW, "chromium")
    elif exchanges & _SIGNED:
        served = "TLS 1.3" if "tls13" in exchanges else "ECDHE"
        sentence = f"{_LACKS} digitalSignature, which {served} needs, and the recorder speaks that; Chrome refuses"
        yield refusal("wrong-usage", DEVICE, f"{sentence} {_INCOMPATIBLE}", f"{ANEW}, or update its firmware", "chromium")


def about_authority_purposes(authority: Certificate) -> Iterator[Problem]:
    """Whether it may be a CA's."""
    constraints = authority.extension(x509.BasicConstraints)
    if constraints is not None and not constraints.ca:
        yield refusal(
            "not-a-ca",
            AUTHORITY,
            f"{authority.name!r} says of itself that it is no CA (CA:FALSE), so no browser takes it as one",
            "the recorder's CA certificate is needed",
        )
    elif constraints is None and not authority.unreadable_extensions:
        version = "is of the old X.509 version 1" if authority.version == 1 else "does not say that it is a CA"
        yield warning("not-a-ca", AUTHORITY, version, "taken in the limited form only, which says so itself")
    usage = authority.extension(x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        yield refusal("wrong-usage", AUTHORITY, "its key usage does not let it sign certificates (keyCertSign)", ANEW)
