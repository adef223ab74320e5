"""Making the bundle folder: the certificates for each system, install and uninstall scripts, a README, checksums."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nvrflow.address import PORTS, Place
from nvrflow.content import from_json
from nvrflow.errors import CertificateRefused, InvalidFile, WrongCall
from nvrflow.trust.bundle.contents import Contents, Part, rendered, scripts, values_for
from nvrflow.trust.choice import choose
from nvrflow.trust.judgement import Judgement, judged
from nvrflow.trust.request import Request
from nvrflow.trust.stores import Family, plain, short

_FAMILIES: tuple[Family, ...] = ("chromium", "firefox", "openssl", "windows", "macos")
_MANIFEST = "bundle.json"


@dataclass(frozen=True)
class Bundle:
    """The folder for the recorder at `url`. `already`: it existed for the same recorder and was left unchanged."""

    folder: Path
    url: str
    judgement: Judgement
    files: tuple[Path, ...]
    already: bool = False

    @property
    def warnings(self) -> tuple[str, ...]:
        """What people who install from the folder should know."""
        return warnings_of(self.judgement)


def make_bundle(request: Request, out: Path) -> Bundle:
    """Write the folder `out` for the recorder whose certificates these are.

    The recorder's address is that of the request, with the HTTPS port if that is not 443. Raises CertificateRefused when the
    certificates must not be trusted, WrongCall when `out` holds something else, InvalidFile when it cannot be written.
    """
    if request.device is None:
        raise CertificateRefused("the files: the recorder's own certificate is missing; add that file, its names are needed")
    found = judged(request, ())
    found.admit("No bundle was made")
    url = address_of(request)
    earlier = _earlier(out, found, url)
    if earlier is not None:
        return earlier
    contents = _contents(found, url)
    _write(out, contents, request.host)
    return Bundle(out, url, found, tuple(out / name for name in sorted(contents.files)))


def address_of(request: Request) -> str:
    """The HTTPS address at which people open the recorder."""
    return Place("https", request.host, request.ports[-1] if request.ports else PORTS["https"]).url + "/"


def warnings_of(found: Judgement) -> tuple[str, ...]:
    """What people who install from the folder should know; that HTTPS is still off does not concern them."""
    return tuple(str(one) for one in found.problems if one.level == "warning" and one.code != "not-compared")


def _earlier(out: Path, found: Judgement, url: str) -> Bundle | None:
    """This bundle from an earlier run; None for an empty place. Raises WrongCall when something else is there."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return None
    try:
        manifest = from_json((out / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise WrongCall(f"--out {out}: is not empty; name a new or empty folder") from None
    if manifest != _manifest(found, url):
        raise WrongCall(f"--out {out}: holds the bundle of another recorder or kind; name a new or empty folder")
    files = tuple(sorted(path for path in out.rglob("*") if path.is_file()))
    return Bundle(out, url, found, files, already=True)


def _manifest(found: Judgement, url: str) -> dict[str, Any]:
    return {"url": url, "kind": found.kind, "fingerprint": found.fingerprint, "device": found.material.device.sha256}


def _contents(found: Judgement, url: str) -> Contents:
    contents = Contents()
    numbered: dict[bytes, str] = {}
    for family in _FAMILIES:
        contents.parts[family], contents.skipped[family] = [], []
        for choice in choose(found.material, found.kind, _bundled(family, found)):
            if choice.certificate is None:
                contents.skipped[family].append(f"{family}: {choice.why}")
                continue
            name = f"certificates/{len(numbered) + 1}-{plain(found.request.host)}-{short(choice.certificate)}.crt"
            file = numbered.setdefault(choice.certificate.der, name)
            contents.files[file] = choice.certificate.pem.encode()
            contents.parts[family].append(Part(choice.certificate, choice.use, file, family))
    contents.files["recorder/device.crt"] = found.material.device.pem.encode()
    if found.material.authority is not None:
        contents.files["recorder/ca-do-not-install.crt"] = found.material.authority.pem.encode()
    contents.files[_MANIFEST] = (json.dumps(_manifest(found, url), indent=1) + "\n").encode()
    values = values_for(found, url, contents, warnings_of(found))
    for install in (True, False):
        for name, text in scripts(install, values).items():
            contents.files[name] = text.encode("utf-8")
    contents.files["README.txt"] = rendered("README.txt", values).replace("\n", "\r\n").encode("utf-8")
    return contents


def _bundled(family: Family, found: Judgement) -> Family:
    """The family whose certificates are used: browsers use the pair for Windows and macOS, to keep the number of files small."""
    limited = found.kind == "limited" and found.material.situation == "issued"
    return "windows" if limited and family in ("chromium", "firefox", "openssl") else family


def _write(out: Path, contents: Contents, host: str) -> None:
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(contents.files.items()))
    contents.files["SHA256SUMS"] = sums.encode()
    try:
        for name, data in contents.files.items():
            file = out / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            file.chmod(0o755 if name.endswith((".sh", ".command")) else 0o644)
    except OSError as problem:
        said = f"the bundle for {host} cannot be written ({problem.strerror}); give another folder with --out"
        raise InvalidFile(said, out) from None
