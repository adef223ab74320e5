"""Filling in the scripts and the README of a bundle, so that no text from a certificate can become code."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from nvrflow.certificate import Certificate
from nvrflow.command import for_powershell
from nvrflow.report import nvrflow_version
from nvrflow.trust.judgement import Judgement
from nvrflow.trust.stores import Family, Use, short
from nvrflow.trust.stores.nss_store import nss_flags

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Part:
    """One certificate in the form that one system needs; `file` is its path in the folder."""

    certificate: Certificate
    use: Use
    file: str
    family: Family

    @property
    def flags(self) -> str:
        """The trust flags in this browser's NSS database; empty for other systems."""
        return nss_flags(self.family, self.use)

    @property
    def short(self) -> str:
        """The first 16 hex digits of the SHA-256."""
        return short(self.certificate)

    @property
    def sha256(self) -> str:
        """The fingerprint in hex without colons."""
        return self.certificate.sha256.replace(":", "")

    @property
    def sha1(self) -> str:
        """The fingerprint in hex without colons."""
        return self.certificate.sha1.replace(":", "")

    @property
    def windows(self) -> str:
        """The store within Windows'."""
        return "CA" if self.use == "intermediate" else "Root"

    @property
    def file_windows(self) -> str:
        """The file with Windows' separator."""
        return self.file.replace("/", "\\")

    @property
    def macos(self) -> str:
        """How macOS should trust it."""
        if self.use == "intermediate":
            return "link"
        return "trustRoot" if self.certificate.self_signed else "trustAsRoot"


@dataclass
class Contents:
    """The content of the folder, by path."""

    files: dict[str, bytes] = field(default_factory=dict)
    parts: dict[Family, list[Part]] = field(default_factory=dict)
    skipped: dict[Family, list[str]] = field(default_factory=dict)


def scripts(install: bool, values: dict[str, Any]) -> dict[str, str]:
    """Render the install or the uninstall scripts for all systems; the keys are file names."""
    word = "install" if install else "uninstall"
    found = {}
    for template, name in (("linux.sh", f"{word}-linux.sh"), ("macos.command", f"{word}-macos.command")):
        found[name] = rendered(template, {**values, "install": install, "script": name})
    script, caller = f"{word}-windows.ps1", f"{word}-windows.cmd"
    inner = {**values, "install": install, "script": script, "script_cmd": caller}
    found[script] = rendered("windows.ps1", inner).replace("\n", "\r\n")
    found[caller] = rendered("windows.cmd", inner).replace("\n", "\r\n")
    return found


def rendered(template: str, values: dict[str, Any]) -> str:
    """Render one template with these values."""
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    return environment.from_string((_TEMPLATES / template).read_text(encoding="utf-8")).render(values)


def values_for(found: Judgement, url: str, contents: Contents, remarks: Iterable[str]) -> dict[str, Any]:
    """The values for the templates. Text from certificates is reduced to safe letters and quoted for its shell."""
    texts = {"host": found.request.host, "url": url, "fingerprint": found.fingerprint, "reach": found.reach}
    texts["fingerprint_1"], texts["fingerprint_2"] = found.fingerprint[:48], found.fingerprint[48:]  # half of it fits a line
    texts["id"] = hashlib.sha256(f"{url} {found.kind} {found.fingerprint}".encode()).hexdigest()[:12]
    safe = {name: _safe(text) for name, text in texts.items()}
    return {
        **{name: shlex.quote(text) for name, text in safe.items()},
        **{f"{name}_ps": for_powershell(text) for name, text in safe.items()},
        **{f"{name}_plain": text for name, text in safe.items()},
        "title": f"Trust for the recorder at {safe['url']}",
        "version": nvrflow_version(),
        "made": f"{datetime.now(UTC):%Y-%m-%d}",
        "source_name": _safe(found.source.name),
        **{str(family): parts for family, parts in contents.parts.items()},
        "skipped_linux": [
            shlex.quote(_safe(one)) for name in ("chromium", "firefox", "openssl") for one in _said(contents, name)
        ],
        "skipped_macos": [shlex.quote(_safe(one)) for one in _said(contents, "macos")],
        "skipped_windows_ps": [for_powershell(_safe(one)) for one in _said(contents, "windows")],
        "listing": _listing(contents),
        "remarks": [_safe(one) for one in remarks],
    }


def _said(contents: Contents, family: Any) -> list[str]:
    return contents.skipped[family]


def _listing(contents: Contents) -> list[str]:
    lines = []
    seen = set()
    for parts in contents.parts.values():
        for part in parts:
            if part.file not in seen:
                seen.add(part.file)
                lines += [part.file, f"    {_safe(part.certificate.subject)}", f"    SHA-256 {part.certificate.sha256}"]
                lines.append(f"    SHA-1   {part.certificate.sha1}")
    lines.append("recorder/  the recorder's own files as downloaded, for comparison; the scripts do not install these files")
    return lines


def _safe(text: str) -> str:
    """Replace every letter that could have a special meaning for a shell, console or editor."""
    return re.sub(r"[^A-Za-z0-9 .,:;_*()/=+@'-]", "?", text)
