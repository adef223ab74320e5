"""The simulated recorder's certificates: every profile is what it says, every file format can be read."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from simulated_page import Page, served_sha256

from nvrflow.simulator import simulate
from nvrflow.simulator.service import SimulatedRecorder

FIRMWARE = "dahua/nvr_v4"


def signed_in(recorder: SimulatedRecorder) -> Page:
    page = Page(recorder)
    assert page.sign_in()["result"]
    return page


def listed(page: Page) -> dict[str, dict[str, Any]]:
    """The certificates that the recorder lists, by their kind."""
    answer = page.call("DigitalCertificate.getCertsInfo", DigitalCertificateType="General", Offset=0, Count=200)
    return {certificate["Type"]: certificate for certificate in answer["params"]["List"]}


def export(page: Page, kind: str) -> bytes:
    answer = page.call("DigitalCertificate.exportCert", CertSN=listed(page)[kind]["CertSN"])
    return base64.b64decode(answer["params"]["Cert"])


def downloaded(recorder: SimulatedRecorder, kind: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(export(signed_in(recorder), kind))


def refusal(recorder: SimulatedRecorder) -> str | None:
    """Why OpenSSL, which trusts the downloaded CA and nothing else, refuses the HTTPS port; None when it does not."""
    context = ssl.create_default_context(cadata=export(signed_in(recorder), "DefRootCACert").decode())
    address = urlsplit(recorder.https_url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as plain:
        try:
            context.wrap_socket(plain, server_hostname=address.hostname).close()
        except ssl.SSLCertVerificationError as problem:
            return problem.verify_message
    return None


READERS: dict[str, Callable[[bytes], x509.Certificate]] = {
    "pem": x509.load_pem_x509_certificate,
    "der": x509.load_der_x509_certificate,
    "pkcs7_pem": lambda content: pkcs7.load_pem_pkcs7_certificates(content)[0],
    "pkcs7_der": lambda content: pkcs7.load_der_pkcs7_certificates(content)[0],
}


@pytest.mark.parametrize("form", READERS)
def test_both_certificates_can_be_read_in_the_format_that_is_set(form: str) -> None:
    with simulate(FIRMWARE, format=form) as recorder:
        page = signed_in(recorder)
        prints = [READERS[form](export(page, kind)).fingerprint(hashes.SHA256()) for kind in ("DevCert", "DefRootCACert")]
        assert [found.hex(":").upper() for found in prints] == [recorder.device_sha256, recorder.authority_sha256]


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        ("san_ip", None),
        ("shared_ca", None),
        ("twin_ca", None),
        ("cn_only", "IP address mismatch"),
        ("expired", "certificate has expired"),
        ("not_yet_valid", "certificate is not yet valid"),
        ("sha1", "too weak"),
        ("weak_key", "too weak"),
        ("wrong_ca", "unable to get local issuer certificate"),
        ("regenerated_ca", "unable to get local issuer certificate"),
    ],
)
def test_a_verifying_client_sees_what_the_profile_says(profile: str, reason: str | None) -> None:
    with simulate(FIRMWARE, certificate=profile, https=True) as recorder:
        assert served_sha256(recorder) == recorder.device_sha256
        found = refusal(recorder)
        assert found is None if reason is None else reason in str(found)


def test_a_weak_certificate_is_weak_in_one_way_only() -> None:
    with simulate(FIRMWARE, certificate="sha1") as hashed, simulate(FIRMWARE, certificate="weak_key") as short:
        old, small = downloaded(hashed, "DevCert"), downloaded(short, "DevCert")
        assert isinstance(old.signature_hash_algorithm, hashes.SHA1) and isinstance(small.signature_hash_algorithm, hashes.SHA256)
        assert [listed(signed_in(one))["DevCert"]["KeyLength"] for one in (hashed, short)] == [2048, 1024]
        key = downloaded(hashed, "DefRootCACert").public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        key.verify(old.signature, old.tbs_certificate_bytes, padding.PKCS1v15(), hashes.SHA1())


@pytest.mark.parametrize(("profile", "same_name"), [("wrong_ca", False), ("regenerated_ca", True)])
def test_an_authority_that_did_not_sign_may_have_the_signers_name(profile: str, same_name: bool) -> None:
    with simulate(FIRMWARE, certificate=profile) as recorder:
        device, authority = downloaded(recorder, "DevCert"), downloaded(recorder, "DefRootCACert")
        assert (device.issuer == authority.subject) is same_name


def test_a_recorder_with_a_self_signed_certificate_offers_no_authority() -> None:
    with simulate(FIRMWARE, certificate="self_signed", https=True) as recorder:
        page = signed_in(recorder)
        assert list(listed(page)) == ["DevCert"] and recorder.authority_sha256 is None
        device = x509.load_pem_x509_certificate(export(page, "DevCert"))
        device.verify_directly_issued_by(device)


def test_a_recorder_without_a_device_certificate_lists_its_authority_only() -> None:
    with simulate(FIRMWARE, certificate="none") as recorder:
        page = signed_in(recorder)
        assert list(listed(page)) == ["DefRootCACert"] and recorder.device_sha256 is None


def test_the_device_certificate_names_the_address_it_listens_on() -> None:
    with simulate(FIRMWARE, host="127.0.0.3") as recorder:
        names = downloaded(recorder, "DevCert").extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.3", "127.0.0.1"]


def test_the_own_authority_names_the_recorders_serial_number_and_signs_its_device_certificate() -> None:
    with simulate(FIRMWARE) as recorder:
        authority = downloaded(recorder, "DefRootCACert")
        assert recorder.serial in authority.subject.rfc4514_string()
        downloaded(recorder, "DevCert").verify_directly_issued_by(authority)


def test_recorders_with_a_shared_authority_share_it_key_and_all() -> None:
    with simulate(FIRMWARE, certificate="shared_ca") as one, simulate(FIRMWARE, certificate="shared_ca") as other:
        assert one.authority_sha256 == other.authority_sha256 and one.device_sha256 != other.device_sha256
        downloaded(one, "DevCert").verify_directly_issued_by(downloaded(other, "DefRootCACert"))


def test_twins_have_authorities_of_one_name_and_number_but_with_other_keys() -> None:
    with simulate(FIRMWARE, certificate="twin_ca") as one, simulate(FIRMWARE, certificate="twin_ca") as other:
        first, second = downloaded(one, "DefRootCACert"), downloaded(other, "DefRootCACert")
        assert (first.subject, first.serial_number) == (second.subject, second.serial_number)
        assert first.public_key() != second.public_key()


def test_both_files_may_be_suggested_under_one_odd_name() -> None:
    with simulate(FIRMWARE, same_name=True, device_file="cert.p7b") as recorder:
        page = signed_in(recorder)
        assert [certificate["FileName"] for certificate in listed(page).values()] == ["cert.p7b", "cert.p7b"]


def test_a_file_can_be_had_by_going_to_its_address() -> None:
    with simulate(FIRMWARE, same_name=True) as recorder:
        page = signed_in(recorder)
        number = listed(page)["DefRootCACert"]["CertSN"]
        answer, content = page.send("GET", f"/RPC2_DownloadRootCert/ServerCert.crt?CertSN={number}")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="ServerCert.crt"'
        assert hashlib.sha256(ssl.PEM_cert_to_DER_cert(content.decode())).digest().hex(":").upper() == recorder.authority_sha256


def test_the_first_downloads_fail_as_often_as_they_are_told_to() -> None:
    with simulate(FIRMWARE, download_fails=2) as recorder:
        page = signed_in(recorder)
        number = listed(page)["DevCert"]["CertSN"]
        results = [page.call("DigitalCertificate.exportCert", CertSN=number)["result"] for _ in range(3)]
        assert results == [False, False, True]
        assert [entry.event for entry in recorder.log] == ["login", "export"]


@pytest.mark.parametrize(("tls", "spoken"), [("modern", "TLSv1.3"), ("tls12", "TLSv1.2"), ("old", "TLSv1.1")])
def test_the_newest_tls_version_is_the_one_that_is_set(tls: str, spoken: str) -> None:
    with simulate(FIRMWARE, tls=tls, https=True) as recorder:
        assert version(recorder, "DEFAULT:@SECLEVEL=0", ssl.TLSVersion.MINIMUM_SUPPORTED) == spoken


def test_the_compatibility_box_lets_older_clients_in_after_a_restart() -> None:
    with simulate(FIRMWARE, https=True, restart_seconds=0) as recorder:
        with pytest.raises(OSError):
            version(recorder, "DEFAULT:@SECLEVEL=0", ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_1)
        signed_in(recorder).set("Https", TLSv11=True)
        recorder.settle()
        assert version(recorder, "DEFAULT:@SECLEVEL=0", ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_1) == "TLSv1.1"


def test_a_client_of_today_cannot_talk_to_an_old_recorder() -> None:
    with simulate(FIRMWARE, tls="old", https=True) as recorder, pytest.raises(ssl.SSLError):
        version(recorder, "DEFAULT", ssl.TLSVersion.TLSv1_2)


def version(
    recorder: SimulatedRecorder,
    ciphers: str,
    lowest: ssl.TLSVersion,
    highest: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED,
) -> str | None:
    """The TLS version that the HTTPS port and such a client agree on."""
    address = urlsplit(recorder.https_url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers(ciphers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = lowest, highest
    with socket.create_connection((address.hostname, address.port), timeout=10) as plain, context.wrap_socket(plain) as secured:
        return secured.version()


def test_two_recorders_share_no_key_and_a_third_has_one_of_its_own() -> None:
    """Whoever has one recorder's key could else pose as another."""
    with simulate(FIRMWARE) as one, simulate(FIRMWARE) as two:
        pass
    with simulate(FIRMWARE) as three:
        pass
    found = [recorder._device.certificates for recorder in (one, two, three)]
    numbers = [pair.key.public_key().public_numbers().n for made in found for pair in (made.authority, made.device) if pair]
    assert len(numbers) == len(set(numbers)) == 6
