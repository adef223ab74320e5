"""The thumb drive: what is in it, and its Linux scripts run for real, as a user and as root."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pty
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from trust.conftest import Serving, serve  # noqa: F401
from trust.making import Made, make, make_ca, make_device
from trust.test_chromium import CHROMIUM, verdict
from trust.test_system_store import BUNDLE, curl, java_aliases

from nvrflow.certificate import Certificate
from nvrflow.errors import CertificateRefused, WrongCall
from nvrflow.trust import KINDS, Computer, Kind, Request, Terms, sort_out
from nvrflow.trust.bundle import Bundle, make_bundle


def bundled(certificates: Sequence[Certificate], out: Path, computer: Computer, kind: Kind = "limited") -> Bundle:
    """The bundle for these certificates; the recorder is the first name of its own certificate."""
    found = sort_out(certificates)
    names = (*found.device.ip_names, *found.device.dns_names) if found.device else ()
    host = names[0] if names else "127.0.0.1"
    request = Request(host, found.device, found.authority, None, Terms(kind), found.intermediates, computer=computer)
    return make_bundle(request, out)


SHELLCHECK = shutil.which("shellcheck")
NOBODY = 65534
is_root = os.name == "posix" and os.geteuid() == 0


@dataclass(frozen=True)
class Drive:
    """A bundle, and the home of somebody who is not root."""

    folder: Path
    home: Path
    computer: Computer

    def run(self, script: str, *arguments: str, root: bool = False, answer: str = "") -> subprocess.CompletedProcess[str]:
        environment = {"PATH": "/usr/bin:/bin", "HOME": "/root" if root else str(self.home)}
        who: dict[str, Any] = {} if root or not is_root else {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        done: subprocess.CompletedProcess[str] = subprocess.run(
            ["sh", str(self.folder / script), *arguments], env=environment, input=answer, capture_output=True, text=True,
            timeout=120, check=False, cwd="/", **who,
        )  # fmt: skip
        return done

    def shown(self, script: str, answer: str) -> list[str]:
        """The lines that the script shows at a terminal of its own, until it has ended."""
        outside, inside = pty.openpty()
        os.write(outside, answer.encode())
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.home)}
        argv = ["sh", str(self.folder / script)]
        with subprocess.Popen(
            argv, env=environment, stdin=inside, stdout=inside, stderr=inside, start_new_session=True
        ) as process:
            os.close(inside)
            seen = b""
            with contextlib.suppress(OSError):  # Linux's word for the end of a terminal
                while piece := os.read(outside, 4096):
                    seen += piece
            process.wait(60)
        os.close(outside)
        return seen.decode().replace("\r\n", "\n").splitlines()

    def made(self, *certificates: Made, kind: Kind = "limited") -> Drive:
        bundled([one.certificate for one in certificates], self.folder, self.computer, kind)
        return self

    def state(self) -> dict[str, str]:
        """Every file of the home with its checksum, the record of the run apart."""
        files = [path for path in self.home.rglob("*") if path.is_file()]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def rows(self) -> list[str]:
        folder = self.home / ".local/share/pki/nssdb"
        listing = subprocess.run(
            ["certutil", "-L", "-d", f"sql:{folder}"], capture_output=True, text=True, timeout=20, check=False
        )
        return [line.strip() for line in listing.stdout.splitlines() if ",," in line or "C," in line]


@pytest.fixture
def drive(computer: Computer) -> Iterator[Drive]:
    base = Path(tempfile.mkdtemp(prefix="nvrflow-drive-"))
    base.chmod(0o755)
    home = base / "home"
    home.mkdir()
    if is_root:
        os.chown(home, NOBODY, NOBODY)
    yield Drive(base / "drive", home, computer)
    shutil.rmtree(base)


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer("linux", {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"})


needs_certutil = pytest.mark.skipif(shutil.which("certutil") is None, reason="NSS's certutil (libnss3-tools) is not installed")
needs_root = pytest.mark.skipif(not is_root or not BUNDLE.exists(), reason="the system store is root's")


def situations() -> dict[str, list[Made]]:
    authority = make_ca()
    return {
        "issued": [make_device(authority), authority],
        "self-signed": [make_device(None)],
        "self-signed-ca": [make_device(None, ca=True)],
    }


def test_the_folder_has_what_the_contract_says(drive: Drive) -> None:
    drive.made(*situations()["issued"])
    names = {path.name for path in drive.folder.iterdir()}
    assert {
        "README.txt", "SHA256SUMS", "install-windows.cmd", "install-windows.ps1", "install-macos.command", "install-linux.sh",
        "uninstall-windows.cmd", "uninstall-windows.ps1", "uninstall-macos.command", "uninstall-linux.sh",
    } <= names  # fmt: skip
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=drive.folder, check=False).returncode == 0


def test_no_file_holds_the_cas_power_in_limited_mode(drive: Drive) -> None:
    device, authority = situations()["issued"]
    drive.made(device, authority)
    installed = [path.read_text() for path in (drive.folder / "certificates").iterdir()]
    assert authority.certificate.pem not in installed
    for pem in installed:
        assert x509.load_pem_x509_certificate(pem.encode()).extensions.get_extension_for_class(x509.NameConstraints).critical


def test_the_readme_has_the_fingerprint_the_reach_and_what_was_not_run_by_us(drive: Drive) -> None:
    device, authority = situations()["issued"]
    drive.made(device, authority)
    text = (drive.folder / "README.txt").read_text()
    assert authority.certificate.sha256 in text and "for 127.0.0.1" in text and "not run by them" in text


@pytest.mark.skipif(SHELLCHECK is None, reason="shellcheck is not installed")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("situation", ["issued", "self-signed", "self-signed-ca"])
def test_every_shell_script_is_sound(drive: Drive, situation: str, kind: Kind) -> None:
    drive.made(*situations()[situation], kind=kind)
    scripts = sorted(str(path) for path in drive.folder.iterdir() if path.suffix in (".sh", ".command"))
    for script in scripts:
        assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    checked = subprocess.run([str(SHELLCHECK), "-s", "sh", *scripts], capture_output=True, text=True, check=False)
    assert (len(scripts), checked.stdout) == (4, "")


def test_windows_scripts_have_windows_line_ends_and_every_certificate_by_its_sha256(drive: Drive) -> None:
    drive.made(*situations()["issued"])
    for name in ("install-windows.cmd", "install-windows.ps1", "uninstall-windows.ps1"):
        data = (drive.folder / name).read_bytes()
        assert data.count(b"\n") == data.count(b"\r\n") > 3
    script = (drive.folder / "install-windows.ps1").read_text()
    for file in (drive.folder / "certificates").iterdir():
        der = x509.load_pem_x509_certificate(file.read_bytes()).fingerprint(hashes.SHA256())
        assert der.hex().upper() in script


def test_text_from_a_certificate_is_never_code(drive: Drive) -> None:
    evil = "'; touch $HOME/pwned; `touch pwned` $(touch pwned) \""
    authority = make_ca(evil)
    drive.made(make_device(authority, "127.0.0.1", "DNS:$(touch-pwned).local"), authority)
    for path in drive.folder.rglob("*"):
        if path.suffix in (".sh", ".command", ".ps1", ".cmd"):
            text = path.read_text()
            assert "$(touch" not in text and "`touch" not in text
    drive.run("install-linux.sh", "--yes")
    assert not list(drive.home.rglob("pwned*"))


@needs_certutil
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this computer")
def test_a_user_installs_opens_the_recorder_and_takes_it_back(drive: Drive, serve: Serving) -> None:  # noqa: F811
    authority = make_ca()
    device = make_device(authority)
    url, evil = serve(device), serve(make_device(authority, "127.0.0.2"), host="127.0.0.2")
    drive.made(device, authority)
    installed = drive.run("install-linux.sh", answer="yes\n")
    assert installed.returncode == 0, installed.stdout + installed.stderr
    assert (verdict(url, drive.home), verdict(evil, drive.home)) == ("ok", "ERR_CERT_INVALID")
    assert drive.run("uninstall-linux.sh", answer="yes\n").returncode == 0
    assert (verdict(url, drive.home), drive.rows()) == ("ERR_CERT_AUTHORITY_INVALID", [])


@needs_certutil
def test_without_a_yes_nothing_is_changed(drive: Drive) -> None:
    drive.made(*situations()["issued"])
    before = drive.state()
    for answer in ("", "no\n"):
        ended = drive.run("install-linux.sh", answer=answer)
        assert ended.returncode == 1 and "Nothing was changed" in ended.stdout
    assert drive.state() == before


def test_at_a_terminal_the_script_breaks_lines_between_words_and_keeps_a_long_word_whole(drive: Drive) -> None:
    host = "a-very-long-name-of-a-recorder.and-of-its-network.local"
    authority = make_ca()
    drive.made(make_device(authority, f"DNS:{host}"), authority)
    lines = drive.shown("install-linux.sh", "no\n")
    words = "\n".join(lines)
    assert f"https://{host}/" in words.split() and authority.certificate.sha256[:48] in words, "what is copied stays whole"
    assert "This computer will trust it" in words and lines[-1].endswith("Nothing was changed.")
    assert not [line for line in lines[:-1] if len(line) > 79 and len(line.split()) > 1]


@needs_certutil
def test_twice_is_once(drive: Drive) -> None:
    drive.made(*situations()["issued"])
    first = drive.run("install-linux.sh", "--yes")
    second = drive.run("install-linux.sh", "--yes")
    assert (first.returncode, second.returncode) == (0, 0)
    assert second.stdout.count("already installed") == 2 and len(drive.rows()) == 2


@needs_certutil
def test_what_a_person_had_put_there_stays(drive: Drive) -> None:
    authority = make_ca()
    device = make_device(authority)
    drive.made(device, authority, kind="ca")
    folder = drive.home / ".local/share/pki/nssdb"
    own = drive.folder / "recorder" / "ca-do-not-install.crt"
    database = f"-d sql:{folder}"
    script = f"mkdir -p {folder} && certutil -N --empty-password {database} && certutil -A {database} -n mine -t C,, -i {own}"
    (drive.folder / "prepare").write_text(script)
    assert drive.run("prepare").returncode == 0
    before = drive.rows()
    assert "already installed" in drive.run("install-linux.sh", "--yes").stdout
    drive.run("uninstall-linux.sh", "--yes")
    assert drive.rows() == before


def test_an_exchanged_file_is_noticed(drive: Drive) -> None:
    drive.made(*situations()["issued"])
    file = next((drive.folder / "certificates").iterdir())
    file.write_text(make_ca("Somebody else").certificate.pem)
    ended = drive.run("install-linux.sh", "--yes")
    assert ended.returncode == 1 and "have changed since they were made" in ended.stdout


@needs_root
@pytest.mark.usefixtures("system_store_alone")
def test_root_installs_for_curl_and_takes_it_back(drive: Drive, serve: Serving) -> None:  # noqa: F811
    authority = make_ca()
    device = make_device(authority)
    url, evil = serve(device), serve(make_device(authority, "127.0.0.2"), host="127.0.0.2")
    drive.made(device, authority)
    record = Path("/var/lib/nvrflow")
    had_record = record.exists()
    before = BUNDLE.read_bytes()
    try:
        installed = drive.run("install-linux.sh", "--yes", root=True)
        assert installed.returncode == 0, installed.stdout + installed.stderr
        assert (curl(url), curl(evil)) == (0, 60)
        assert BUNDLE.stat().st_mode & 0o777 == 0o644
        assert not [alias for alias in java_aliases() if "nvrflow" in alias]
    finally:
        removed = drive.run("uninstall-linux.sh", "--yes", root=True)
        if not had_record and record.exists():
            record.rmdir()
    assert (removed.returncode, curl(url), BUNDLE.read_bytes()) == (0, 60, before)
    assert not [alias for alias in java_aliases() if "nvrflow" in alias]


def test_a_folder_with_something_else_is_not_touched(drive: Drive) -> None:
    drive.folder.mkdir()
    (drive.folder / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(WrongCall, match="not empty"):
        drive.made(*situations()["issued"])
    assert [path.name for path in drive.folder.iterdir()] == ["holiday.jpg"]


def test_the_same_bundle_again_stays_as_it_is(drive: Drive) -> None:
    certificates = [one.certificate for one in situations()["issued"]]
    first = bundled(certificates, drive.folder, drive.computer)
    again = bundled(certificates, drive.folder, drive.computer)
    assert (first.already, again.already) == (False, True)


def test_what_must_not_be_trusted_makes_no_bundle(drive: Drive) -> None:
    authority = make_ca()
    with pytest.raises(CertificateRefused, match="no subject alternative name"):
        drive.made(make("127.0.0.1", authority, ca=False), authority)
    assert not drive.folder.exists()


def test_the_bundle_of_a_recorder_on_another_port_says_that_port(home: Path, tmp_path: Path, serve: Serving) -> None:  # noqa: F811
    """Made from the address alone: the certificates come from the connection."""
    from nvrflow.trust import request_for_served

    authority = make_ca()
    url = serve(make_device(authority), authority)
    made = make_bundle(request_for_served(url, Terms()), tmp_path / "drive")
    assert made.url == url
    for name in ("README.txt", "install-linux.sh", "install-macos.command", "install-windows.ps1"):
        assert url in (made.folder / name).read_text(encoding="utf-8"), name


def test_as_root_the_script_says_that_browsers_do_not_read_that_store(drive: Drive) -> None:
    made = drive.made(*situations()["issued"])
    script = (made.folder / "install-linux.sh").read_text()
    ending = script[script.rindex('if [ "$(id -u)" = 0 ]; then') :]
    root, user = ending.split("else", 1)
    assert "Browsers do not read this store" in root and "Start the browser again" not in root
    assert "Start the browser again" in user
