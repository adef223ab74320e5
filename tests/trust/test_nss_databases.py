"""What NSS's certutil does with real databases, and that none of its lies reaches a user (facts 4.6, row by row)."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nvrflow import trust
from nvrflow.certificate import Certificate, read_certificates
from nvrflow.command import run
from nvrflow.errors import NotTrusted
from nvrflow.trust import Computer
from nvrflow.trust.actions import perform
from nvrflow.trust.stores.chromium_database import user_store
from nvrflow.trust.stores.database import Database, settable, with_letter
from nvrflow.trust.stores.nss_store import NssStore
from trust.making import Made, applied, make, make_ca, make_device, planned

CERTUTIL = shutil.which("certutil")
pytestmark = pytest.mark.skipif(CERTUTIL is None, reason="NSS's certutil (libnss3-tools) is not installed")


@pytest.fixture
def store(computer: Computer) -> NssStore:
    """The user's own database, made and empty."""
    found = user_store(computer)
    found.folder.mkdir(parents=True)
    assert run(found.database.making()).ok
    return found


def put(store: NssStore, made: Made, use: str = "authority") -> str:
    """Carry out what the store says; the first thing that went wrong."""
    for action in store.add(made.certificate, use, "127.0.0.1"):  # type: ignore[arg-type]
        if problem := perform(action):
            return problem
    return ""


def certutil(store: NssStore, *arguments: str, file: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A person at a terminal."""
    command = [str(CERTUTIL), *arguments[:1], "-d", f"sql:{store.folder}", *arguments[1:], *(("-i", str(file)) if file else ())]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL, check=False)


def persons_own(store: NssStore, made: Made, nickname: str, flags: str, tmp_path: Path) -> None:
    """What a person had put there before us."""
    file = tmp_path / "own.pem"
    file.write_text(made.certificate.pem)
    assert certutil(store, "-A", "-n", nickname, "-t", flags, file=file).returncode == 0


def plan_of(computer: Computer, device: Made, authority: Made | None, kind: trust.Kind = "limited") -> trust.Plan:
    ca = authority.certificate if authority else None
    return planned(device.certificate, ca, device.certificate, "127.0.0.1", kind, ["chromium-nss"], computer=computer)


def content(store: NssStore) -> set[tuple[str, str, str]]:
    """All that a database means: nickname, flags, SHA-256."""
    held = store.database.held()
    flags = {row.nickname: row.flags for row in store.database.rows() if not isinstance(row, str)}
    return {(nickname, flags[nickname], Certificate(der).sha256) for nickname, der in held}


def test_a_missing_folder_is_made_first_because_certutil_fails_without_a_word(computer: Computer) -> None:
    store = user_store(computer)
    alone = certutil(store, "-A", "-n", "x", "-t", "C,,", file=Path("/etc/hostname"))
    assert alone.returncode != 0
    assert put(store, make_ca()) == ""
    assert store.folder.stat().st_mode & 0o777 == 0o700


def test_a_database_that_exists_is_never_made_again(store: NssStore) -> None:
    assert not any("-N" in action.shown.split() for action in store.add(make_ca().certificate, "authority", "x"))


def test_certutil_that_asks_for_ever_is_stopped(store: NssStore) -> None:
    ended = run(replace(store.database.making(), argv=(str(CERTUTIL), "-N", "-d", f"sql:{store.folder}"), timeout=5.0))
    assert ended.outcome in ("timeout", "flood") or not ended.ok
    assert len(ended.errors) <= 64 * 1024


def test_of_a_bundle_every_certificate_goes_in_and_not_only_the_first(computer: Computer, tmp_path: Path) -> None:
    root = make_ca("Vendor root")
    middle = make_ca("Vendor issuing CA", issuer=root)
    device = make_device(middle)
    bundle = read_certificates((root.certificate.pem + middle.certificate.pem).encode(), "bundle.pem")
    sorted_out = trust.sort_out([device.certificate, *bundle])
    plan = planned(
        sorted_out.device, sorted_out.authority, device.certificate, "127.0.0.1", "ca", ["chromium-nss"],
        intermediates=sorted_out.intermediates, computer=computer,
    )  # fmt: skip
    applied(plan)
    held = {(flags, sha256) for _, flags, sha256 in content(user_store(computer))}
    assert held == {("C,,", root.certificate.sha256), (",,", middle.certificate.sha256)}


def test_twice_is_once(computer: Computer) -> None:
    authority = make_ca()
    device = make_device(authority)
    for _ in range(2):
        plan = plan_of(computer, device, authority)
        changes = applied(plan, expected=(authority.certificate.sha256,))
    assert [change.changed for change in changes] == [False]
    assert len(content(user_store(computer))) == 1


def test_a_persons_own_entry_is_found_under_its_own_nickname_and_not_touched(
    store: NssStore, computer: Computer, tmp_path: Path
) -> None:
    authority = make_ca()
    persons_own(store, authority, "My NVR", "CT,C,", tmp_path)
    before = content(store)
    plan = plan_of(computer, make_device(authority), authority, "ca")
    (change,) = applied(plan)
    assert (change.changed, content(store)) == (False, before)
    trust.remove(None, plan.ledger, computer)
    assert content(store) == before


def test_a_persons_weaker_flags_are_raised_and_come_back(store: NssStore, computer: Computer, tmp_path: Path) -> None:
    authority = make_ca()
    persons_own(store, authority, "My NVR", ",C,", tmp_path)
    before = content(store)
    plan = plan_of(computer, make_device(authority), authority, "ca")
    applied(plan)
    assert {flags for _, flags, _ in content(store)} == {"C,C,"}
    trust.remove(None, plan.ledger, computer)
    assert content(store) == before


def test_what_a_person_distrusts_stays_distrusted(store: NssStore, computer: Computer, tmp_path: Path) -> None:
    authority = make_ca()
    persons_own(store, authority, "never", "p,p,p", tmp_path)
    before = content(store)
    plan = plan_of(computer, make_device(authority), authority, "ca")
    with pytest.raises(NotTrusted, match="distrusted"):
        applied(plan)
    assert content(store) == before
    assert plan.ledger.entries() == []


def test_a_filled_store_means_the_same_after_trust_and_untrust(store: NssStore, computer: Computer, tmp_path: Path) -> None:
    for number, flags in enumerate(("CT,C,C", "P,,", ",,", "p,p,p")):
        persons_own(store, make_ca(f"Own {number}"), f"own [{number}] (x)", flags, tmp_path)
    before = content(store)
    authority = make_ca()
    plan = plan_of(computer, make_device(authority), authority)
    applied(plan)
    assert len(content(store)) == len(before) + 1
    trust.remove("127.0.0.1", plan.ledger, computer)
    assert content(store) == before


def test_a_nickname_never_has_a_colon(computer: Computer) -> None:
    label = user_store(computer).label(make_ca().certificate, "authority", "fe80::1")
    assert ":" not in label and "fe80--1" in label


def test_the_same_nickname_with_another_certificate_does_not_happen(store: NssStore) -> None:
    one, two = make_ca(), make_ca()
    assert (put(store, one), put(store, two)) == ("", "")
    assert {sha256 for _, _, sha256 in content(store)} == {one.certificate.sha256, two.certificate.sha256}


def test_another_certificate_with_the_same_issuer_and_serial_is_said_and_undone(
    store: NssStore, computer: Computer, tmp_path: Path
) -> None:
    mine, theirs = make_ca(serial=1), make_ca(serial=1)
    persons_own(store, theirs, "other recorder", "C,,", tmp_path)
    before = content(store)
    plan = plan_of(computer, make_device(mine), mine, "ca")
    with pytest.raises(NotTrusted, match="nothing was changed"):
        applied(plan)
    assert content(store) == before


def test_two_recorders_whose_cas_have_the_same_name_and_serial_are_both_trusted_when_limited(computer: Computer) -> None:
    for host in ("127.0.0.1", "127.0.0.2"):
        authority = make_ca(serial=1)
        device = make_device(authority, host)
        plan = planned(
            device.certificate, authority.certificate, device.certificate, host, computer=computer, stores=["chromium-nss"]
        )
        applied(plan)
    assert len(content(user_store(computer))) == 2


def test_of_two_certificates_with_one_subject_only_ours_is_taken_away(
    store: NssStore, computer: Computer, tmp_path: Path
) -> None:
    authority = make_ca()
    persons_own(store, authority, "My NVR", "C,,", tmp_path)
    before = content(store)
    plan = plan_of(computer, make_device(authority), authority)
    applied(plan)
    assert certutil(store, "-L", "-n", "My NVR", "-a").stdout.count("BEGIN CERTIFICATE") == 2  # what certutil says of one
    trust.remove(None, plan.ledger, computer)
    assert content(store) == before


def test_a_database_with_a_password_is_said_beforehand_and_left_alone(
    store: NssStore, computer: Computer, tmp_path: Path
) -> None:
    (tmp_path / "old").write_text("\n")
    (tmp_path / "new").write_text("secret\n")
    assert certutil(store, "-W", "-f", str(tmp_path / "old"), "-@", str(tmp_path / "new")).returncode == 0
    plan = plan_of(computer, make_device(None), None)
    assert plan.items == () and "password" in str(plan.skipped[0])
    assert content(store) == set()


def test_a_password_set_in_between_leaves_no_untrusted_leftover(store: NssStore, computer: Computer, tmp_path: Path) -> None:
    plan = plan_of(computer, make_device(None), None)
    (tmp_path / "old").write_text("\n")
    (tmp_path / "new").write_text("secret\n")
    assert certutil(store, "-W", "-f", str(tmp_path / "old"), "-@", str(tmp_path / "new")).returncode == 0
    with pytest.raises(NotTrusted, match=r"SEC_ERROR_BAD_PASSWORD|password.*nothing was changed"):
        applied(plan)
    assert content(store) == set()


def test_a_locked_database_is_said_and_nothing_is_lost(store: NssStore, computer: Computer) -> None:
    put(store, make_ca("Own"))
    before = content(store)
    plan = plan_of(computer, make_device(None), None)
    held = sqlite3.connect(store.folder / "cert9.db")
    held.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(NotTrusted, match="chromium-nss"):
            applied(plan)
    finally:
        held.rollback()
        held.close()
    trust.recover(plan.ledger, computer)
    assert content(store) == before
    assert plan.ledger.entries() == []


def test_a_damaged_database_is_skipped_with_the_reason(computer: Computer) -> None:
    store = user_store(computer)
    store.folder.mkdir(parents=True)
    (store.folder / "cert9.db").write_bytes(b"this is no database" * 100)
    plan = plan_of(computer, make_device(None), None)
    assert plan.items == () and "cannot be read" in str(plan.skipped[0])


@pytest.fixture
def nobodys_home() -> Iterator[Path]:
    """A home that belongs to the user nobody."""
    if os.geteuid() != 0:
        pytest.skip("only root can act for another user")
    folder = Path(tempfile.mkdtemp(prefix="nvrflow-nobody-"))
    folder.chmod(0o755)
    os.chown(folder, 65534, 65534)
    yield folder
    shutil.rmtree(folder)


def test_root_never_writes_into_another_users_home(nobodys_home: Path) -> None:
    computer = Computer("linux", {"HOME": str(nobodys_home), "PATH": "/usr/bin:/bin"})
    plan = plan_of(computer, make_device(None), None)
    assert plan.items == () and "another user" in str(plan.skipped[0])
    assert list(nobodys_home.iterdir()) == []


def test_a_read_only_database_is_said_beforehand(nobodys_home: Path) -> None:
    store = user_store(Computer("linux", {"HOME": str(nobodys_home), "PATH": "/usr/bin:/bin"}))
    said = as_nobody(lambda: _with_read_only_database(store))
    assert said.startswith("False") and "is read-only" in said


def _with_read_only_database(store: NssStore) -> str:
    store.folder.mkdir(parents=True)
    run(store.database.making())
    (store.folder / "cert9.db").chmod(0o400)
    return f"{store.state().usable} {store.state().why}"


def as_nobody(work: Callable[[], str]) -> str:
    """Do something as the user nobody, in a child of this process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        try:
            os.write(writing, work().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


def test_expired_and_wrong_purpose_certificates_never_reach_certutil_which_would_take_them(
    store: NssStore, computer: Computer
) -> None:
    from cryptography.x509.oid import ExtendedKeyUsageOID

    wrong = make_device(None, purposes=[ExtendedKeyUsageOID.CLIENT_AUTH])
    refused = planned(wrong.certificate, None, wrong.certificate, "127.0.0.1", computer=computer)
    assert "serverAuth" in refused.refusal and refused.items == ()
    assert put(store, wrong, "leaf") == ""  # certutil itself has no objection


def test_an_absent_certificate_is_absent_and_not_an_error(store: NssStore) -> None:
    assert store.holds(make_ca().certificate) is None
    assert store.remove(make_ca().certificate, "x") == []


def test_certutils_validity_check_is_not_what_we_ask(store: NssStore) -> None:
    made = make("no use", ca=None, names=("127.0.0.1",))
    put(store, made, "leaf")
    lie = certutil(store, "-V", "-u", "A", "-n", store.label(made.certificate, "leaf", "127.0.0.1"))
    found = store.holds(made.certificate)
    assert found is not None and store.enough(found, "leaf") and not store.enough(found, "authority")
    assert lie.returncode in (0, 1, 255)


def test_flags_keep_what_a_person_set() -> None:
    assert with_letter("Tu,Cu,u", "C") == "CT,C,"
    assert settable("CTu,Cu,u") == "CT,C,"


def test_a_database_of_its_own_home_is_readable_by_its_owner_only(computer: Computer) -> None:
    store = user_store(computer)
    put(store, make_ca())
    assert (store.folder / "cert9.db").stat().st_mode & 0o077 == 0
    assert Database(store.folder, str(CERTUTIL)).exists
