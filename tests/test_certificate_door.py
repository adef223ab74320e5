"""The one door: bytes from anywhere become a Certificate whose every property works, or CertificateRefused; nothing else."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import example, given, settings
from hypothesis import strategies as st
from trust.making import TODAY, make_ca, make_device
from trust.many_servers import served
from trust.odd_table import Row
from trust.variants import Odd, private_pem, rsa_sign, signed_by, tlv

from nvrflow import tls
from nvrflow.certificate import Certificate, judge, names_host, read_certificate_file, read_certificates
from nvrflow.errors import CertificateRefused

CASES = Path(__file__).resolve().parent / "cases"
REAL = [one.der for file in sorted(CASES.rglob("*.crt")) for one in read_certificate_file(file)]
REAL += [one.certificate.der for one in (make_ca(), make_device(None, "nvr.local", "192.0.2.10"), make_device(make_ca(), "::1"))]
KINDS = [kind for kind in vars(x509).values() if inspect.isclass(kind) and issubclass(kind, x509.ExtensionType)]
OTHER = make_ca().certificate


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real certificate with one to four places changed, cut out, doubled or filled in."""
    der = bytearray(draw(st.sampled_from(REAL)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(der) - 1)))
        length = draw(st.integers(0, 4))
        change = draw(st.sampled_from(["set", "cut", "double", "fill", "end"]))
        if change == "set":
            der[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
        elif change == "cut":
            del der[at : at + length]
        elif change == "double":
            der[at:at] = der[at : at + length]
        elif change == "fill":
            der[at:at] = draw(st.binary(max_size=4))
        else:
            del der[at:]
    return bytes(der)


def use(certificate: Certificate) -> None:
    """Ask everything that a certificate can be asked."""
    for name, value in inspect.getmembers(Certificate):
        if isinstance(value, property) or type(value).__name__ == "cached_property":
            getattr(certificate, name)
    for kind in KINDS:
        certificate.extension(kind)
    assert isinstance(certificate.issued(OTHER), bool) and isinstance(OTHER.issued(certificate), bool)
    certificate.as_dict()
    str(certificate.x509.subject), str(certificate.x509.issuer)
    assert dataclasses.replace(certificate, role="device").der == certificate.der
    names_host(certificate, "192.0.2.10")
    for authority in (None, OTHER, certificate):
        [str(one) for one in judge(certificate, authority, "192.0.2.10", TODAY, exchanges=frozenset({"ecdhe"}))]
    judge(OTHER, certificate, "192.0.2.10", TODAY)


@settings(max_examples=300, deadline=None)
@given(damaged())
def test_damaged_certificates_are_read_wholly_or_refused(der: bytes) -> None:
    try:
        certificate = Certificate(der)
    except CertificateRefused as problem:
        assert str(problem)
        return
    use(certificate)


@settings(max_examples=200, deadline=None)
@given(damaged())
def test_a_damaged_file_is_read_or_refused_with_its_name(der: bytes) -> None:
    try:
        found = read_certificates(der, "device.crt")
    except CertificateRefused as problem:
        assert "device.crt" in str(problem)
        return
    for certificate in found:
        use(certificate)


@st.composite
def elements(draw: st.DrawFn, depth: int = 4) -> bytes:
    """Well-formed DER of any shape, which is no certificate."""
    tag = draw(st.sampled_from([1, 2, 3, 4, 5, 6, 0x0C, 0x17, 0x18, 0x30, 0x30, 0x30, 0xA0, 0xA3]))
    inner = draw(st.binary(max_size=3)) if depth == 0 or tag < 0x30 else b"".join(draw(st.lists(elements(depth - 1), max_size=6)))
    return tlv(tag, inner)


@settings(max_examples=300, deadline=None)
@given(elements())
@example(bytes.fromhex("30083000a30003028566"))
@example(bytes.fromhex("30083000060030020200"))
def test_any_other_structure_is_refused(der: bytes) -> None:
    with pytest.raises(CertificateRefused):
        Certificate(der)
    with pytest.raises(CertificateRefused):
        read_certificates(der, "device.crt")


@pytest.mark.parametrize("der", REAL, ids=[str(number) for number in range(len(REAL))])
def test_every_real_certificate_answers_every_question(der: bytes) -> None:
    use(Certificate(der))


@pytest.mark.parametrize("file", sorted((CASES / "13-pkcs7-shapes").glob("*.p7b")), ids=lambda file: file.name)
def test_two_certificates_come_out_of_every_shape_of_pkcs7(file: Path) -> None:
    device, authority = read_certificate_file(file)
    assert authority.issued(device) and device.san == ("IP:127.0.0.1",)


def test_a_certificate_whose_lengths_were_left_open_is_read_as_the_one_that_was_signed() -> None:
    made = make_device(None)
    der = made.certificate.der
    header = 4 if der[1] == 0x82 else 3
    (open_,) = read_certificates(b"\x30\x80" + der[header:] + b"\x00\x00", "ber.crt")
    assert open_.der == der and open_.self_signed


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (b"20300230000000Z", "a date that does not exist"),
        (b"203001010000", "no seconds"),
        (b"20300101000000.5Z", "a fraction of a second"),
        (b"20300101000000+0100", "an offset from UTC"),
        (b"soon", "'soon' is not a date"),
    ],
)
def test_a_date_that_no_browser_reads_is_named_as_it_is_written(written: bytes, says: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = signed_by(make_ca(key_kind="RSA 2048").key, "CA")
    der = Odd(key, ends=tlv(0x18, written)).der(*issuer[:2])
    try:
        problems = judge(Certificate(der), Certificate(issuer[2]), "127.0.0.1", TODAY)
    except CertificateRefused as problem:
        said = str(problem)
    else:
        said = " ".join(str(one) for one in problems if one.fatal)
    assert says in said and written.decode() in said


def test_a_server_whose_certificate_cannot_be_read_says_so_and_raises_nothing(tmp_path: Path) -> None:
    key = make_ca(key_kind="RSA 2048").key
    der = Odd(key, ends=tlv(0x18, b"20300230000000Z"), sign=rsa_sign()).der(*signed_by(key, "CA")[:2])
    with served({"it": Row(der, private_pem(key), der)}, tmp_path) as urls:
        found = tls.served("127.0.0.1", urlsplit(urls["it"]).port or 0)
    assert (found.outcome, found.leaf) == ("unreadable", None)
    assert "cannot be read" in found.why and "20300230000000Z" in found.unreadable
