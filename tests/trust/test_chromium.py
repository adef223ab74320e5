"""Chromium itself, a new process each time, in a HOME of its own: what the store holds is what it trusts."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from playwright.sync_api import Error
from slow_tests import mostly_slow

from nvrflow import trust
from nvrflow.browser import Browser, open_browser
from nvrflow.certificate import Certificate, read_certificate_file
from nvrflow.trust import Computer
from trust.conftest import Serving
from trust.making import Made, applied, make_ca, make_device, planned, with_odd_booleans, with_odd_names

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this computer"),
    pytest.mark.skipif(shutil.which("certutil") is None, reason="NSS's certutil (libnss3-tools) is not installed"),
]


def verdict(url: str, home: Path, headless: bool = True, **environment: str) -> str:
    """`ok`, or Chromium's own error code; nothing is ignored."""
    clean = {"HOME": str(home), "PATH": "/usr/bin:/bin", **environment}
    with open_browser(Browser(Path(CHROMIUM or "")), headed=not headless, environment=clean) as browser:
        try:
            page = browser.new_page()
            page.goto(url, timeout=20_000)
            return "ok" if page.inner_text("h1") == "recorder" else "another page"
        except Error as problem:
            return problem.message.split("net::")[-1].split()[0]


def trusted(device: Made, authority: Made | None, computer: Computer, kind: trust.Kind = "limited") -> trust.Plan:
    """Trust a recorder for this computer's user, approved by its fingerprint."""
    ca: Certificate | None = authority.certificate if authority else None
    plan = planned(device.certificate, ca, device.certificate, "127.0.0.1", kind, ["chromium-nss"], computer=computer)
    applied(plan, expected=(plan.fingerprint,))
    return plan


def test_chromium_refuses_then_trusts_then_refuses_again(serve: Serving, computer: Computer) -> None:
    authority = make_ca()
    device = make_device(authority)
    url = serve(device)
    before = verdict(url, computer.home)
    plan = trusted(device, authority, computer)
    during = verdict(url, computer.home)
    trust.remove("127.0.0.1", plan.ledger, computer)
    assert (before, during, verdict(url, computer.home)) == ("ERR_CERT_AUTHORITY_INVALID", "ok", "ERR_CERT_AUTHORITY_INVALID")


def test_limited_trust_refuses_another_name_signed_with_the_recorders_ca_key(serve: Serving, computer: Computer) -> None:
    authority = make_ca()
    device, evil = make_device(authority), make_device(authority, "localhost", "127.0.0.2")
    trusted(device, authority, computer)
    assert verdict(serve(evil, host="127.0.0.2"), computer.home) == "ERR_CERT_INVALID"


def test_full_trust_is_what_lets_the_ca_key_vouch_for_other_names(serve: Serving, computer: Computer) -> None:
    authority = make_ca()
    device, evil = make_device(authority), make_device(authority, "127.0.0.2")
    trusted(device, authority, computer, "ca")
    assert verdict(serve(evil, host="127.0.0.2"), computer.home) == "ok"


def test_a_pin_opens_this_device_certificate_and_no_other_of_its_ca(serve: Serving, computer: Computer) -> None:
    authority = make_ca()
    device, other = make_device(authority), make_device(authority)
    trusted(device, authority, computer, "pin")
    assert [verdict(serve(one), computer.home) for one in (device, other)] == ["ok", "ERR_CERT_AUTHORITY_INVALID"]


@pytest.mark.parametrize("ca", [False, None, True])
def test_a_self_signed_recorder_opens_by_itself(serve: Serving, computer: Computer, ca: bool | None) -> None:
    device = make_device(None, ca=ca)
    trusted(device, None, computer)
    assert verdict(serve(device), computer.home) == "ok"


def test_a_self_signed_ca_is_pinned_so_that_it_cannot_vouch_for_others(serve: Serving, computer: Computer) -> None:
    device = make_device(None, ca=True, usage=None)
    trusted(device, None, computer)
    assert verdict(serve(make_device(device, "127.0.0.2"), host="127.0.0.2"), computer.home) == "ERR_CERT_AUTHORITY_INVALID"


def test_a_limited_anchor_stands_in_for_an_intermediate_that_is_not_sent(serve: Serving, computer: Computer) -> None:
    root = make_ca("Vendor root")
    middle = make_ca("Vendor issuing CA", issuer=root)
    device = make_device(middle)
    plan = planned(
        device.certificate, root.certificate, device.certificate, "127.0.0.1", "limited", ["chromium-nss"],
        intermediates=[middle.certificate], computer=computer,
    )  # fmt: skip
    applied(plan)
    assert verdict(serve(device), computer.home) == "ok"


def test_the_old_folder_wins_when_it_is_there(serve: Serving, computer: Computer) -> None:
    (computer.home / ".pki" / "nssdb").mkdir(parents=True)
    device = make_device(None)
    plan = trusted(device, None, computer)
    assert plan.items[0].store.place == str(computer.home / ".pki" / "nssdb")
    assert verdict(serve(device), computer.home) == "ok"


@pytest.mark.browser
def test_the_folder_that_would_hide_the_users_own_is_never_made(computer: Computer) -> None:
    trusted(make_device(None), None, computer)
    assert not (computer.home / ".pki").exists()


def test_xdg_data_home_is_followed(serve: Serving, computer: Computer, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    moved = Computer("linux", {**computer.environment, "XDG_DATA_HOME": str(elsewhere)})
    device = make_device(None)
    trusted(device, None, moved)
    assert verdict(serve(device), computer.home, XDG_DATA_HOME=str(elsewhere)) == "ok"
    assert (elsewhere / "pki" / "nssdb" / "cert9.db").is_file()


def test_a_throw_away_home_trusts_exactly_the_plan(serve: Serving, computer: Computer, tmp_path: Path) -> None:
    authority = make_ca()
    device = make_device(authority)
    plan = planned(device.certificate, authority.certificate, device.certificate, "127.0.0.1", computer=computer)
    trust.into_home(plan, tmp_path / "thrown-away")
    url = serve(device)
    assert verdict(url, tmp_path / "thrown-away") == "ok"
    assert verdict(url, computer.home) == "ERR_CERT_AUTHORITY_INVALID"


FORMS: dict[str, Callable[[Made], bytes]] = {
    "pem": lambda made: made.certificate.pem.encode(),
    "der": lambda made: made.certificate.der,
    "pkcs7": lambda made: pkcs7.serialize_certificates([made.certificate.x509], Encoding.DER),
    "pkcs7 in pem": lambda made: pkcs7.serialize_certificates([made.certificate.x509], Encoding.PEM),
}


@pytest.mark.parametrize("form", mostly_slow(FORMS, {"der", "pkcs7 in pem"}.__contains__))
def test_a_download_of_every_form_ends_with_a_recorder_that_opens(
    serve: Serving, computer: Computer, tmp_path: Path, form: str
) -> None:
    authority = make_ca()
    device = make_device(authority)
    files = []
    for name, made in (("one.xyz", device), ("two.cer", authority)):
        (tmp_path / name).write_bytes(FORMS[form](made))
        files += read_certificate_file(tmp_path / name)
    found = trust.sort_out(files)
    plan = planned(found.device, found.authority, None, "127.0.0.1", stores=["chromium-nss"], computer=computer)
    applied(plan)
    assert verdict(serve(device), computer.home) == "ok"


def test_a_cas_odd_name_is_kept_byte_for_byte_so_that_the_recorder_opens(serve: Serving, computer: Computer) -> None:
    plain = make_ca("NVR*CA", key_kind="RSA 2048")
    authority, device = with_odd_names(plain, plain), with_odd_names(make_device(plain), plain)
    trusted(device, authority, computer)
    assert verdict(serve(device), computer.home) == "ok"


def test_a_ca_that_chromium_cannot_read_opens_by_its_limited_stand_in(serve: Serving, computer: Computer) -> None:
    plain = make_ca(key_kind="RSA 2048")
    device = make_device(plain)
    trusted(device, with_odd_booleans(plain, plain), computer)
    assert verdict(serve(device), computer.home) == "ok"


def test_a_device_certificate_that_chromium_cannot_read_is_refused_on_paper_too(serve: Serving, computer: Computer) -> None:
    authority = make_ca(key_kind="RSA 2048")
    device = with_odd_booleans(make_device(authority), authority)
    plan = planned(device.certificate, authority.certificate, None, "127.0.0.1", computer=computer)
    assert "encoded in a way that Chrome refuses" in plan.refusal
    assert verdict(serve(device), computer.home) == "ERR_CERT_INVALID"


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="no Xvfb on this computer")
def test_a_browser_with_a_window_agrees(serve: Serving, computer: Computer) -> None:
    authority = make_ca()
    device = make_device(authority)
    url = serve(device)
    with display() as number:
        before = verdict(url, computer.home, headless=False, DISPLAY=number)
        plan = trusted(device, authority, computer)
        during = verdict(url, computer.home, headless=False, DISPLAY=number)
        trust.remove("127.0.0.1", plan.ledger, computer)
        after = verdict(url, computer.home, headless=False, DISPLAY=number)
    assert (before, during, after) == ("ERR_CERT_AUTHORITY_INVALID", "ok", "ERR_CERT_AUTHORITY_INVALID")


@contextmanager
def display() -> Iterator[str]:
    """A screen in memory; gives its name."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[writing], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    try:
        with os.fdopen(reading) as answer:
            yield f":{answer.readline().strip()}"
    finally:
        process.terminate()
        process.wait(10)
