"""Windows, macOS, Fedora, Arch and openSUSE: their commands equal recorded ones, on every system.

Set NVRFLOW_RECORD=1 to write the recordings anew after a change that was meant.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from nvrflow import trust
from nvrflow.certificate import Certificate, read_certificate_file
from nvrflow.trust import Computer, Plan
from trust.making import planned

GOLDEN = Path(__file__).parent / "golden"
WINDOWS = {"USERPROFILE": "C:\\Users\\Ana", "LOCALAPPDATA": "C:\\Users\\Ana\\AppData\\Local", "SystemRoot": "C:\\Windows"}
SITUATIONS = {"issued": ("device", "ca"), "self-signed": ("self-signed", None), "self-signed-ca": ("self-signed-ca", None)}


def certificate(name: str) -> Certificate:
    return read_certificate_file(GOLDEN / f"{name}.crt.txt")[0]


def plan_on(computer: Computer, situation: str, kind: trust.Kind, scope: str) -> Plan:
    device, authority = SITUATIONS[situation]
    return planned(
        certificate(device), certificate(authority) if authority else None, certificate(device), "192.0.2.10", kind,
        scope=scope, computer=computer,
    )  # fmt: skip


def described(plan: Plan) -> str:
    """All that a plan says, with what is new each time (keys of limited anchors) made the same."""
    lines = [f"refused: {plan.refusal}"] if plan.refusal else []
    lines += [f"warning: {one}" for one in plan.warnings]
    for name, items in (("store", plan.items), ("by hand", plan.by_hand)):
        for item in items:
            lines += ["", f"{name}: {item.store.name} ({item.store.place})", f"why: {item.why}", *item.commands, "and back:"]
            from nvrflow.trust.actions import shown

            label = item.store.label(item.certificate, item.use, plan.host)
            back = item.store.remove(item.certificate, label)
            lines += [shown(action, powershell=item.store.family == "windows") for action in back]
    lines += ["", *(f"skipped: {one}" for one in plan.skipped)]
    text = "\n".join(lines).strip() + "\n"
    if plan.material.situation == "issued" and plan.kind == "limited" and not plan.refusal:
        pair = plan.material.anchors
        for name, one in (("ROOT", pair.root), ("CLONE", pair.clone), ("ALONE", pair.alone)):
            digest = one.sha256.replace(":", "").lower()[:16]
            text = text.replace(digest, f"{name}-SHA256").replace(one.sha1.replace(":", ""), f"{name}-SHA1")
            text = text.replace(one.pem.strip(), f"{name}-PEM")
            text = re.sub(r"FromBase64String\('[^']+'\)", "FromBase64String('…')", text)
    return text


def compare(name: str, text: str) -> None:
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("NVRFLOW_RECORD"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("scope", ["user", "machine"])
@pytest.mark.parametrize("kind", trust.KINDS)
@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("system", ["windows", "macos"])
def test_windows_and_macos_commands(system: str, situation: str, kind: trust.Kind, scope: str) -> None:
    environment = WINDOWS if system == "windows" else {"HOME": "/Users/ana"}
    computer = Computer(system, environment, admin=scope == "machine")  # type: ignore[arg-type]
    compare(f"{system}-{situation}-{kind}-{scope}", described(plan_on(computer, situation, kind, scope)))


@pytest.mark.parametrize(
    ("system", "folder", "tool"),
    [
        ("fedora", "etc/pki/ca-trust/source/anchors", "update-ca-trust"),
        ("arch", "etc/ca-certificates/trust-source/anchors", "trust"),
        ("suse", "etc/pki/trust/anchors", "update-ca-certificates"),
    ],
)
def test_commands_of_other_linux_distributions(tmp_path: Path, system: str, folder: str, tool: str) -> None:
    computer = Computer("linux", {"HOME": str(tmp_path), "PATH": str(tmp_path / "bin")}, root=tmp_path, admin=False)
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / tool).touch(mode=0o755)
    if system == "suse":
        (tmp_path / "usr/share/pki/trust").mkdir(parents=True)
    plan = planned(
        certificate("device"),
        certificate("ca"),
        certificate("device"),
        "192.0.2.10",
        stores=[f"{system}-system"],
        computer=computer,
    )
    text = re.sub(rf"\S+/{tool}", tool, described(plan).replace(str(tmp_path), ""))
    compare(f"{system}-limited", text)


def test_root_of_windows_never_takes_the_device_certificate_of_a_ca(tmp_path: Path) -> None:
    plan = plan_on(Computer("windows", WINDOWS), "issued", "limited", "user")
    assert certificate("device").der not in [item.certificate.der for item in plan.items]


def test_windows_certutil_is_called_by_its_own_path_and_not_nsss() -> None:
    plan = plan_on(Computer("windows", WINDOWS), "issued", "ca", "user")
    calls = [line for line in plan.shown if "certutil" in line]
    assert calls and all("'C:\\Windows\\System32\\certutil.exe'" in line for line in calls)
