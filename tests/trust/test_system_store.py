"""Debian's system store for real: curl and Python in fresh processes, Java, and everything as it was afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from nvrflow import trust
from nvrflow.trust import Computer
from nvrflow.trust.stores.debian import DebianStore
from trust.conftest import Serving
from trust.making import Made, applied, make_ca, make_device, planned

pytestmark = [
    pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="the system store is root's"),
    pytest.mark.skipif(not Path("/etc/ca-certificates.conf").exists(), reason="no Debian with ca-certificates"),
]
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")


@pytest.fixture
def machine(home: Path, system_store_alone: None) -> Iterator[Computer]:
    """This computer with its real system store; whatever a test left is taken back.

    Of Java's list only our own entries are compared: the first --fresh on a computer may bring others up to date.
    """
    computer = Computer("linux", {"HOME": str(home), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}, admin=True)
    before = everything()
    yield computer
    problems = [removal.problem for removal in trust.remove(None, trust.ledger_of(computer), computer) if removal.problem]
    assert problems == []
    assert everything() == before


def everything() -> tuple[bytes, list[str], set[str]]:
    ours = {alias for alias in java_aliases() if "nvrflow" in alias}
    return BUNDLE.read_bytes(), sorted(path.name for path in Path("/etc/ssl/certs").iterdir()), ours


def java_aliases() -> set[str]:
    keystore = Path("/etc/ssl/certs/java/cacerts")
    if not keystore.exists() or not shutil.which("keytool"):
        return set()
    return listed(keystore, keystore.read_bytes())


@cache
def listed(keystore: Path, content: bytes) -> set[str]:
    """The aliases that keytool lists; it takes a second, and the same `content` is asked for before and after each test."""
    command = ["keytool", "-list", "-keystore", str(keystore), "-storepass", "changeit"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, stdin=subprocess.DEVNULL).stdout
    return {line.split(",")[0] for line in listing.splitlines() if "trustedCertEntry" in line}


def curl(url: str, bundle: Path | None = None) -> int:
    """curl's exit code; without a bundle it reads the system's own."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    other = ["--cacert", str(bundle)] if bundle else []
    command = [shutil.which("curl") or "curl", "--silent", "--output", "/dev/null", "--noproxy", "*", *other, url]
    return subprocess.run(command, env=environment, timeout=30, check=False).returncode


def python(url: str) -> str:
    code = "import sys, urllib.request as r\ntry: r.urlopen(sys.argv[1], timeout=10); print('ok')\nexcept OSError as e: print(e)"
    environment = {"PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", code, url]
    ended = subprocess.run(command, env=environment, timeout=30, check=False, capture_output=True, text=True)
    return ended.stdout.strip()


def trusted(device: Made, authority: Made | None, machine: Computer, kind: trust.Kind = "limited") -> trust.Plan:
    ca = authority.certificate if authority else None
    plan = planned(device.certificate, ca, device.certificate, "127.0.0.1", kind, ["debian-system"], computer=machine)
    applied(plan)
    return plan


@pytest.mark.parametrize("names_issuer", [pytest.param(False, marks=pytest.mark.slow), True])
def test_curl_and_python_open_the_recorder_and_refuse_other_names_of_its_ca_and_java_never_gets_it(
    serve: Serving, machine: Computer, names_issuer: bool
) -> None:
    authority = make_ca()
    device = make_device(authority, names_issuer=names_issuer)
    url, evil = serve(device), serve(make_device(authority, "127.0.0.2", names_issuer=names_issuer), host="127.0.0.2")
    assert curl(url) == 60
    before = java_aliases()
    plan = trusted(device, authority, machine)
    assert java_aliases() == before, "Java would not limit it"
    assert BUNDLE.stat().st_mode & 0o777 == 0o644, "everybody can read it"
    assert (curl(url), python(url)) == (0, "ok")
    assert curl(evil) == 60 and "permitted subtree violation" in python(evil)
    trust.remove("127.0.0.1", plan.ledger, machine)
    assert curl(url) == 60 and "CERTIFICATE_VERIFY_FAILED" in python(url)


@pytest.fixture
def small(tmp_path: Path, home: Path) -> Computer:
    """A Debian below tmp_path, whose update-ca-certificates only writes the bundle."""
    folder, bundle, tool = (tmp_path / one for one in ("usr/local/share/ca-certificates", "etc/ssl/certs", "bin"))
    for one in (folder, bundle, tool):
        one.mkdir(parents=True)
    (tmp_path / "etc/ca-certificates.conf").write_text("")
    (tool / "update-ca-certificates").write_text(f"#!/bin/sh\ncat {folder}/* > {bundle}/ca-certificates.crt\n")
    (tool / "update-ca-certificates").chmod(0o755)
    return Computer("linux", {"HOME": str(home), "PATH": f"{tool}:/usr/bin:/bin"}, root=tmp_path, admin=True)


def test_a_second_recorder_of_one_ca_is_left_out_because_curl_looks_at_one_certificate_only(
    serve: Serving, small: Computer
) -> None:
    authority = make_ca()
    device, other = make_device(authority), make_device(authority, "127.0.0.2")
    bundle = small.under("/etc/ssl/certs/ca-certificates.crt")
    urls = serve(device), serve(other, host="127.0.0.2")
    trusted(device, authority, small)
    both = bundle.with_name("both.crt")
    anchors = plan_for_other(other, authority, Computer("linux", small.environment, root=small.root / "other")).material.anchors
    both.write_text(bundle.read_text() + anchors.root.pem + anchors.clone.pem)
    assert [curl(url, bundle) for url in urls] == [0, 60]
    assert sorted(curl(url, both) for url in urls) == [0, 60], "another anchor beside the first has no effect"
    for kind in ("limited", "pin"):
        plan = plan_for_other(other, authority, small, kind)
        (left_out,) = plan.skipped
        assert (plan.items, left_out.code) == ((), "one-of-a-ca") and "--cacert" in left_out.advice


def plan_for_other(device: Made, authority: Made, computer: Computer, kind: trust.Kind = "limited") -> trust.Plan:
    return planned(device.certificate, authority.certificate, None, "127.0.0.2", kind, ["debian-system"], computer=computer)


def test_where_a_recorders_address_changes_its_own_earlier_anchor_is_replaced(serve: Serving, small: Computer) -> None:
    authority = make_ca()
    trusted(make_device(authority, "127.0.0.1", "127.0.0.9"), authority, small)
    renewed = make_device(authority)
    ledger = trusted(renewed, authority, small).ledger
    assert (curl(serve(renewed), small.under("/etc/ssl/certs/ca-certificates.crt")), len(ledger.entries())) == (0, 2)


def test_a_self_signed_certificate_alone_is_enough_for_curl_and_python(serve: Serving, machine: Computer) -> None:
    device = make_device(None)
    trusted(device, None, machine)
    url = serve(device)
    assert (curl(url), python(url)) == (0, "ok")


def test_a_self_signed_ca_is_not_made_a_ca_of_the_whole_system(machine: Computer) -> None:
    device = make_device(None, ca=True)
    plan = planned(device.certificate, None, device.certificate, "127.0.0.1", stores=["debian-system"], computer=machine)
    assert plan.items == () and "--trust ca" in str(plan.skipped[0])


def test_full_trust_opens_curl_and_python(serve: Serving, machine: Computer) -> None:
    authority = make_ca()
    device = make_device(authority)
    trusted(device, authority, machine, "ca")
    url = serve(device)
    assert (curl(url), python(url)) == (0, "ok")


def test_a_certificate_that_the_administrator_put_there_stays(machine: Computer) -> None:
    authority = make_ca()
    own = Path("/usr/local/share/ca-certificates/nvrflow-test-own certificate [1].crt")
    own.write_text(authority.certificate.pem.replace("\n", "\r\n"))
    try:
        plan = trusted(make_device(authority), authority, machine, "ca")
        assert plan.items[0].present
        trust.remove(None, plan.ledger, machine)
        assert own.exists()
    finally:
        own.unlink()
        subprocess.run(["update-ca-certificates", "--fresh"], check=True, capture_output=True, timeout=120)


def test_a_user_without_rights_gets_the_exact_commands_instead(home: Path) -> None:
    user = Computer("linux", {"HOME": str(home), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}, admin=False)
    device = make_device(None)
    plan = planned(device.certificate, None, device.certificate, "127.0.0.1", stores=["debian-system"], computer=user)
    assert plan.items == ()
    assert any(line.endswith("/update-ca-certificates") for line in plan.by_hand[0].commands)
    assert DebianStore(user).holds(device.certificate) is None
