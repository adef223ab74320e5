"""Taking back exactly what was put there, also after a crash between any two steps."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from nvrflow import trust
from nvrflow.errors import InvalidFile, NotTrusted
from nvrflow.trust import Approver, Computer, Ledger, actions
from nvrflow.trust.actions import perform
from nvrflow.trust.ledger import Entry
from nvrflow.trust.stores.chromium_database import user_store
from trust.making import Made, applied, make_ca, make_device, planned

pytestmark = pytest.mark.skipif(shutil.which("certutil") is None, reason="NSS's certutil (libnss3-tools) is not installed")


def plan_of(
    computer: Computer, authority: Made | None = None, host: str = "127.0.0.1", kind: trust.Kind = "limited"
) -> trust.Plan:
    authority = authority or make_ca()
    device = make_device(authority, host)
    return planned(device.certificate, authority.certificate, device.certificate, host, kind, ["chromium-nss"], computer=computer)


def carried_out(
    computer: Computer, authority: Made | None = None, host: str = "127.0.0.1", kind: trust.Kind = "limited"
) -> trust.Plan:
    plan = plan_of(computer, authority, host, kind)
    applied(plan)
    return plan


def held(computer: Computer) -> set[bytes]:
    return {der for _, der in user_store(computer).database.held()}


def test_the_ledger_says_what_was_put_where_and_who_approved(computer: Computer) -> None:
    plan = carried_out(computer)
    (entry,) = plan.ledger.entries()
    assert (entry.host, entry.kind, entry.store, entry.phase) == ("127.0.0.1", "limited", "chromium-nss", "done")
    assert entry.approval == "yes (unseen)" and entry.flags == "C,," and entry.source_sha256 == plan.fingerprint
    assert plan.ledger.path.stat().st_mode & 0o777 == 0o600


def test_a_list_says_pin_of_a_self_signed_certificate_that_counts_only_for_itself(computer: Computer) -> None:
    device = make_device(None, "127.0.0.1")
    applied(planned(device.certificate, None, device.certificate, "127.0.0.1", "limited", ["chromium-nss"], computer=computer))
    carried_out(computer, host="127.0.0.2")
    (store,) = (one for one in trust.listed(computer) if one["entries"])
    told = {entry["host"]: (entry["kind"], entry["reach"]) for entry in store["entries"]}
    assert told == {
        "127.0.0.1": ("pin", "this one certificate only"),
        "127.0.0.2": ("limited", "this recorder's addresses only"),
    }


def test_untrust_takes_one_recorder_by_address_url_or_file(computer: Computer) -> None:
    plan = carried_out(computer)
    (removal,) = trust.remove("http://127.0.0.1:80/", plan.ledger, computer)
    assert (removal.note, removal.problem, removal.change.changed, held(computer)) == ("removed", "", True, set())
    again = carried_out(computer)
    (removal,) = trust.remove([again.source], again.ledger, computer)
    assert held(computer) == set()


def test_untrust_of_another_recorder_touches_nothing(computer: Computer) -> None:
    plan = carried_out(computer)
    assert trust.remove("127.0.0.9", plan.ledger, computer) == []
    assert len(held(computer)) == 1


def test_one_of_two_recorders_that_share_a_ca_keeps_it(computer: Computer) -> None:
    authority = make_ca()
    ledger = carried_out(computer, authority, kind="ca").ledger
    entry = ledger.entries()[0]
    other = replace(entry, host="127.0.0.2")
    ledger.put(other)
    trust.remove("127.0.0.1", ledger, computer)
    assert held(computer) == {authority.certificate.der}
    trust.remove("127.0.0.2", ledger, computer)
    assert held(computer) == set()


def test_what_the_user_removed_by_hand_is_gone_and_no_error(computer: Computer) -> None:
    plan = carried_out(computer)
    store = user_store(computer)
    for action in store.remove(plan.items[0].certificate, ""):
        assert perform(action) == ""
    (removal,) = trust.remove(None, plan.ledger, computer)
    assert removal.problem == "" and plan.ledger.entries() == []


def test_the_list_of_what_we_trusted_is_held_against_reality(computer: Computer) -> None:
    plan = carried_out(computer)
    store = user_store(computer)
    assert [(one.there, one.note) for one in trust.status(plan.ledger, computer)] == [(True, "")]
    (entry,) = plan.ledger.entries()
    assert perform(store.database.flagging(entry.label, ",,")) == ""
    assert "other flags now" in trust.status(plan.ledger, computer)[0].note
    assert perform(store.database.removing(entry.label)) == ""
    assert not trust.status(plan.ledger, computer)[0].there


class Crash(BaseException):
    """The power went."""


def crash_at(step: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the power go before the action with this number, and never again."""
    count = 0

    def performing(action: object) -> str:
        nonlocal count
        if count == step:
            raise Crash
        count += 1
        return perform(action)  # type: ignore[arg-type]

    monkeypatch.setattr(actions, "perform", performing)
    return monkeypatch.undo


@pytest.mark.parametrize("step", range(6))
def test_a_crash_between_any_two_steps_of_trusting_is_undone_by_the_next_run(
    computer: Computer, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    plan = plan_of(computer)
    mended = crash_at(step, monkeypatch)
    with pytest.raises(Crash):
        applied(plan)
    mended()
    assert [entry.phase for entry in plan.ledger.entries()] == ["planned"]
    assert len(trust.recover(plan.ledger, computer)) == 1
    assert (plan.ledger.entries(), held(computer)) == ([], set())
    assert sorted(path.name for path in computer.state.iterdir()) == ["trust.json", "trust.lock"]


def test_a_crash_after_the_last_step_but_before_the_ledger_is_undone_too(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(computer)
    first = Ledger.put

    def once(self: Ledger, entry: Entry) -> Entry:
        if entry.phase == "done":
            raise Crash
        return first(self, entry)

    monkeypatch.setattr(Ledger, "put", once)
    with pytest.raises(Crash):
        applied(plan)
    monkeypatch.undo()
    assert len(held(computer)) == 1
    trust.recover(plan.ledger, computer)
    assert (plan.ledger.entries(), held(computer)) == ([], set())


def test_a_crash_while_untrusting_is_finished_by_the_next_run(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = carried_out(computer)
    mended = crash_at(0, monkeypatch)
    with pytest.raises(Crash):
        trust.remove(None, plan.ledger, computer)
    mended()
    assert [entry.phase for entry in plan.ledger.entries()] == ["removing"]
    trust.recover(plan.ledger, computer)
    assert (plan.ledger.entries(), held(computer)) == ([], set())


def test_a_failure_in_the_second_store_undoes_the_first(computer: Computer) -> None:
    import sqlite3

    snap = computer.home / "snap" / "chromium" / "current" / ".local/share/pki/nssdb"
    carried_out(Computer("linux", {**computer.environment, "XDG_DATA_HOME": str(snap.parent.parent)}), host="127.0.0.9")
    authority = make_ca()
    device = make_device(authority)
    plan = planned(device.certificate, authority.certificate, device.certificate, "127.0.0.1", computer=computer)
    assert [item.store.name for item in plan.items] == ["chromium-nss", "chromium-nss-snap"]
    connection = sqlite3.connect(snap / "cert9.db")
    connection.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(NotTrusted, match=r"chromium-nss-snap: .*"):
            applied(plan)
    finally:
        connection.close()
    assert held(computer) == set()
    trust.recover(plan.ledger, computer)
    assert [entry.host for entry in plan.ledger.entries()] == ["127.0.0.9"]


def test_a_damaged_ledger_is_an_error_with_its_file_and_nothing_is_changed(computer: Computer) -> None:
    plan = plan_of(computer)
    plan.ledger.path.parent.mkdir(parents=True)
    plan.ledger.path.write_text("{")
    with pytest.raises(InvalidFile, match=r"trust\.json"):
        plan_of(computer)
    assert held(computer) == set()


def test_without_a_ledger_nothing_is_trusted(computer: Computer) -> None:
    plan = plan_of(computer)
    approved = trust.approve(plan, Approver(yes=True))
    computer.state.parent.mkdir(parents=True)
    computer.state.write_text("a file where the folder should be")
    with pytest.raises(InvalidFile, match=r"trust\.json"):
        trust.apply(approved)
    assert held(computer) == set()


def test_the_state_folder_follows_xdg(home: Path) -> None:
    computer = Computer("linux", {"HOME": str(home), "XDG_STATE_HOME": str(home / "states")})
    assert trust.ledger_of(computer).path == home / "states" / "nvrflow" / "trust.json"


def test_a_dry_run_can_be_typed_into_a_shell_and_does_the_same(computer: Computer, tmp_path: Path) -> None:
    import subprocess

    plan = plan_of(computer)
    script = "set -e\n" + "\n".join(plan.shown) + "\n"
    assert held(computer) == set()
    environment = {**os.environ, "HOME": str(computer.home)}
    subprocess.run(["sh", "-c", script], env=environment, check=True, timeout=60, capture_output=True)
    assert held(computer) == {plan.items[0].certificate.der}


def test_many_recorders_at_once_lose_no_entry(computer: Computer) -> None:
    from concurrent.futures import ThreadPoolExecutor

    hosts = [f"127.0.0.{number}" for number in range(2, 10)]
    with ThreadPoolExecutor(8) as workers:
        ledgers = [done.ledger for done in workers.map(lambda host: carried_out(computer, host=host), hosts)]
    assert sorted(entry.host for entry in ledgers[0].entries()) == hosts
    assert len(held(computer)) == len(hosts)


def test_another_run_that_takes_too_long_is_an_error_and_no_end_of_the_world(computer: Computer) -> None:
    from nvrflow.errors import TimedOut

    ledger = trust.ledger_of(computer)
    with ledger.alone(), pytest.raises(TimedOut, match="another nvrflow"), ledger.alone(seconds=0.2):
        pass


def test_two_recorders_behind_one_address_each_have_their_entry_although_they_share_a_ca(computer: Computer) -> None:
    authority = make_ca()
    plans = []
    for ports in ((8080, 8443), (9080, 9443)):
        device = make_device(authority)
        certificates = (device.certificate, authority.certificate, device.certificate)
        plans.append(planned(*certificates, "127.0.0.1", stores=["chromium-nss"], computer=computer, ports=ports))
        applied(plans[-1])
    ledger = plans[0].ledger
    assert [tuple(entry.ports) for entry in ledger.entries()] == [(8080, 8443), (9080, 9443)]
    (first,) = trust.remove("http://127.0.0.1:8080", ledger, computer)
    assert first.outcome == "kept" and "another recorder needs it" in first.note
    assert held(computer) == {plans[1].items[0].certificate.der}
    (second,) = trust.remove("https://127.0.0.1:9443", ledger, computer)
    assert second.outcome == "taken-back" and held(computer) == set()


def test_what_was_taken_back_is_remembered_with_its_time(computer: Computer) -> None:
    plan = carried_out(computer)
    assert plan.ledger.taken_back("127.0.0.1") is None
    trust.remove("127.0.0.1", plan.ledger, computer)
    assert trust.remove("127.0.0.1", plan.ledger, computer) == []
    found = plan.ledger.taken_back("127.0.0.1")
    assert found is not None and found.when.startswith("20")
    applied(plan_of(computer))
    assert len(plan.ledger.entries()) == 1


DAMAGES = {
    "format": '{"format": 99, "entries": []}',
    "cut off": "{",
    "list": "[]",
    "entry": '{"format": 1, "entries": [{"host": "x"}]}',
    "empty": "",
    "deep": "[" * 200_000,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_with_a_damaged_or_foreign_ledger_files_are_taken_back_by_their_content(computer: Computer, damage: str) -> None:
    authority = make_ca()
    own = make_ca("a person's own")
    plan = carried_out(computer, authority)
    assert perform(user_store(computer).database.adding("own", "C,,", written(own, computer))) == ""
    plan.ledger.path.write_text(damage)
    with pytest.raises(InvalidFile, match=r"trust\.json.*nvrflow untrust FILE"):
        trust.remove("127.0.0.1", plan.ledger, computer)
    (removal,) = trust.remove([authority.certificate], plan.ledger, computer)
    assert removal.outcome == "taken-back" and held(computer) == {own.certificate.der}
    assert trust.remove([own.certificate], plan.ledger, computer) == []
    assert held(computer) == {own.certificate.der}


def written(made: Made, computer: Computer) -> Path:
    file = computer.home / "own.pem"
    file.write_text(made.certificate.pem)
    return file


def test_what_lies_there_is_never_called_unknown_when_the_ledger_is_gone(computer: Computer) -> None:
    plan = carried_out(computer)
    plan.ledger.path.unlink()
    (found,) = trust.remove("127.0.0.1", plan.ledger, computer)
    assert found.outcome == "found" and "not in your ledger" in found.note
    assert held(computer) == {plan.items[0].certificate.der}
    (removal,) = trust.remove(None, plan.ledger, computer)
    assert removal.outcome == "taken-back" and held(computer) == set()


def test_what_somebody_took_out_is_not_said_to_be_taken_back(computer: Computer) -> None:
    plan = carried_out(computer)
    store = user_store(computer)
    (entry,) = plan.ledger.entries()
    assert perform(store.database.removing(entry.label)) == ""
    (removal,) = trust.remove("127.0.0.1", plan.ledger, computer)
    assert removal.outcome == "gone" and "no longer there" in removal.note


def test_what_another_user_put_into_the_computers_store_is_named_and_left_there(tmp_path: Path, home: Path) -> None:
    """Also with a damaged ledger: only that user's ledger knows of it."""
    (tmp_path / "etc/firefox/policies").mkdir(parents=True)
    whole = {"PATH": "/usr/bin:/bin"}
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    one, other = (
        Computer("linux", {**whole, "HOME": str(tmp_path / name)}, root=tmp_path, admin=True) for name in ("one", "other")
    )
    authority = make_ca()
    device = make_device(authority)
    applied(planned(device.certificate, authority.certificate, None, "127.0.0.1", stores=["policy-firefox"], computer=one))
    for damage in (None, "{"):
        ledger = trust.ledger_of(other)
        if damage:
            ledger.path.parent.mkdir(parents=True)
            ledger.path.write_text(damage)
        (found,) = trust.remove(None, ledger, other)
        assert (found.store, found.outcome) == ("policy-firefox", "others")
    assert len(list((tmp_path / "etc/firefox/policies").glob("nvrflow-*.pem"))) == 1
