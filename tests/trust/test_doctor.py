"""What doctor finds about trust, on homes prepared to lack it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nvrflow.problem import Problem
from nvrflow.trust import Computer
from nvrflow.trust.surroundings import examine
from trust.making import DAY, TODAY, applied, make_device, planned


def about(findings: list[Problem], what: str) -> list[Problem]:
    return [one for one in findings if what in one.where and one.level != "note"]


def test_every_store_is_listed_with_what_lacks_and_what_mends_it(home: Path) -> None:
    bare = Computer("linux", {"HOME": str(home), "PATH": "/nonexistent"}, root=home)
    findings = {one.where: one for one in examine(bare)}
    assert findings["store debian-system"].code == "store-unusable" and findings["store debian-system"].advice
    assert "store chromium-nss" in findings


def test_a_legacy_folder_that_hides_the_users_database_is_found(computer: Computer) -> None:
    (computer.home / ".local/share/pki/nssdb").mkdir(parents=True)
    (computer.home / ".local/share/pki/nssdb/cert9.db").write_bytes(b"")
    assert about(examine(computer), "nssdb") == []
    (computer.home / ".pki/nssdb").mkdir(parents=True)
    (found,) = about(examine(computer), "nssdb")
    assert found.advice.startswith("if ") and "mv " in found.advice


def test_imports_switched_off_in_a_profile_are_found(computer: Computer) -> None:
    profile = computer.home / ".config/chromium/Default"
    profile.mkdir(parents=True)
    (profile / "Preferences").write_text(json.dumps({"certificates": {"ca_platform_integration_enabled": False}}))
    (found,) = about(examine(computer), "profile Default")
    assert "is off" in found.sentence


def test_a_policy_that_switches_imports_off_is_found(computer: Computer, tmp_path: Path) -> None:
    folder = tmp_path / "etc/chromium/policies/managed"
    folder.mkdir(parents=True)
    (folder / "x.json").write_text(json.dumps({"CAPlatformIntegrationEnabled": False}))
    elsewhere = Computer("linux", computer.environment, root=tmp_path)
    (found,) = about(examine(elsewhere), "policy")
    assert "CAPlatformIntegrationEnabled is false" in found.sentence


def test_variables_that_override_the_system_store_are_found(computer: Computer) -> None:
    changed = Computer("linux", {**computer.environment, "SSL_CERT_FILE": "/x.pem", "NODE_EXTRA_CA_CERTS": "/y.pem"})
    (found,) = about(examine(changed), "variable")
    assert found.code == "store-overridden" and found.advice == "unset SSL_CERT_FILE"
    assert "which does not exist" in found.sentence


@pytest.mark.parametrize("how", ["itself", "link", "copy", "folder", "other"])
def test_a_variable_that_leads_to_the_systems_own_store_is_no_problem(computer: Computer, tmp_path: Path, how: str) -> None:
    own = tmp_path / "root/etc/ssl/certs/ca-certificates.crt"
    own.parent.mkdir(parents=True)
    own.write_text("all that the system trusts")
    elsewhere = tmp_path / "elsewhere.pem"
    if how == "link":
        elsewhere.symlink_to(own)
    elif how != "itself":
        elsewhere.write_text(own.read_text() if how == "copy" else "something else")
    value = {"itself": own, "folder": own.parent}.get(how, elsewhere)
    name = "SSL_CERT_DIR" if how == "folder" else "SSL_CERT_FILE"
    there = Computer("linux", {**computer.environment, name: str(value)}, root=tmp_path / "root")
    assert [one.code for one in about(examine(there), "variable")] == (["store-overridden"] if how == "other" else [])


def test_a_clock_that_differs_from_the_recorders_is_found(computer: Computer) -> None:
    (found,) = about(examine(computer, recorder_clock=datetime.now(UTC) - timedelta(days=3)), "clock")
    assert "NTP" in found.advice
    assert about(examine(computer, recorder_clock=datetime.now(UTC)), "clock") == []


def test_trust_that_ends_soon_is_found(computer: Computer) -> None:
    device = make_device(None, ends=TODAY + 5 * DAY)
    plan = planned(device.certificate, None, device.certificate, "127.0.0.1", stores=["chromium-nss"], computer=computer)
    applied(plan)
    assert len(about(examine(computer, plan.ledger), "recorder 127.0.0.1")) == 1


@pytest.mark.parametrize(
    ("ports", "address"),
    [
        ((), "http://192.0.2.7"),
        ((80, 443), "http://192.0.2.7"),
        ((80, 8443), "http://192.0.2.7"),
        ((8080, 443), "http://192.0.2.7:8080"),
        ((8080, 8443), "http://192.0.2.7:8080"),
        ((8443,), "https://192.0.2.7:8443"),
    ],
)
def test_what_is_to_be_typed_has_the_port_of_the_recorder(computer: Computer, ports: tuple[int, ...], address: str) -> None:
    device = make_device(None, names=("192.0.2.7",), ends=TODAY + 5 * DAY)
    plan = planned(device.certificate, None, None, "192.0.2.7", stores=["chromium-nss"], computer=computer, ports=ports)
    applied(plan)
    (found,) = about(examine(computer, plan.ledger), "recorder 192.0.2.7")
    assert found.advice.endswith(f"nvrflow secure {address}")
