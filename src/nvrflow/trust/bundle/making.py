"""Making the thumb-drive folder: what each system needs, the scripts for it, their undoing, a README, checksums."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nvrflow.certificate import Certificate
from nvrflow.errors import CertificateRefused, InvalidFile, WrongCall
from nvrflow.trust import Computer, Kind, Ledger, Plan, plan, sort_out
from nvrflow.trust.bundle.filling import Contents, Part, rendered, scripts, values_for
from nvrflow.trust.choosing import choose
from nvrflow.trust.stores import Family, plain, short

_FAMILIES: tuple[Family, ...] = ("chromium", "firefox", "openssl", "windows", "macos")
_MANIFEST = "bundle.json"
_NSS = {"chromium": {"authority": "C,,", "leaf": "P,,"}, "firefox": {"authority": "C,,", "leaf": "C,,"}}


@dataclass(frozen=True)
class Bundle:
    """The folder that was made. `already`: it was there for the same recorder and stays as it is."""

    folder: Path
    host: str
    fingerprint: str
    files: tuple[Path, ...]
    warnings: tuple[str, ...] = ()
    already: bool = False


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


def _contents(made: Plan) -> Contents:
    contents = Contents()
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
    values = values_for(made, contents)
    for install in (True, False):
        for name, text in scripts(install, values).items():
            contents.files[name] = text.encode("utf-8")
    contents.files["README.txt"] = rendered("README.txt", values).replace("\n", "\r\n").encode("utf-8")
    return contents


def _bundled(family: Family, made: Plan) -> Family:
    """Browsers take the same pair as Windows and macOS, so that the folder has as few files as can be."""
    limited = made.kind == "limited" and made.material.situation == "issued"
    return "windows" if limited and family in ("chromium", "firefox", "openssl") else family


def _write(out: Path, contents: Contents, made: Plan) -> None:
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
