"""Making the thumb-drive folder: what each system needs, the scripts for it, their undoing, a README, checksums."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from nvrflow.certificate import Certificate
from nvrflow.errors import CertificateRefused, InvalidFile, WrongCall
from nvrflow.report import nvrflow_version
from nvrflow.trust import Computer, Kind, Ledger, Plan, plan, sort_out
from nvrflow.trust.choosing import choose
from nvrflow.trust.stores import Family, Use, plain, short

_TEMPLATES = Path(__file__).parent / "templates"
_FAMILIES: tuple[Family, ...] = ("chromium", "firefox", "openssl", "windows", "macos")
_MANIFEST = "bundle.json"
_NSS = {"chromium": {"authority": "C,,", "leaf": "P,,"}, "firefox": {"authority": "C,,", "leaf": "C,,"}}


@dataclass(frozen=True)
class Part:
    """One certificate as one system wants it; `file` is its path in the folder."""

    certificate: Certificate
    use: Use
    file: str
    flags: str = ""

    @property
    def short(self) -> str:
        """The first 16 hex digits of the SHA-256."""
        return short(self.certificate)

    @property
    def sha256(self) -> str:
        """In hex without colons."""
        return self.certificate.sha256.replace(":", "")

    @property
    def sha1(self) -> str:
        """In hex without colons."""
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
        """How macOS is to trust it."""
        if self.use == "intermediate":
            return "link"
        return "trustRoot" if self.certificate.self_signed else "trustAsRoot"


@dataclass(frozen=True)
class Bundle:
    """The folder that was made. `already`: it was there for the same recorder and stays as it is."""

    folder: Path
    host: str
    fingerprint: str
    files: tuple[Path, ...]
    warnings: tuple[str, ...] = ()
    already: bool = False


@dataclass
class _Contents:
    """What will be in the folder, by path."""

    files: dict[str, bytes] = field(default_factory=dict)
    parts: dict[Family, list[Part]] = field(default_factory=dict)
    skipped: dict[Family, list[str]] = field(default_factory=dict)


def make_bundle(
    certificates: Sequence[Certificate],
    out: Path,
    host: str | None = None,
    kind: Kind = "limited",
    *,
    computer: Computer | None = None,
    now: datetime | None = None,
) -> Bundle:
    """Write the folder `out` for the recorder whose files these are; `host` as people open it (None: its first name).

    Raises CertificateRefused when the certificates must not be trusted, WrongCall when `out` holds something else.
    """
    sorted_out = sort_out(certificates)
    device = sorted_out.device
    if device is None:
        raise CertificateRefused("the files: the recorder's own certificate is not among them; it is needed for its names")
    names = (*device.ip_names, *device.dns_names)
    if host is None and not names:
        raise CertificateRefused(f"{device.name}: the certificate has no name; create one with the recorder's address")
    made = plan(
        device, sorted_out.authority, None, host or names[0], kind, intermediates=sorted_out.intermediates,
        computer=computer, ledger=Ledger(out / "no-ledger.json"), now=now,
    )  # fmt: skip
    if made.refusal:
        raise CertificateRefused(f"{made.host}: {made.refusal}")
    earlier = _earlier(out, made)
    if earlier is not None:
        return earlier
    contents = _contents(made)
    _write(out, contents, made)
    warnings = tuple(one for one in made.warnings if "HTTPS is off" not in one)
    return Bundle(out, made.host, made.fingerprint, tuple(out / name for name in sorted(contents.files)), warnings)


def _earlier(out: Path, made: Plan) -> Bundle | None:
    """The same bundle made before; None for an empty place. Raises WrongCall when something else lies there."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return None
    try:
        manifest = json.loads((out / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise WrongCall(f"--out {out}: is not empty; name a new or empty folder") from None
    if manifest != _manifest(made):
        raise WrongCall(f"--out {out}: holds the bundle of another recorder or kind; name a new or empty folder")
    files = tuple(sorted(path for path in out.rglob("*") if path.is_file()))
    return Bundle(out, made.host, made.fingerprint, files, already=True)


def _manifest(made: Plan) -> dict[str, Any]:
    device = made.material.device
    return {"host": made.host, "kind": made.kind, "fingerprint": made.fingerprint, "device": device.sha256}


def _contents(made: Plan) -> _Contents:
    contents = _Contents()
    numbered: dict[bytes, str] = {}
    for family in _FAMILIES:
        contents.parts[family], contents.skipped[family] = [], []
        for choice in choose(made.material, made.kind, _bundled(family, made)):
            if choice.certificate is None:
                contents.skipped[family].append(f"{family}: {choice.why}")
                continue
            der = choice.certificate.der
            file = numbered.setdefault(
                der, f"certificates/{len(numbered) + 1}-{plain(made.host)}-{short(choice.certificate)}.crt"
            )
            contents.files[file] = choice.certificate.pem.encode()
            flags = _NSS.get(family, {}).get(choice.use, ",,")
            contents.parts[family].append(Part(choice.certificate, choice.use, file, flags))
    contents.files["recorder/device.crt"] = made.material.device.pem.encode()
    if made.material.authority is not None:
        contents.files["recorder/ca-do-not-install.crt"] = made.material.authority.pem.encode()
    contents.files[_MANIFEST] = (json.dumps(_manifest(made), indent=1) + "\n").encode()
    values = _values(made, contents)
    for install in (True, False):
        for name, text in _scripts(install, values).items():
            contents.files[name] = text.encode("utf-8")
    contents.files["README.txt"] = _rendered("README.txt", values).replace("\n", "\r\n").encode("utf-8")
    return contents


def _bundled(family: Family, made: Plan) -> Family:
    """Browsers take the same pair as Windows and macOS, so that the folder has as few files as can be."""
    limited = made.kind == "limited" and made.material.situation == "issued"
    return "windows" if limited and family in ("chromium", "firefox", "openssl") else family


def _scripts(install: bool, values: dict[str, Any]) -> dict[str, str]:
    word = "install" if install else "uninstall"
    found = {}
    for template, name in (("linux.sh", f"{word}-linux.sh"), ("macos.command", f"{word}-macos.command")):
        found[name] = _rendered(template, {**values, "install": install, "script": name})
    script, caller = f"{word}-windows.ps1", f"{word}-windows.cmd"
    inner = {**values, "install": install, "script": script, "script_cmd": caller}
    found[script] = _rendered("windows.ps1", inner).replace("\n", "\r\n")
    found[caller] = _rendered("windows.cmd", inner).replace("\n", "\r\n")
    return found


def _rendered(template: str, values: dict[str, Any]) -> str:
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    return environment.from_string((_TEMPLATES / template).read_text(encoding="utf-8")).render(values)


def _values(made: Plan, contents: _Contents) -> dict[str, Any]:
    """What the templates are filled with: text from certificates only in safe letters, and quoted for its shell."""
    texts = {"host": made.host, "fingerprint": made.fingerprint, "reach": made.reach}
    texts["id"] = hashlib.sha256(f"{made.host} {made.kind} {made.fingerprint}".encode()).hexdigest()[:12]
    safe = {name: _safe(text) for name, text in texts.items()}
    return {
        **{name: shlex.quote(text) for name, text in safe.items()},
        **{f"{name}_ps": _powershell(text) for name, text in safe.items()},
        **{f"{name}_plain": text for name, text in safe.items()},
        "title": f"Trust for the recorder at {safe['host']}",
        "version": nvrflow_version(),
        "made": f"{datetime.now(UTC):%Y-%m-%d}",
        "source_name": _safe(made.source.name),
        **{str(family): parts for family, parts in contents.parts.items()},
        "skipped_linux": [
            shlex.quote(_safe(one)) for name in ("chromium", "firefox", "openssl") for one in _said(contents, name)
        ],
        "skipped_macos": [shlex.quote(_safe(one)) for one in _said(contents, "macos")],
        "skipped_windows_ps": [_powershell(_safe(one)) for one in _said(contents, "windows")],
        "listing": _listing(contents),
        "remarks": [_safe(one) for one in made.warnings if "HTTPS is off" not in one],
    }


def _said(contents: _Contents, family: Any) -> list[str]:
    return contents.skipped[family]


def _listing(contents: _Contents) -> list[str]:
    lines = []
    seen = set()
    for parts in contents.parts.values():
        for part in parts:
            if part.file not in seen:
                seen.add(part.file)
                lines += [part.file, f"    {_safe(part.certificate.subject)}", f"    SHA-256 {part.certificate.sha256}"]
                lines.append(f"    SHA-1   {part.certificate.sha1}")
    lines.append("recorder/  the recorder's own files as downloaded, to compare with; they are not installed as they are")
    return lines


def _safe(text: str) -> str:
    """Only letters that no shell, console or editor reads anything into."""
    return re.sub(r"[^A-Za-z0-9 .,:;_*()/=+@'-]", "?", text)


def _powershell(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _write(out: Path, contents: _Contents, made: Plan) -> None:
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(contents.files.items()))
    contents.files["SHA256SUMS"] = sums.encode()
    try:
        for name, data in contents.files.items():
            file = out / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            file.chmod(0o755 if name.endswith((".sh", ".command")) else 0o644)
    except OSError as problem:
        raise InvalidFile(f"the bundle for {made.host} cannot be written ({problem.strerror})", out) from None
