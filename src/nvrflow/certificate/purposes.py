"""What a certificate permits itself to be used for: a web server, a CA, and which kinds of key exchange."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from nvrflow.certificate.certificate import Certificate
from nvrflow.certificate.findings import AUTHORITY, DEVICE, RENEW, KeyExchange, refusal, warning
from nvrflow.problem import Problem

_SIGNED: frozenset[KeyExchange] = frozenset({"tls13", "ecdhe"})
_MISSING = "its key usage does not include"
_INCOMPATIBLE = "(ERR_SSL_KEY_USAGE_INCOMPATIBLE)"


def about_device_purposes(device: Certificate, exchanges: frozenset[KeyExchange] | None) -> Iterator[Problem]:
    """Check that a web server may use it with the key exchanges that are really served (None: not known)."""
    yield from _about_extended_usage(device)
    usage = device.extension(x509.KeyUsage)
    if usage is not None:
        yield from _about_usage(device, usage, exchanges)
    if device.is_ca and not device.self_signed:
        sentence = "is marked as a CA (CA:TRUE); Chrome accepts that, Firefox does not (CA_CERT_USED_AS_END_ENTITY)"
        yield warning("is-a-ca", DEVICE, sentence, f"for Firefox, {RENEW} that is not a CA", "firefox")


def _about_extended_usage(device: Certificate) -> Iterator[Problem]:
    purposes = device.extension(x509.ExtendedKeyUsage)
    if purposes is None or ExtendedKeyUsageOID.SERVER_AUTH in purposes:
        return
    if ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in purposes:
        sentence = "allows any use but does not name web servers; Chrome accepts that, Firefox does not (INADEQUATE_CERT_TYPE)"
        yield warning("wrong-usage", DEVICE, sentence, f"for Firefox, {RENEW} with serverAuth", "firefox")
    else:
        sentence = "its extended key usage does not allow web servers; it must include serverAuth"
        yield refusal("wrong-usage", DEVICE, sentence, RENEW)


def _about_usage(device: Certificate, usage: x509.KeyUsage, exchanges: frozenset[KeyExchange] | None) -> Iterator[Problem]:
    """Check the key usage against the key exchange that the browser will choose.

    Browsers choose a signed exchange where the recorder serves one, otherwise the key encrypted to the RSA key.

    Chromium requires exactly the usage of that exchange (`ssl_cert_check_key_usage` in BoringSSL), Firefox any of three
    (`BuildCertChainForOneKeyUsage` in its security/certverifier/CertVerifier.cpp); both measured.
    """
    if not (usage.digital_signature or usage.key_encipherment or usage.key_agreement):
        yield refusal("wrong-usage", DEVICE, f"{_MISSING} digitalSignature, so no browser opens the recorder", RENEW)
        return
    encrypts = device.key.startswith("RSA") and usage.key_encipherment
    if usage.digital_signature:
        if exchanges and exchanges.isdisjoint(_SIGNED) and not encrypts:
            sentence = f"{_MISSING} keyEncipherment, and the recorder serves only the key exchange that needs it; Chrome refuses"
            yield refusal("wrong-usage", DEVICE, f"{sentence} {_INCOMPATIBLE}", RENEW, "chromium")
    elif not encrypts:
        sentence = f"{_MISSING} digitalSignature, and Chrome does not open the recorder without it {_INCOMPATIBLE}"
        yield refusal("wrong-usage", DEVICE, sentence, RENEW, "chromium")
    elif exchanges is None:
        sentence = (
            f"{_MISSING} digitalSignature; Chrome opens the recorder only if that serves nothing newer than TLS 1.2 with RSA keys"
        )
        yield warning("wrong-usage", DEVICE, sentence, RENEW, "chromium")
    elif exchanges & _SIGNED:
        served = "TLS 1.3" if "tls13" in exchanges else "ECDHE"
        sentence = f"{_MISSING} digitalSignature, which {served} needs, and the recorder serves {served}; Chrome refuses"
        yield refusal("wrong-usage", DEVICE, f"{sentence} {_INCOMPATIBLE}", f"{RENEW}, or update its firmware", "chromium")


def about_authority_purposes(authority: Certificate) -> Iterator[Problem]:
    """Check that a CA may use it."""
    constraints = authority.extension(x509.BasicConstraints)
    if constraints is not None and not constraints.ca:
        yield refusal(
            "not-a-ca",
            AUTHORITY,
            f"{authority.name!r} is marked as not a CA (CA:FALSE), so no browser accepts it as a CA",
            "use the recorder's CA certificate instead",
        )
    elif constraints is None and not authority.unreadable_extensions:
        version = "is of the old X.509 version 1" if authority.version == 1 else "is not marked as a CA"
        yield warning("not-a-ca", AUTHORITY, version, "only a limited anchor can be imported, because that is marked as a CA")
    usage = authority.extension(x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        yield refusal("wrong-usage", AUTHORITY, "its key usage does not let it sign certificates (keyCertSign)", RENEW)
