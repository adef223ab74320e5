"""A key and certificate for one gate: only the browser that was started with it accepts it, and it ends with the gate."""

from __future__ import annotations

import base64
import hashlib
import os
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID


def throw_away() -> tuple[ssl.SSLContext, str]:
    """A server's TLS with a fresh key, and the SHA-256 of that key's SPKI in base64, by which one browser accepts it.

    The certificate names no host and signs nothing: one does for all hosts, because the browser looks at its key alone. Nobody
    else can use it, because the key is in no file for longer than the line that reads it.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nvrflow: one run's own gate")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .sign(key, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return _server(pem), base64.b64encode(hashlib.sha256(spki).digest()).decode()


def _server(pem: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    number, name = tempfile.mkstemp(prefix="nvrflow-")  # 0600; Python's ssl reads files only
    try:
        with os.fdopen(number, "wb") as file:
            file.write(pem)
        context.load_cert_chain(name)
    finally:
        Path(name).unlink()
    return context
