"""What a guide tells its reader to type, typed into a real shell: the certificate ends where the reader's browser looks."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from trust.making import make_ca, make_device

from nvrflow.guide.byhand import imports
from nvrflow.trust.stores.database import Database

CERTUTIL = shutil.which("certutil")
pytestmark = pytest.mark.skipif(CERTUTIL is None, reason="NSS's certutil (libnss3-tools) is not installed")


@pytest.mark.parametrize(
    ("made_before", "read"),
    [(".pki/nssdb", ".pki/nssdb"), (None, ".local/share/pki/nssdb"), (".local/share/pki/nssdb", ".local/share/pki/nssdb")],
)
def test_the_commands_for_linux_browsers_use_the_database_that_they_read(home: Path, made_before: str | None, read: str) -> None:
    authority = make_ca()
    (home / "RootCert.cer").write_text(authority.certificate.pem)
    if made_before:
        (home / made_before).mkdir(parents=True)
    (typed,) = (
        one.lines
        for one in imports(make_device(authority).certificate, authority.certificate, "RootCert.cer", "127.0.0.1")
        if one.name == "chromium-nss"
    )
    for _ in range(2):
        subprocess.run(["sh", "-ec", "\n".join(typed)], cwd=home, check=True, timeout=60, env={**os.environ, "HOME": str(home)})
    assert [der for _, der in Database(home / read, str(CERTUTIL)).held()] == [authority.certificate.der]
    assert [found.parent.relative_to(home).as_posix() for found in home.rglob("cert9.db")] == [read]
