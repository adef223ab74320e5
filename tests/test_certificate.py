"""Certificates are read whatever a recorder made of the file, and described as they are."""

from __future__ import annotations

import base64
import io
import subprocess
import zipfile
from datetime import UTC
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)
from trust.making import DAY, TODAY, Made, make, make_ca, make_device, name, with_odd_booleans, with_odd_names, with_old_hash

from nvrflow.certificate import Certificate, host_of, judge, names_host, read_certificate_file, read_certificates
from nvrflow.errors import CertificateRefused, InvalidFile


@pytest.fixture(scope="module")
def pair() -> tuple[Made, Made]:
    authority = make_ca(key_kind="RSA 2048")
    return make_device(authority, "192.0.2.10", "nvr.local", key_kind="RSA 2048"), authority


def x(made: Made) -> x509.Certificate:
    return made.certificate.x509


def as_zip(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, data in files.items():
            archive.writestr(file, data)
    return packed.getvalue()


def all_forms(pair: tuple[Made, Made]) -> dict[str, tuple[bytes, int, str]]:
    """Each form a download may have, how many certificates it holds, and the format it should be called."""
    device, authority = pair
    pem, der = device.certificate.pem.encode(), device.certificate.der
    both = [x(device), x(authority)]
    return {
        "PEM": (pem, 1, "pem"),
        "PEM with CRLF": (pem.replace(b"\n", b"\r\n"), 1, "pem"),
        "PEM without last line end": (pem.rstrip(), 1, "pem"),
        "PEM with a text before it": (b"Bag Attributes\n  friendlyName: nvr\n" + pem, 1, "pem"),
        "PEM with a byte order mark": (b"\xef\xbb\xbf" + pem, 1, "pem"),
        "PEM in UTF-16": (pem.decode().encode("utf-16"), 1, "pem"),
        "PEM on one long line": (
            b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(der) + b"\n-----END CERTIFICATE-----",
            1,
            "pem",
        ),
        "PEM under an old name": (pem.replace(b" CERTIFICATE", b" X509 CERTIFICATE"), 1, "pem"),
        "bare base64": (base64.encodebytes(der), 1, "pem"),
        "DER": (der, 1, "der"),
        "DER with bytes after it": (der + b"\x00" * 40, 1, "der"),
        "bundle": (pem + authority.certificate.pem.encode(), 2, "pem"),
        "bundle with one twice": (pem + pem, 1, "pem"),
        "PKCS#7 in DER": (pkcs7.serialize_certificates(both, Encoding.DER), 2, "pkcs7"),
        "PKCS#7 in PEM": (pkcs7.serialize_certificates(both, Encoding.PEM), 2, "pkcs7"),
        "ZIP": (as_zip(**{"device.cer": der, "ca.pem": authority.certificate.pem.encode()}), 2, "der"),
    }


@pytest.mark.parametrize("form", all_forms((make_device(None), make_ca())))
def test_every_form_of_a_file_is_read(form: str, pair: tuple[Made, Made]) -> None:
    data, count, kind = all_forms(pair)[form]
    found = read_certificates(data, "download.bin")
    assert (len(found), found[0].format) == (count, kind)
    assert pair[0].certificate.der in [one.der for one in found]


def key_in(made: Made, encoding: Encoding, form: PrivateFormat, encryption: serialization.KeySerializationEncryption) -> bytes:
    return bytes(made.key.private_bytes(encoding, form, encryption))


def test_a_private_key_is_refused_in_every_form(pair: tuple[Made, Made]) -> None:
    device, _ = pair
    secret = BestAvailableEncryption(b"x")
    forms = [
        key_in(device, Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        key_in(device, Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        key_in(device, Encoding.PEM, PrivateFormat.PKCS8, secret),
        key_in(device, Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        key_in(device, Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        key_in(device, Encoding.DER, PrivateFormat.PKCS8, secret),
        device.certificate.pem.encode() + device.key_pem.encode(),
        as_zip(**{"a.pem": device.certificate.pem.encode(), "b.key": device.key_pem.encode()}),
        base64.encodebytes(key_in(device, Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
    ]
    for number, data in enumerate(forms):
        with pytest.raises(CertificateRefused, match="private key"):
            read_certificates(data, f"form {number}")


def test_pkcs12_is_refused_by_its_name(pair: tuple[Made, Made]) -> None:
    device, _ = pair
    data = pkcs12.serialize_key_and_certificates(b"nvr", device.key, x(device), None, NoEncryption())
    with pytest.raises(CertificateRefused, match=r"PKCS#12.*\.pfx"):
        read_certificates(data, "nvr.cer")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "an empty file"),
        (b"\n<!DOCTYPE html><html><body>Please sign in</body></html>", "a web page"),
        (b'{"result": false, "error": {"code": 287637505}}', "a JSON answer"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"MZ\x90\x00\x03", "a Windows program"),
        (b"Error: session expired", "text that begins with 'Error: session expired'"),
        (bytes(range(200, 256)) * 4, "binary data"),
        (b"-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n", "a certificate request"),
        (b"-----BEGIN CERTIFICATE-----\nMIIB", "cut off"),
    ],
)
def test_what_is_no_certificate_is_called_what_it_is(data: bytes, said: str) -> None:
    with pytest.raises(CertificateRefused) as refused:
        read_certificates(data, "device.cer")
    assert said in str(refused.value) and str(refused.value).startswith("device.cer: ")


def test_a_broken_block_is_not_passed_over(pair: tuple[Made, Made]) -> None:
    broken = b"-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----\n"
    with pytest.raises(CertificateRefused, match="cannot be read"):
        read_certificates(pair[0].certificate.pem.encode() + broken, "x.pem")


def test_size_and_number_are_limited(tmp_path: Path) -> None:
    with pytest.raises(CertificateRefused, match="at most 65536 are read"):
        read_certificates(b"A" * (64 * 1024 + 1), "big")
    with pytest.raises(CertificateRefused, match="17 certificates"):
        read_certificates(b"".join(make_ca(str(number)).certificate.pem.encode() for number in range(17)), "many.pem")
    with pytest.raises(CertificateRefused, match="at most 65536 are read"):
        read_certificates(as_zip(bomb=b"\0" * 10_000_000), "bomb.zip")
    (tmp_path / "huge").write_bytes(b"\0" * (2 * 1024 * 1024))
    with pytest.raises(CertificateRefused, match="are read"):
        read_certificate_file(tmp_path / "huge")


def test_a_file_that_is_not_there_is_an_invalid_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="No such file"):
        read_certificate_file(tmp_path / "none.cer")


def test_a_file_knows_where_it_came_from(tmp_path: Path, pair: tuple[Made, Made]) -> None:
    file = tmp_path / "out" / "downloads" / "device.strange"
    file.parent.mkdir(parents=True)
    file.write_bytes(pair[0].certificate.der)
    (found,) = read_certificate_file(file, "device")
    entry = found.as_dict(warnings=["x"], relative_to=tmp_path / "out")
    assert entry["file"] == "downloads/device.strange" and entry["role"] == "device" and entry["format"] == "der"
    contract = "file role format subject issuer sha256 not_before not_after key signature is_ca san warnings"
    assert set(entry) == set(contract.split())


def test_openssl_agrees_on_fingerprints_dates_and_names(tmp_path: Path, pair: tuple[Made, Made]) -> None:
    certificate = pair[0].certificate
    (tmp_path / "c.pem").write_text(certificate.pem)
    command = ["openssl", "x509", "-in", str(tmp_path / "c.pem"), "-noout", "-fingerprint"]
    for digest, ours in (("-sha256", certificate.sha256), ("-sha1", certificate.sha1)):
        said = subprocess.run([*command, digest], capture_output=True, text=True, check=True, timeout=20).stdout
        assert said.strip().endswith(ours)
    assert certificate.san == ("IP:192.0.2.10", "DNS:nvr.local")
    assert (certificate.key, certificate.signature, certificate.is_ca) == ("RSA 2048", "sha256", False)
    assert certificate.not_before.tzinfo is UTC and certificate.common_name == "192.0.2.10"


def test_the_pin_for_chromium_is_the_hash_of_the_public_key(pair: tuple[Made, Made]) -> None:
    spki = pair[0].key.public_key().public_bytes(Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(spki)
    assert base64.b64decode(pair[0].certificate.spki_sha256) == digest.finalize()


@pytest.mark.parametrize("kind", ["EC", "RSA 2048"])
def test_a_signature_is_checked_and_names_are_not(kind: str) -> None:
    authority, double = make_ca(key_kind=kind), make_ca(key_kind=kind)
    device = make_device(authority)
    assert authority.certificate.issued(device.certificate)
    assert not double.certificate.issued(device.certificate)
    assert authority.certificate.self_signed and not device.certificate.self_signed
    renamed = make_device(authority, issuer_name=name("Somebody"))
    assert authority.certificate.issued(renamed.certificate)


def test_a_changed_byte_breaks_the_signature() -> None:
    authority = make_ca("Recorder CA")
    device = make_device(authority, "192.0.2.10")
    forged = device.certificate.der.replace(bytes([192, 0, 2, 10]), bytes([192, 0, 2, 11]))
    assert forged != device.certificate.der
    assert not authority.certificate.issued(Certificate(forged))


def test_an_old_hash_is_readable_and_its_signature_checked() -> None:
    authority = make_ca(key_kind="RSA 2048")
    for old in (hashes.SHA1(), hashes.MD5()):
        device = with_old_hash(make_device(authority), authority, old).certificate
        assert device.signature == old.name and authority.certificate.issued(device)


def openssl_version_1(tmp_path: Path) -> bytes:
    """A certificate of X.509 version 1, as `openssl req -x509` of old made them."""
    base = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(tmp_path / "k"), "-subj", "/C=CN/CN=NVR/"]
    (tmp_path / "c.cnf").write_text("[req]\ndistinguished_name=dn\n[dn]\n")
    made = subprocess.run(
        [*base, "-set_serial", "0", "-days", "3650", "-config", str(tmp_path / "c.cnf")],
        capture_output=True,
        timeout=60,
        check=True,
    )
    return made.stdout


def test_version_1_with_serial_number_0_is_readable(tmp_path: Path) -> None:
    (certificate,) = read_certificates(openssl_version_1(tmp_path), "v1.crt")
    assert (certificate.serial, certificate.self_signed, certificate.is_ca, certificate.san) == (0, True, False, ())
    assert "NVR" in certificate.subject


def test_names_with_letters_that_do_not_belong_there_are_readable() -> None:
    authority = make_ca("NVR_4216@site", key_kind="RSA 2048")
    odd = with_odd_names(authority, authority).certificate
    (found,) = read_certificates(odd.der, "odd.cer")
    assert found.der == odd.der and found.common_name == "NVR_4216@site"
    assert found.self_signed and found.odd and not authority.certificate.odd


def test_booleans_that_are_not_quite_true_are_readable() -> None:
    authority = make_ca(key_kind="RSA 2048")
    odd = with_odd_booleans(authority, authority).certificate
    (found,) = read_certificates(odd.pem.encode(), "odd.pem")
    assert found.is_ca and found.self_signed and found.odd


def test_a_name_cannot_play_tricks_with_a_terminal() -> None:
    certificate = make_ca("NVR\x1b[2J\u202egnp").certificate
    assert certificate.common_name == "NVR?[2J?gnp" and "\x1b" not in certificate.subject


def test_extensions_that_cannot_be_read_are_said_and_not_fatal_for_reading() -> None:
    device = make_device(None, "192.0.2.10").certificate
    marker = bytes.fromhex("0603551d11")  # subjectAltName
    at = device.der.index(marker) + len(marker) + 2
    broken = Certificate(device.der[:at] + b"\x31" + device.der[at + 1 :])
    assert broken.san == () and broken.unreadable_extensions
    assert judge(broken, None, "192.0.2.10", TODAY)[0].code == "unreadable"


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("http://192.0.2.10", "192.0.2.10"),
        ("https://192.0.2.10:8443/x?y", "192.0.2.10"),
        ("192.0.2.10:80", "192.0.2.10"),
        ("NVR.Local.", "nvr.local"),
        ("http://[2001:DB8::1]:81/", "2001:db8::1"),
        ("::1", "::1"),
        ("[::1]", "::1"),
    ],
)
def test_the_host_of_an_address(address: str, host: str) -> None:
    assert host_of(address) == host


@pytest.mark.parametrize(
    ("names", "host", "covers"),
    [
        (("192.0.2.10",), "192.0.2.10", True),
        (("DNS:192.0.2.10.x",), "192.0.2.10", False),
        (("2001:db8::1",), "2001:db8:0:0::1", True),
        (("nvr.local",), "nvr.local", True),
        (("*.nvr.local",), "a.nvr.local", True),
        (("*.nvr.local",), "a.b.nvr.local", False),
        (("*.nvr.local",), "nvr.local", False),
        (("nvr.local",), "evil-nvr.local", False),
    ],
)
def test_names_cover_a_host_as_in_browsers(names: tuple[str, ...], host: str, covers: bool) -> None:
    assert names_host(make_device(None, *names).certificate, host_of(host)) is covers


def test_a_long_life_is_a_warning_only() -> None:
    device = make_device(None, ends=TODAY + 9000 * DAY)
    (problem,) = judge(device.certificate, None, "127.0.0.1", TODAY)
    assert (problem.code, problem.level) == ("long-life", "warning")


def test_a_good_pair_has_nothing_against_it() -> None:
    authority = make("CA", ca=True, usage=("key_cert_sign",))
    assert judge(make_device(authority).certificate, authority.certificate, "127.0.0.1", TODAY) == ()


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    for path in (Path("/dev/zero"), tmp_path):
        with pytest.raises(InvalidFile, match="not a file"):
            read_certificate_file(path)
