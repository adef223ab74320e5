"""Certificates forged with the recorder's CA key, in real Chromium, Firefox, curl and Python: the recorder opens, they do not."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from nvrflow.certificate import Certificate, read_certificate_file
from nvrflow.trust.anchor import limited
from nvrflow.trust.names import decide
from trust.making import Made, make, make_ca, make_device
from trust.marionette import FIREFOX
from trust.rack import Rack, new_rack

pytestmark = [
    pytest.mark.skipif(not Path("/usr/bin/chromium").exists() or FIREFOX is None, reason="no Chromium or no Firefox"),
    pytest.mark.skipif(shutil.which("certutil") is None, reason="NSS's certutil (libnss3-tools) is not installed"),
]
CASES = Path(__file__).resolve().parent.parent / "cases"
STRANGERS = ("www.bank.example", "127.0.0.77", "neighbour.local")


@dataclass(frozen=True)
class Recorder:
    """One recorder: how it is opened, what its certificate names, and what should be decided."""

    host: str
    names: tuple[str, ...]
    common: str = "NVR 4216"
    also: tuple[str, ...] = ()
    kind: Literal["limited", "pin"] = "limited"

    @property
    def forged(self) -> tuple[str, ...]:
        """The names of forgeries; below a wildcard, or a name with another one below it, a subdomain is permitted."""
        if self.host[0].isdigit() or any("*" in one for one in self.names):
            return STRANGERS
        nested = any(one.endswith(f".{self.host}") for one in self.names)
        return (*STRANGERS, f"x{self.host}", *(() if nested else (f"sub.{self.host}",)))


RECORDERS = [
    Recorder("127.0.0.1", ("127.0.0.1",)),
    Recorder("127.0.0.1", ("127.0.0.1",), common="127.0.0.1"),
    Recorder("127.0.0.1", ("127.0.0.1",), common="nvr.local"),
    Recorder("127.0.0.1", ("127.0.0.1", "nvr.local")),
    Recorder("127.0.0.1", ("127.0.0.1", "::ffff:127.0.0.1", "fe80::1")),
    Recorder("127.0.0.1", ("127.0.0.1", "www.example.com"), also=("www.example.com",)),
    Recorder("nvr.local", ("nvr.local",)),
    Recorder("nvr", ("nvr", "nvr.lan", "127.0.0.1")),
    Recorder("front.nvr.local", ("*.nvr.local",)),
    Recorder("nvr.lan", ("nvr.lan", "front.nvr.lan", "127.0.0.1"), common="nvr.lan"),
    Recorder("nvr.example.com", ("NVR.Example.com", "127.0.0.1"), common="www.bank.example"),
    Recorder("127.0.0.1", ("127.0.0.1", "DNS:"), kind="pin"),
    Recorder("nvr.local", ("nvr.local", "DNS:NVR 4216"), kind="pin"),
    Recorder("127.0.0.1", ("127.0.0.1", "DNS:127.0.0.1"), kind="pin"),
]
PINNED_CASES = ("1-empty-dns-name", "3-odd-dns-in-san/dnsspace", "3-odd-dns-in-san/trailingdot", "3-odd-dns-in-san/wild-ip")


@dataclass(frozen=True)
class Stand:
    """All that is shown, and for each server what it is and whether it should open."""

    rack: Rack
    told: list[str]
    wanted: list[bool]
    pinned: list[bool]

    def agrees(self, found: list[bool], pins_too: bool = True) -> None:
        wrong = [
            f"{what}: {'opened' if opened else 'refused'}"
            for what, opened, wanted, pin in zip(self.told, found, self.wanted, self.pinned, strict=True)
            if opened != (wanted and (pins_too or not pin))
        ]
        assert not wrong, "\n".join(wrong)


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Every recorder of the list with its forgeries, the cases, and as a control one CA that is trusted without limits."""
    with new_rack(tmp_path_factory.mktemp("rack")) as rack:
        stand = Stand(rack, [], [], [])
        for number, recorder in enumerate(RECORDERS):
            _put_up(stand, recorder, number)
        for case in PINNED_CASES:
            (device,) = read_certificate_file(CASES / case / "device.crt")
            assert decide(device, "127.0.0.1").kind == "pin"
            rack.trust(device, pinned=True)
            key = load_pem_private_key((CASES / case / "key.pem").read_bytes(), None)
            rack.show(Made(device, key), "127.0.0.1", device)
            _note(stand, case, True, True)
        everywhere = make_ca("Trusted everywhere")
        rack.trust(everywhere.certificate, pinned=False)
        for name in STRANGERS:
            rack.show(make_device(everywhere, name), name, everywhere.certificate)
            _note(stand, f"control: {name} signed by a CA without limits", True, False)
        yield stand


def _put_up(stand: Stand, recorder: Recorder, number: int) -> None:
    authority = make_ca(f"Recorder CA {number}")
    device = make_device(authority, *recorder.names, common=recorder.common)
    names = decide(device.certificate, recorder.host, recorder.also)
    assert names.kind == recorder.kind, names
    if recorder.kind == "pin":
        stand.rack.trust(device.certificate, pinned=True)
        trusted: tuple[Certificate, ...] = (device.certificate,)
    else:
        pair = limited(authority.certificate, device.certificate, names)
        stand.rack.trust(pair.alone, pinned=False)
        trusted = (pair.root, pair.clone)
    stand.rack.show(device, recorder.host, *trusted)
    _note(stand, f"{recorder}", True, recorder.kind == "pin")
    for name in recorder.forged:
        stand.rack.show(make_device(authority, name, common="forged"), name, *trusted)
        _note(stand, f"{recorder}: forgery for {name}", False, False)


def _note(stand: Stand, told: str, wanted: bool, pinned: bool) -> None:
    stand.told.append(told)
    stand.wanted.append(wanted)
    stand.pinned.append(pinned)


def test_chromium_opens_every_recorder_and_no_forgery(stand: Stand) -> None:
    stand.agrees(stand.rack.chromium_opens())


def test_firefox_opens_every_recorder_and_no_forgery(stand: Stand) -> None:
    stand.agrees(stand.rack.firefox_opens())


def test_curl_opens_every_recorder_and_no_forgery(stand: Stand) -> None:
    stand.agrees(stand.rack.curl_opens())


def test_python_opens_every_limited_recorder_and_no_forgery(stand: Stand) -> None:
    """Before 3.13 Python takes no pin of a certificate that a CA issued."""
    partial = bool(ssl.create_default_context().verify_flags & ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN)
    stand.agrees(stand.rack.python_opens(), pins_too=partial)


def test_openssl_leaves_the_gap_that_the_docs_name_and_browsers_do_not(tmp_path: Path) -> None:
    """Odd common names without an alternative name: held to no limit. Once this fails, docs/trust.md can promise more."""
    authority = make_ca()
    device = make_device(authority)
    pair = limited(authority.certificate, device.certificate, decide(device.certificate, "127.0.0.1"))
    with new_rack(tmp_path) as rack:
        rack.trust(pair.alone, pinned=False)
        rack.show(make_device(authority, "127.0.0.1", common="*.bank.example"), "www.bank.example", pair.root, pair.clone)
        rack.show(make("www.bank.example.", authority, ca=False), "www.bank.example", pair.root, pair.clone)
        assert (rack.python_opens()[0], rack.curl_opens()[1]) == (True, True)
        assert rack.chromium_opens() == rack.firefox_opens() == [False, False]
