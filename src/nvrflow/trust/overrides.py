"""Environment variables that make a program read another bundle of certificates instead of the system's store."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from nvrflow.problem import Problem
from nvrflow.trust.computer import Computer

# The programs that obey each: OpenSSL's SSL_CTX_set_default_verify_paths(3), curl(1), and the documentation of Requests.
READERS: Mapping[str, str] = {
    "SSL_CERT_FILE": "OpenSSL and Python read",
    "SSL_CERT_DIR": "OpenSSL and Python read",
    "CURL_CA_BUNDLE": "curl reads",
    "REQUESTS_CA_BUNDLE": "Python's requests reads",
}
_NEVER_HANDED_ON = "NVRFLOW_PASSWORD"
# The system's own stores, by distribution. A link to one of them, or a copy with the same content, does not override anything.
_SYSTEMS_OWN = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/certs",
    "/usr/lib/ssl/certs",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/tls/certs",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/var/lib/ca-certificates/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def without_overrides(computer: Computer) -> dict[str, str]:
    """The environment of `computer` without the variables above, so that a client reads the computer's own stores."""
    dropped = {*READERS, _NEVER_HANDED_ON}
    return {name: value for name, value in computer.environment.items() if name not in dropped}


def laid_bare(environment: Mapping[str, str]) -> dict[str, str | None]:
    """Changes that turn this process's environment into exactly `environment`: every other variable is unset (None)."""
    return {**dict.fromkeys(os.environ), **environment}


def overrides(computer: Computer) -> dict[str, str]:
    """The variables that are set to another bundle than the system's own."""
    found = {name: computer.environment.get(name, "") for name in READERS}
    return {name: value for name, value in found.items() if value and not _is_the_systems(computer, value)}


def override_problems(computer: Computer) -> Iterator[Problem]:
    """Yield a warning for each variable because of which programs do not read the system's own store."""
    for name, value in overrides(computer).items():
        missing = "" if Path(value).exists() else " (which does not exist)"
        yield Problem(
            "store-overridden",
            f"variable {name}",
            f"{READERS[name]} {value}{missing} instead of the system store, so imports into the system store are ignored",
            f"unset {name}",
            "warning",
        )


def _is_the_systems(computer: Computer, value: str) -> bool:
    """Whether each part of the value (SSL_CERT_DIR may name several folders) is the system's own store or an identical copy."""
    own = [path for path in (computer.under(name) for name in _SYSTEMS_OWN) if path.exists()]
    parts = value.split(os.pathsep) if not Path(value).exists() else [value]
    return all(any(_same(Path(part), path) for path in own) for part in parts if part)


def _same(path: Path, own: Path) -> bool:
    if not path.exists():
        return False
    if path.samefile(own):
        return True
    try:
        return path.is_file() and own.is_file() and path.read_bytes() == own.read_bytes()
    except OSError:
        return False
