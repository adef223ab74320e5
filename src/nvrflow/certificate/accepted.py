"""What browsers accept in a recorder's certificate: keys, signatures, extensions. Anything else is refused before the import.

The lists come from the sources of Chromium and Firefox, and each entry was opened in a real Chromium and a real Firefox (the
table in tests/trust/test_accepted.py repeats that):

- Chromium: `SimplePathBuilderDelegate` (pki/simple_path_builder_delegate.cc), `ParseSignatureAlgorithm`
  (pki/signature_algorithm.cc), `ParseTbsCertificate` (pki/parse_certificate.cc) and `VerifyExtensions`
  (pki/verify_certificate_chain.cc) in BoringSSL; its TLS code accepts fewer keys than its verifier, see below.
- Firefox: `BackCert::RememberExtension` (pkixcert.cpp), `SignatureAlgorithmIdentifierValue` (pkixder.cpp) and
  `CheckSubjectPublicKeyInfo` (pkixcheck.cpp) in mozilla::pkix.
"""

from __future__ import annotations

from nvrflow.certificate.encoding import sequence

SHORTEST_RSA, GOOD_RSA = 1024, 2048  # bits; Chromium: kMinRsaModulusLengthBits in cert_verify_proc.cc; Firefox: minRsaBits 1024
LONGEST_RSA = 16384  # bits; OPENSSL_RSA_MAX_MODULUS_BITS in BoringSSL, RSA_MAX_MODULUS_BITS in NSS; 16384 opens in both
LONGEST_EXPONENT = 33  # bits; kMaxExponentBits in BoringSSL; Firefox accepts longer exponents

# A server signs the handshake with this key, and Chromium does not accept ecdsa_secp521r1_sha512 (kVerifySignatureAlgorithms
# in BoringSSL's ssl/extensions.cc).
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
    """RSA-PSS as TLS 1.3 uses it (RFC 8446): one hash for both parts, a salt as long as the hash. Browsers know no other form."""
    last, salt = _HASHES[name]
    hash_ = sequence(bytes.fromhex(f"06096086480165030402{last}"), _NULL)
    parameters = (_tagged(0, hash_), _tagged(1, sequence(_MGF1, hash_)), _tagged(2, bytes([0x02, 0x01, salt])))
    return sequence(_PSS, sequence(*parameters))


# Each AlgorithmIdentifier as DER. With RSA the NULL may be missing; with ECDSA it must be absent.
SIGNATURES = frozenset(
    [sequence(one, _NULL) for one in _RSA.values()]
    + [sequence(one) for one in (*_RSA.values(), *_ECDSA.values())]
    + [_pss(name) for name in _HASHES]
)

RSA_KEY = sequence(bytes.fromhex("06092a864886f70d010101"), _NULL)
"""The AlgorithmIdentifier of an RSA key as DER. Chromium's TLS accepts no other form (RFC 3279 requires the NULL)."""

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
