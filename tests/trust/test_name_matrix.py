"""Generated certificates: what would go into a store never permits an excluded name, and OpenSSL and NSS accept the recorder."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nvrflow.certificate import Certificate
from nvrflow.trust.anchor import limited
from nvrflow.trust.names import decide
from trust.making import Made, make_ca, make_device

pytestmark = pytest.mark.skipif(shutil.which("vfychain") is None, reason="NSS's tools (libnss3-tools) are not installed")

HOSTS = ("127.0.0.1", "nvr.local", "nvr.example.com", "nvr")
LOCAL = (
    "192.168.1.9", "10.0.0.1", "fd00::1", "fe80::1", "recorder", "nvr_4216",
    "front.nvr.lan", "NVR.LAN", "*.cam.local", "xn--nvr-6na.local",
)  # fmt: skip
PUBLIC = ("8.8.8.8", "2001:4860:4860::8888", "www.example.net", "*.example.org", "www.bank.example")
ODD = (
    "DNS:",
    "DNS: ",
    "DNS:NVR 4216",
    "DNS:fox.local.",
    "DNS:*.127.0.0.1",
    "DNS:192.168.1.108",
    "DNS:-nvr",
    "DNS:nvr/1",
    "DNS:a:b",
)
WIDE = ("com", "*.com", "DNS:.com", "DNS:*", "co.uk", "*.local", "github.io")
COMMON = ("NVR 4216", "nvr", "nvr.lan", "192.168.1.108", "www.bank.example")


@dataclass(frozen=True)
class Case:
    """One recorder: how it is opened, the names of its certificate, and whether the person says that public ones are its own."""

    host: str
    further: tuple[str, ...]
    common: str
    said: bool

    @property
    def names(self) -> tuple[str, ...]:
        return (self.host, *self.further)

    @property
    def right(self) -> Literal["limited", "pin", "refused"]:
        """The right decision, by the lists above."""
        common = set() if _has_dns(self.names) else {self.common}
        public = {*self.further, *common} & set(PUBLIC)
        if set(self.further) & set(WIDE) or (public and not self.said):
            return "refused"
        return "pin" if set(self.further) & set(ODD) else "limited"

    @property
    def forged(self) -> list[str]:
        """Names that nobody agreed to: strangers, neighbours, and what is below the recorder's own name."""
        below = [f"sub.{self.host}", f"x{self.host}"] if self.host.startswith("nvr") else []
        own = {*self.names, self.common}
        strangers = ["www.bank.example", "bank.example", "127.0.0.77", "8.8.4.4", "www.example.org", "neighbour.local", "fd00::2"]
        covered = {"www.example.org"} if "*.example.org" in own else set()
        return [one for one in (*strangers, *below) if one not in own | covered]


def _has_dns(names: tuple[str, ...]) -> bool:
    addresses = {"127.0.0.1", *(one for one in (*LOCAL, *PUBLIC) if one[0].isdigit() or "::" in one)}
    return not set(names) <= addresses


CASES = st.builds(
    Case,
    st.sampled_from(HOSTS),
    st.lists(
        st.one_of(*(st.sampled_from(pool) for pool in (LOCAL, LOCAL, LOCAL, PUBLIC, ODD, WIDE))), max_size=3, unique=True
    ).map(tuple),
    st.sampled_from(COMMON),
    st.booleans(),
)


@dataclass(frozen=True)
class Judges:
    """OpenSSL (through Python's ssl, without a socket) and NSS (vfychain), each with nothing in its store but what is given."""

    folder: Path

    def openssl(self, server: Made, host: str, trusted: tuple[Certificate, ...], partial: bool = False) -> bool:
        file = self.folder / "server.pem"
        file.write_text(server.key_pem + server.certificate.pem)
        shows = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        shows.load_cert_chain(file)
        opens = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        opens.load_verify_locations(cadata="".join(one.pem for one in trusted))
        if partial:  # curl always does it, Python from 3.13 on
            opens.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
        ends = [opens.wrap_bio(down, up, server_hostname=host), shows.wrap_bio(up, down, server_side=True)]
        for _ in range(4):
            for end in ends:
                try:
                    end.do_handshake()
                except ssl.SSLWantReadError:
                    continue
                except ssl.SSLCertVerificationError:
                    return False
        return ends[0].version() is not None

    def nss(self, server: Made, trusted: Certificate, flags: str, nickname: str) -> bool:
        database, file = f"sql:{self.folder}", self.folder / "one.der"
        file.write_bytes(trusted.der)
        _run("certutil", "-A", "-d", database, "-n", nickname, "-t", flags, "-i", str(file))
        file.write_bytes(server.certificate.der)
        return _run("vfychain", "-d", database, "-u", "1", str(file)).returncode == 0


def _run(*command: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)


@pytest.fixture(scope="module")
def judges(tmp_path_factory: pytest.TempPathFactory) -> Judges:
    folder = tmp_path_factory.mktemp("judges")
    _run("certutil", "-N", "--empty-password", "-d", f"sql:{folder}")
    return Judges(folder)


def test_no_generated_certificate_permits_more_than_the_rules_and_each_import_opens(judges: Judges) -> None:
    seen: dict[Case, str] = {}

    @settings(max_examples=140, derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(CASES)
    def every(case: Case) -> None:
        if case not in seen:
            seen[case] = _hold(case, judges, len(seen))

    every()
    counted = Counter(seen.values())
    assert len(seen) >= 100 and min(counted[kind] for kind in ("limited", "pin", "refused")) >= 15, counted


def _hold(case: Case, judges: Judges, number: int) -> str:
    authority = make_ca(f"Recorder CA {number}")
    device = make_device(authority, *case.names, common=case.common)
    names = decide(device.certificate, case.host, PUBLIC if case.said else ())
    assert names.kind == case.right, (case, names)
    if names.kind == "refused":
        assert not names.addresses and not names.names and any(one.fatal and one.advice for one in names.problems)
    elif names.kind == "pin":
        _hold_pin(case, judges, authority, device, number)
    else:
        pair = limited(authority.certificate, device.certificate, names)
        trusted = (pair.root, pair.clone)
        assert judges.openssl(device, case.host, trusted), (case, "OpenSSL refuses the recorder")
        assert judges.nss(device, pair.alone, "C,,", f"anchor {number}"), (case, "NSS refuses the recorder")
        assert {one.lower() for one in case.further} <= set(names.further), (case, names.further)
        for name in case.forged:
            forged = make_device(authority, name, common="forged")
            assert not judges.openssl(forged, name, trusted), (case, name)
        forged = make_device(authority, "127.0.0.77", common="forged")
        assert not judges.nss(forged, pair.alone, "C,,", f"anchor {number}"), (case, "NSS takes the forgery")
    return names.kind


def _hold_pin(case: Case, judges: Judges, authority: Made, device: Made, number: int) -> None:
    trusted = (device.certificate,)
    assert judges.openssl(device, case.host, trusted, partial=True), (case, "OpenSSL refuses the recorder")
    assert judges.nss(device, device.certificate, "P,,", f"pin {number}"), (case, "NSS refuses the recorder")
    for name in ("www.bank.example", case.host):
        assert not judges.openssl(make_device(authority, name), name, trusted, partial=True), (case, name)
    for name in ("www.bank.com", "www.bank.co.uk", "bank.com", "com"):
        assert not judges.openssl(device, name, trusted, partial=True), (case, f"the recorder's own key opens {name}")
