"""Verifying the signature on a certificate, also with the old hashes that recorders still use."""

from __future__ import annotations

from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.x509.oid import SignatureAlgorithmOID


def fits(key: Any, signed: x509.Certificate, data: bytes) -> bool:
    """Whether the key made the signature of `signed` over `data`. False also for an unknown kind of key or scheme."""
    try:
        return _verified(key, signed, data)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False


def _verified(key: Any, signed: x509.Certificate, data: bytes) -> bool:
    """Verify the signature. Raises InvalidSignature and others when the key did not make it."""
    signature = signed.signature
    if isinstance(key, rsa.RSAPublicKey):
        pss = signed.signature_algorithm_oid == SignatureAlgorithmOID.RSASSA_PSS
        scheme = signed.signature_algorithm_parameters if pss else padding.PKCS1v15()
        if not isinstance(scheme, padding.PKCS1v15 | padding.PSS):
            return False
        key.verify(signature, data, scheme, signed.signature_hash_algorithm or hashes.SHA256())
    elif isinstance(key, ec.EllipticCurvePublicKey):
        scheme = signed.signature_algorithm_parameters
        if not isinstance(scheme, ec.ECDSA):
            return False
        key.verify(signature, data, scheme)
    elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        key.verify(signature, data)
    elif isinstance(key, dsa.DSAPublicKey):
        key.verify(signature, data, signed.signature_hash_algorithm or hashes.SHA256())
    else:
        return False
    return True
