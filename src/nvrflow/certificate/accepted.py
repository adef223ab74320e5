"""What browsers accept in a recorder's certificate: keys, signatures, extensions. All else is refused before it is imported.

Read in the sources of Chromium and Firefox, and each entry was opened in a real Chromium and a real Firefox (the table in
tests/trust/test_accepted.py does it again):

- Chromium: `SimplePathBuilderDelegate` (pki/simple_path_builder_delegate.cc), `ParseSignatureAlgorithm`
  (pki/signature_algorithm.cc), `ParseTbsCertificate` (pki/parse_certificate.cc) and `VerifyExtensions`
  (pki/verify_certificate_chain.cc) in BoringSSL; its TLS itself takes fewer keys than the verifier, see below.
- Firefox: `BackCert::RememberExtension` (pkixcert.cpp), `SignatureAlgorithmIdentifierValue` (pkixder.cpp) and
  `CheckSubjectPublicKeyInfo` (pkixcheck.cpp) in mozilla::pkix.
"""

from __future__ import annotations

from nvrflow.certificate.encoding import sequence

SHORTEST_RSA, GOOD_RSA = 1024, 2048  # bits; Chromium: kMinRsaModulusLengthBits in cert_verify_proc.cc; Firefox: minRsaBits 1024
LONGEST_RSA = 16384  # bits; OPENSSL_RSA_MAX_MODULUS_BITS in BoringSSL, RSA_MAX_MODULUS_BITS in NSS; 16384 opens in both
LONGEST_EXPONENT = 33  # bits; BoringSSL: kMaxExponentBits in crypto/fipsmodule/rsa/rsa_impl.cc.inc

# A server has to sign the handshake with it, and Chromium offers no ecdsa_secp521r1_sha512 (kVerifyPeers in ssl_client_socket).
DEVICE_CURVES = ("P-256", "P-384")
AUTHORITY_CURVES = ("P-256", "P-384", "P-521")  # IsAcceptableCurveForEcdsa; CheckSubjectPublicKeyInfo

_NULL = bytes.fromhex("0500")
_RSA = {name: bytes.fromhex(f"06092a864886f70d0101{last}") for name, last in (("256", "0b"), ("384", "0c"), ("512", "0d"))}
_ECDSA = {name: bytes.fromhex(f"06082a8648ce3d0403{last}") for name, last in (("256", "02"), ("384", "03"), ("512", "04"))}
_PSS, _MGF1 = bytes.fromhex("06092a864886f70d01010a"), bytes.fromhex("06092a864886f70d010108")
_HASHES = {"256": ("01", 32), "384": ("02", 48), "512": ("03", 64)}


def _tagged(number: int, content: bytes) -> bytes:
    return bytes([0xA0 | number, len(content)]) + content


def _pss(name: str) -> bytes:
    """RSA-PSS as TLS 1.3 has it: one hash for both, a salt of the hash's length; RFC 8446, and all that either browser knows."""
    last, salt = _HASHES[name]
    hash_ = sequence(bytes.fromhex(f"06096086480165030402{last}"), _NULL)
    parameters = (_tagged(0, hash_), _tagged(1, sequence(_MGF1, hash_)), _tagged(2, bytes([0x02, 0x01, salt])))
    return sequence(_PSS, sequence(*parameters))


# The AlgorithmIdentifier as DER. With RSA the NULL may be missing; with ECDSA it must not be there.
SIGNATURES = frozenset(
    [sequence(one, _NULL) for one in _RSA.values()]
    + [sequence(one) for one in (*_RSA.values(), *_ECDSA.values())]
    + [_pss(name) for name in _HASHES]
)

RSA_KEY = sequence(bytes.fromhex("06092a864886f70d010101"), _NULL)
"""How the kind of an RSA key is written, byte for byte: Chromium's TLS takes no other form (RFC 3279: the NULL is required)."""

SAN = "2.5.29.17"
KNOWN_CRITICAL = {
    "2.5.29.15": "keyUsage",
    SAN: "subjectAltName",
    "2.5.29.19": "basicConstraints",
    "2.5.29.30": "nameConstraints",
    "2.5.29.32": "certificatePolicies",
    "2.5.29.36": "policyConstraints",
    "2.5.29.37": "extended key usage",
    "2.5.29.54": "inhibitAnyPolicy",
}
"""Extensions that may be critical, because both browsers understand them."""
