"""One piece of work on many recorders: who is worked on, what stops a run, and what is left behind. The processes are real."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nvrflow.errors import InvalidFile, NoRoom, WrongCall
from nvrflow.fleet import station
from nvrflow.fleet.campaign import Campaign, Order
from nvrflow.fleet.census import census_of
from nvrflow.fleet.census_page import as_csv, as_html, as_markdown
from nvrflow.fleet.conclusion import Ending
from nvrflow.fleet.crew import Crew, Pace
from nvrflow.fleet.logbook import Logbook
from nvrflow.fleet.results import results_of
from nvrflow.fleet.task import Task, Work
from nvrflow.inventory.lease import Lease
from nvrflow.inventory.roster import Device
from nvrflow.state_folder import state_folder


def pretend(task: Task) -> Ending:
    """Work without a recorder: the name says how it ends. It runs in a station, as the real work does."""
    kind = task.device.name.partition("-")[0]
    if kind == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    while kind == "hangs":
        time.sleep(0.05)
    errors = {"fails": "unreachable", "refuses": "sign-in-refused"}
    error = {"kind": errors[kind], "message": "as its name says", "step": None} if kind in errors else None
    log = task.folder / "worked.log"
    with log.open("a") as file:
        file.write(f"{task.device.name}\n")
    return Ending(task.device.name, task.device.url, "failed" if error else "done", task.device.site, error, seconds=0.1)


@dataclass
class Heard:
    """A watcher that remembers what it heard."""

    ended_: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    def leaves_out(self, refused: Sequence[str]) -> None:
        self.stopped.append(f"left out {', '.join(refused)}")

    def begins(self, total: int) -> None: ...
    def starts(self, device: Device) -> None: ...
    def ended(self, ending: Ending) -> None:
        self.ended_.append(ending.name)

    def stops(self, why: str, running: int) -> None:
        self.stopped.append(why)


def devices(*names: str) -> list[Device]:
    return [Device(name, f"http://192.0.2.{number}", site="erie" if number % 2 else "") for number, name in enumerate(names, 1)]


def campaign(folder: Path, names: list[str], order: Order | None = None, **more: Any) -> Campaign:
    book = Logbook.at(folder) if (folder / "fleet.sqlite").exists() else Logbook.begin(folder, "sign_in", {})
    crew = Crew(None, {}, more.pop("limit", 60), pretend)
    return Campaign(devices(*names), Work("sign_in"), book, crew, folder, Heard(), order or Order(at_once=2), **more)


def outcomes(folder: Path) -> dict[str, str]:
    return {one.name: one.error["kind"] if one.error else one.outcome for one in results_of(Logbook.at(folder)).endings}


def worked(folder: Path) -> list[str]:
    return (folder / "worked.log").read_text().split()


def test_each_recorder_has_its_own_outcome_whatever_happens_to_the_others(tmp_path: Path) -> None:
    campaign(tmp_path, ["good-1", "fails-1", "dies-1", "hangs-1", "good-2"], limit=3).go()
    found = outcomes(tmp_path)
    assert found == {"good-1": "done", "fails-1": "unreachable", "dies-1": "failed", "hangs-1": "timeout", "good-2": "done"}
    told = {one.name: one.error["message"] for one in results_of(Logbook.at(tmp_path)).endings if one.error}
    assert "the process that worked on it ended" in told["dies-1"]
    assert "not done within 3 s" in told["hangs-1"]


def test_going_on_leaves_out_what_is_done_and_never_repeats_a_refused_sign_in(tmp_path: Path) -> None:
    names = ["good-1", "fails-1", "refuses-1", "good-2"]
    campaign(tmp_path, names, Order(limit=3, at_once=1)).go()
    assert outcomes(tmp_path) == {
        "good-1": "done",
        "fails-1": "unreachable",
        "refuses-1": "sign-in-refused",
        "good-2": "not-begun",
    }
    campaign(tmp_path, names, Order(at_once=1)).go()
    assert worked(tmp_path) == ["good-1", "fails-1", "refuses-1", "fails-1", "good-2"]
    assert outcomes(tmp_path)["good-2"] == "done"
    again = campaign(tmp_path, names, Order(at_once=1))
    again.go()
    assert isinstance(again.watcher, Heard)
    assert again.watcher.stopped == ["left out refuses-1"]
    campaign(tmp_path, names, Order(at_once=1, refused=True)).go()
    assert worked(tmp_path)[-2:] == ["fails-1", "refuses-1"]


def test_what_was_cut_off_in_the_middle_is_told_and_done_again(tmp_path: Path) -> None:
    first = campaign(tmp_path, ["good-1"])
    first.book.enter(first.devices)
    first.book.starts("good-1")
    assert outcomes(tmp_path) == {"good-1": "interrupted"}
    first.go()
    assert outcomes(tmp_path) == {"good-1": "done"}


def test_a_recorder_that_is_in_use_is_left_alone(tmp_path: Path, home: Path) -> None:
    (device,) = devices("good-1")
    lease = Lease(state_folder() / "leases", device.place)
    assert lease.take()
    ended = station.do(Task(device, Work("sign_in"), tmp_path, tmp_path / ".halt"))
    assert (ended.outcome, ended.error and ended.error["kind"]) == ("skipped", "in-use")
    assert f"is used by process {os.getpid()}" in str(ended.error)
    lease.give_back()


def test_a_defect_leaves_its_places_in_a_file_and_no_value(tmp_path: Path, home: Path) -> None:
    broken = Work("sign_in", manner=None)  # type: ignore[arg-type]
    ended = station.do(Task(devices("good-1")[0], broken, tmp_path, tmp_path / ".halt"))
    assert ended.error is not None
    assert ended.error["kind"] == "defect"
    (file,) = tmp_path.rglob("defect.txt")
    assert str(file) in ended.error["message"]
    assert "station.py" in file.read_text()


def test_a_run_stops_after_failures_in_a_row(tmp_path: Path) -> None:
    run = campaign(tmp_path, ["fails-1", "good-1", "fails-2", "fails-3", "good-2"], Order(stop_after=2, at_once=1))
    run.go()
    assert worked(tmp_path) == ["fails-1", "good-1", "fails-2", "fails-3"]
    assert run.why_stopped == "2 recorders failed one after the other"
    assert not results_of(run.book, stopped=run.why_stopped).all_good


@pytest.mark.parametrize(
    ("names", "agreed", "done"),
    [
        (["good-1", "good-2"], True, ["good-1", "good-2"]),
        (["good-1", "good-2"], False, ["good-1"]),
        (["fails-1", "good-2"], True, ["fails-1"]),
    ],
    ids=["agreed", "not agreed", "canary failed"],
)
def test_the_others_follow_only_good_canaries_and_a_yes(names: list[str], agreed: bool, done: list[str], tmp_path: Path) -> None:
    asked = []

    def agree(question: str) -> bool:
        asked.append(question)
        return agreed

    run = campaign(tmp_path, names, Order(canary=1), agree=agree)
    run.go()
    assert worked(tmp_path) == done
    assert len(asked) == (names[0] == "good-1")


def test_a_limit_that_left_recorders_out_is_no_failure(tmp_path: Path) -> None:
    run = campaign(tmp_path, ["good-1", "good-2"], Order(limit=1))
    run.go()
    assert results_of(run.book).all_good
    assert not results_of(run.book, stopped="interrupted").all_good


def test_a_logbook_that_is_none_or_there_already_is_told(tmp_path: Path) -> None:
    Logbook.begin(tmp_path / "a", "sign_in", {})
    with pytest.raises(WrongCall, match="has the results of a run already; add --resume"):
        Logbook.begin(tmp_path / "a", "sign_in", {})
    with pytest.raises(WrongCall, match="has no results of a fleet"):
        Logbook.at(tmp_path)
    (tmp_path / "fleet.sqlite").write_bytes(b"no database at all, but some text that is longer than its header" * 20)
    with pytest.raises(InvalidFile, match="is not a logbook of a fleet, or damaged"):
        Logbook.at(tmp_path)


def test_a_logbook_that_cannot_be_written_is_told_with_what_to_do(tmp_path: Path) -> None:
    book = Logbook.begin(tmp_path, "sign_in", {})
    book.enter(devices("good-1"))
    book.path.write_bytes(b"")  # as on a disk that is full
    with pytest.raises(NoRoom, match=r"fleet\.sqlite: cannot be written .* make room, then go on with --resume"):
        book.starts("good-1")


def test_more_recorders_at_once_while_the_cores_are_idle_and_fewer_while_they_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = [10.0]
    monkeypatch.setattr("nvrflow.fleet.crew.psutil.cpu_percent", lambda: busy[0])
    pace = Pace(None, cores=1)
    at_first = pace.at_once
    assert at_first <= 2
    for _ in range(20):
        pace.adapt()
    assert at_first < pace.at_once <= 8
    busy[0] = 99.0
    for _ in range(20):
        pace.adapt()
    assert pace.at_once <= 2
    chosen = Pace(5)
    chosen.adapt()
    assert chosen.at_once == 5


def served(subject: str, key: str, ends: str, **more: Any) -> dict[str, Any]:
    known = {"subject": subject, "sha256": subject, "key_id": key, "not_after": ends}
    return {"source": "served", "issuer": "CN=ca", "key": "RSA 2048", "is_ca": False, "self_signed": False, **known, **more}


def of_a_fleet(folder: Path) -> None:
    authority = served("CN=ca", "ca1", "2030-01-01T00:00:00Z", is_ca=True)
    good = {"firmware": "a/x", "model": "M1", "https": True}
    first, second = served("CN=1", "k1", "2026-12-20T00:00:00Z"), served("CN=2", "k2", "2026-01-01T00:00:00Z")
    facts: list[dict[str, Any]] = [
        {**good, "http": "redirects", "tls": "TLSv1.2", "drift": 2, "certificates": [first, authority]},
        {**good, "http": "open", "tls": "TLSv1.0", "certificates": [second, authority]},
        {"https": False, "http": "open", "tls": "", "certificates": []},
        {},
    ]
    book = Logbook.begin(folder, "enable_https", {})
    names = ["good-1", "=cmd|'/c calc'!A1", "<b>third</b>", "fails-1"]
    book.enter(devices(*names))
    for device, fact in zip(devices(*names), facts, strict=True):
        error = {"kind": "unreachable", "message": "nothing | answers", "step": None} if device.name == "fails-1" else None
        book.ended(Ending(device.name, device.url, "failed" if error else "done", device.site, error, facts=fact, seconds=1.5))


def test_the_census_answers_what_a_fleet_is_asked(tmp_path: Path) -> None:
    of_a_fleet(tmp_path)
    census = census_of(tmp_path, datetime(2026, 11, 28, tzinfo=UTC))
    assert census.outcomes == [("done", 3), ("failed: unreachable", 1)]
    assert census.sites == [("(no site)", 2, 1), ("erie", 2, 0)]
    assert census.firmwares == [("a/x M1", 2)]
    assert sorted(census.versions_of_tls) == [("TLSv1.0", 1), ("TLSv1.2", 1), ("no TLS", 1)]
    assert [(one.name, one.days(census.now)) for one in census.ending] == [("=cmd|'/c calc'!A1", -331), ("good-1", 22)]
    assert [(one.what, one.names) for one in census.shared] == [("CA key", ("=cmd|'/c calc'!A1", "good-1"))]
    assert {one.name for one in census.open_http} == {"=cmd|'/c calc'!A1", "<b>third</b>"}
    assert [one.name for one in census.old_tls] == ["=cmd|'/c calc'!A1"]
    assert census.drift == [("a/x", 2)]


def test_the_later_run_counts_and_what_it_did_not_see_is_kept(tmp_path: Path) -> None:
    of_a_fleet(tmp_path / "1")
    later = Logbook.begin(tmp_path / "2", "verify", {})
    later.enter(devices("renamed"))
    later.ended(Ending("renamed", "http://192.0.2.1", "failed", error={"kind": "not-trusted", "message": "x", "step": None}))
    (one,) = [one for one in census_of(tmp_path).recorders if one.name == "renamed"]
    assert (one.work, one.kind, one.facts["model"]) == ("verify", "failed: not-trusted", "M1")
    assert len(census_of(tmp_path).recorders) == 4


def test_what_a_recorder_is_called_does_no_harm_in_the_files(tmp_path: Path) -> None:
    of_a_fleet(tmp_path)
    census = census_of(tmp_path, datetime(2026, 11, 28, tzinfo=UTC))
    assert "'=cmd|" in as_csv(census)
    assert "<b>third" not in as_html(census, tmp_path)
    assert "&lt;b>third" in as_markdown(census)
    assert "nothing \\| answers" in as_markdown(census)
