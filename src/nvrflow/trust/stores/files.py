"""Certificates that are files in a store's folder."""

from __future__ import annotations

from pathlib import Path

from nvrflow.certificate import Certificate, read_certificates
from nvrflow.errors import CertificateRefused


def held_by(file: Path) -> list[Certificate]:
    """The certificates in a file; an empty list if it holds none or cannot be read."""
    try:
        return certificates_in(file.read_bytes()) if file.is_file() else []
    except OSError:
        return []


def certificates_in(data: bytes) -> list[Certificate]:
    """The certificates in the content of a store; an empty list if it cannot be read as certificates."""
    try:
        return read_certificates(data, "store")
    except CertificateRefused:
        return []


def ours_in(folder: Path, pattern: str) -> list[tuple[str, Certificate]]:
    """File name and certificate of each file in `folder` whose name matches `pattern`."""
    files = sorted(folder.glob(pattern)) if folder.is_dir() else []
    return [(file.name, certificate) for file in files for certificate in held_by(file)]
