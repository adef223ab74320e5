"""Machine-wide policies for real: Chromium's with constraints, Firefox's with its copy in the profile taken out again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nvrflow import trust
from nvrflow.errors import CertificateRefused
from nvrflow.trust import Computer
from nvrflow.trust.store_findings import CHROMIUM_TRIES
from nvrflow.trust.stores.chrome_policy import ChromePolicy
from trust.conftest import Serving
from trust.making import Made, applied, make_ca, make_device, planned
from trust.marionette import FIREFOX, new_profile
from trust.marionette import verdict as firefox_verdict
from trust.test_chromium import CHROMIUM
from trust.test_chromium import verdict as chromium_verdict

as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="policies are root's")
MANAGED = Path("/etc/chromium/policies/managed")
FIREFOX_POLICIES = Path("/etc/firefox/policies")


@pytest.fixture
def machine(home: Path, system_store_alone: None) -> Iterator[Computer]:
    """This computer; folders that a test made are gone afterwards, unless somebody else has put something into them."""
    computer = Computer("linux", {"HOME": str(home), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}, admin=True)
    made = [
        folder
        for folder in (MANAGED, MANAGED.parent, FIREFOX_POLICIES, FIREFOX_POLICIES.parent, MANAGED.parent.parent)
        if not folder.exists()
    ]
    yield computer
    assert [one.problem for one in trust.remove(None, trust.ledger_of(computer), computer) if one.problem] == []
    for folder in made:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def make_own_ca() -> Made:
    """A CA whose name no other test uses: the browsers of tests in other processes read these policies, too."""
    return make_ca("CA of the policies")


def trust_limited(device: Made, authority: Made, machine: Computer) -> None:
    """Put a limited anchor for one recorder into Chromium's policy."""
    host = device.certificate.san[0].removeprefix("IP:")
    applied(planned(device.certificate, authority.certificate, None, host, stores=["policy-chromium"], computer=machine))


@as_root
@pytest.mark.skipif(CHROMIUM != "/usr/bin/chromium", reason="no Debian Chromium on this computer")
def test_chromiums_policy_opens_each_recorder_and_nothing_else_of_their_ca(serve: Serving, machine: Computer) -> None:
    authority = make_own_ca()
    hosts = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
    devices = [make_device(authority, host) for host in hosts]
    urls = [serve(device, host=host) for device, host in zip(devices, hosts, strict=True)]
    for device in devices[:2]:
        trust_limited(device, authority, machine)
    assert [chromium_verdict(url, machine.home) for url in urls] == ["ok", "ok", "ERR_CERT_INVALID"]
    trust.remove("127.0.0.1", trust.ledger_of(machine), machine)
    assert [chromium_verdict(url, machine.home) for url in urls[:2]] == ["ERR_CERT_INVALID", "ok"]
    trust.remove("127.0.0.2", trust.ledger_of(machine), machine)
    assert not list(MANAGED.glob("nvrflow*"))


@as_root
@pytest.mark.skipif(CHROMIUM != "/usr/bin/chromium", reason="no Debian Chromium on this computer")
def test_chromiums_policy_opens_a_name_and_nothing_below_it_and_no_address(serve: Serving, machine: Computer) -> None:
    authority = make_own_ca()
    device, below, address = (make_device(authority, name) for name in ("localhost", "sub.localhost", "127.0.0.1"))
    plan = planned(device.certificate, authority.certificate, None, "localhost", stores=["policy-chromium"], computer=machine)
    applied(plan)
    urls = [
        serve(device).replace("127.0.0.1", "localhost"),
        serve(below).replace("127.0.0.1", "sub.localhost"),
        serve(address),
    ]
    assert [chromium_verdict(url, machine.home) for url in urls] == ["ok", "ERR_CERT_INVALID", "ERR_CERT_INVALID"]


@pytest.mark.browser
@as_root
@pytest.mark.skipif(FIREFOX is None, reason="no Firefox on this computer")
def test_firefoxs_policy_is_taken_back_with_the_copy_in_the_profile(serve: Serving, machine: Computer) -> None:
    profile = new_profile(machine.home)
    authority = make_own_ca()
    device = make_device(authority)
    url, evil = serve(device), serve(make_device(authority, "127.0.0.2"), host="127.0.0.2")
    plan = planned(
        device.certificate, authority.certificate, device.certificate, "127.0.0.1", stores=["policy-firefox"], computer=machine
    )
    applied(plan)
    assert firefox_verdict(url, machine.home, profile) == "ok"
    assert firefox_verdict(evil, machine.home, profile) == "SEC_ERROR_CERT_NOT_IN_NAME_SPACE"
    removals = trust.remove("127.0.0.1", plan.ledger, machine)
    own = [(one.store, one.outcome) for one in removals if one.outcome != "others"]  # what other users of the computer have
    assert own == [("policy-firefox", "taken-back")], removals
    assert firefox_verdict(url, machine.home, profile) == "SEC_ERROR_UNKNOWN_ISSUER"


def rooted(tmp_path: Path) -> Computer:
    """A computer whose system folders are below tmp_path."""
    (tmp_path / "etc/firefox/policies").mkdir(parents=True)
    return Computer("linux", {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, root=tmp_path, admin=True)


def test_others_keys_in_firefoxs_policy_stay(tmp_path: Path) -> None:
    machine = rooted(tmp_path)
    file = tmp_path / "etc/firefox/policies/policies.json"
    theirs = {
        "policies": {"DisableTelemetry": True, "Certificates": {"ImportEnterpriseRoots": True, "Install": ["/etc/own.pem"]}}
    }
    file.write_text(json.dumps(theirs))
    authority = make_ca("x")
    device = make_device(authority)
    plan = planned(
        device.certificate, authority.certificate, device.certificate, "127.0.0.1", stores=["policy-firefox"], computer=machine
    )
    applied(plan)
    assert len(json.loads(file.read_text())["policies"]["Certificates"]["Install"]) == 2
    trust.remove(None, plan.ledger, machine)
    assert json.loads(file.read_text()) == theirs


@as_root
@pytest.mark.skipif(CHROMIUM != "/usr/bin/chromium", reason="no Debian Chromium on this computer")
def test_chromium_tries_twenty_anchors_of_a_ca_and_for_a_further_recorder_the_import_is_refused(
    serve: Serving, machine: Computer
) -> None:
    authority = make_own_ca()
    for number in range(1, CHROMIUM_TRIES + 1):
        trust_limited(make_device(authority, f"127.0.0.{number}"), authority, machine)
    hosts = [f"127.0.0.{CHROMIUM_TRIES + more}" for more in (0, 1)]
    last, further = (make_device(authority, host) for host in hosts)
    urls = [serve(one, host=host) for one, host in zip((last, further), hosts, strict=True)]
    assert [chromium_verdict(url, machine.home) for url in urls] == ["ok", "ERR_CERT_INVALID"]
    with pytest.raises(CertificateRefused, match="for 20 other recorders of the CA 'CA of the policies' are there already"):
        trust_limited(further, authority, machine)
    (policy,) = MANAGED.glob("nvrflow*")
    entries = json.loads(policy.read_text())["CACertificatesWithConstraints"]
    assert len(entries) == CHROMIUM_TRIES
    pin = planned(
        further.certificate, authority.certificate, None, hosts[1], "pin", stores=["chromium-nss"], computer=machine
    )  # fmt: skip
    applied(pin)
    assert chromium_verdict(urls[1], machine.home) == "ok"


def test_two_administrators_at_once_both_keep_their_recorders(tmp_path: Path) -> None:
    """Each has a ledger of their own, and both write the computer's one policy file."""
    authority = make_ca()
    rooted(tmp_path)

    def administers(name: str) -> list[str]:
        (tmp_path / name).mkdir()
        own = Computer("linux", {"HOME": str(tmp_path / name), "PATH": "/usr/bin:/bin"}, root=tmp_path, admin=True)
        for number in range(1, 9):
            device, host = make_device(authority, f"{name}{number}.local"), f"{name}{number}.local"
            applied(planned(device.certificate, authority.certificate, None, host, stores=["policy-chromium"], computer=own))
        assert [one.problem for one in trust.remove(f"{name}1.local", trust.ledger_of(own), own)] == [""]
        return [f"{name}{number}.local" for number in range(2, 9)]

    (tmp_path / "etc/chromium/policies/managed").mkdir(parents=True)
    with ThreadPoolExecutor(2) as both:
        left = [host for hosts in both.map(administers, ("one", "other")) for host in hosts]
    (file,) = (tmp_path / "etc/chromium/policies/managed").iterdir()
    entries = json.loads(file.read_text())["CACertificatesWithConstraints"]
    assert sorted(name for one in entries for name in one["constraints"]["permitted_dns_names"]) == sorted(left)


def test_a_policy_file_of_somebody_else_is_respected(tmp_path: Path) -> None:
    folder = tmp_path / "managed"
    folder.mkdir()
    (folder / "company.json").write_text(json.dumps({"CACertificates": ["AAAA"]}))
    state = ChromePolicy(rooted(tmp_path), "policy-chromium", str(folder), "Chromium").state()
    assert not state.usable and "company.json" in state.why


def test_both_kinds_of_limit_are_always_given_because_a_missing_one_means_any(tmp_path: Path) -> None:
    machine = rooted(tmp_path)
    store = ChromePolicy(machine, "policy-chromium", str(tmp_path / "managed"), "Chromium")
    authority = make_ca()
    plan = planned(
        make_device(authority).certificate, authority.certificate, None, "127.0.0.1", stores=["policy-firefox"], computer=machine
    )
    write = store.add(plan.material.anchors.alone, "authority", "127.0.0.1")[-1]
    (entry,) = json.loads(write.data)["CACertificatesWithConstraints"]  # type: ignore[union-attr]
    assert entry["constraints"] == {"permitted_cidrs": ["127.0.0.1/32"], "permitted_dns_names": ["127.0.0.1"]}
