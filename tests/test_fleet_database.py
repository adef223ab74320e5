"""A fleet beyond one computer: a real PostgreSQL, workers of two sites, simulated recorders - and workers that die or freeze."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from database_here import Server, database
from procrastinate.jobs import Job

from nvrflow.errors import NvrflowError, WrongCall
from nvrflow.fleet.conclusion import Ending
from nvrflow.fleet.crew import Crew
from nvrflow.fleet.fence import Fence
from nvrflow.fleet.shared_logbook import SharedLogbook
from nvrflow.fleet.site_worker import LATER, NotYet, Patience, SiteWorker
from nvrflow.fleet.task import Task, Work
from nvrflow.fleet.task_queue import SiteCrews, checked_database, need_tables, prepare
from nvrflow.inventory.roster import Device
from nvrflow.simulator import simulate

BRISK: dict[str, Any] = {"restart_seconds": 0.3, "scan_seconds": 0.3}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with database() as running:
        prepare(running.url)
        yield running


@pytest.fixture
def sites() -> Iterator[list[Any]]:
    names = ("dahua/nvr_v4", "hikvision/nvr_v4")
    with ExitStack() as running:
        yield [running.enter_context(simulate(name, **BRISK)) for name in names]


def listed(folder: Path, recorders: list[Any], env: dict[str, str]) -> Path:
    lines = ["address;name;site;password"]
    for number, one in enumerate(recorders):
        env[f"PASSWORD_{number}"] = one.password
        lines.append(f"{one.url};nvr-{number};{'erie' if number else 'buffalo'};env:PASSWORD_{number}")
    path = folder / "recorders.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def begun(words: list[str], folder: Path, env: dict[str, str]) -> subprocess.Popen[str]:
    out = (folder / f"{words[0]}-{time.monotonic_ns()}.log").open("w")
    argv = [sys.executable, "-m", "nvrflow", *words]
    return subprocess.Popen(
        argv, env={**os.environ, **env}, cwd=folder, stdout=out, stderr=subprocess.STDOUT, start_new_session=True, text=True
    )


@contextmanager
def worker(site: str, server: Server, file: Path, env: dict[str, str], *more: str) -> Iterator[subprocess.Popen[str]]:
    words = [
        "worker",
        "--site",
        site,
        "--database",
        server.url,
        "--recorders",
        str(file),
        "--workers",
        "1",
        "--out",
        f"of-{site}",
        *more,
    ]
    running = begun(words, file.parent, env)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(60)


def until(happens: Callable[[], object], seconds: float) -> object:
    end = time.monotonic() + seconds
    while not (found := happens()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def states(book: SharedLogbook) -> dict[str, str]:
    return {one.name: one.ending.outcome if one.ending else one.state for one in book.entries()}


def said(folder: Path) -> str:
    return "\n".join(path.read_text() for path in folder.glob("*.log"))


@pytest.mark.browser
def test_each_site_works_on_its_own_recorders_and_no_password_leaves_it(server: Server, sites: list[Any], tmp_path: Path) -> None:
    env: dict[str, str] = {}
    file = listed(tmp_path, sites, env)
    submitted = ["fleet", "run", "sign_in", "--recorders", str(file), "--database", server.url, "--json"]
    with worker("buffalo", server, file, env), worker("erie", server, file, env):
        ended = subprocess.run(
            [sys.executable, "-m", "nvrflow", *submitted], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
        )
    assert ended.returncode == 0, ended.stderr + said(tmp_path)
    assert {one["name"]: one["outcome"] for one in json.loads(ended.stdout)["recorders"]} == {"nvr-0": "done", "nvr-1": "done"}
    assert (tmp_path / "of-buffalo").is_dir() and list((tmp_path / "of-erie").rglob("nvr-1/report.json"))
    with psycopg.connect(server.url) as connection:
        everything = str(connection.execute("SELECT args FROM procrastinate_jobs").fetchall())
        everything += str(connection.execute("SELECT ending FROM nvrflow_recorder").fetchall())
        files = connection.execute("SELECT file, data FROM nvrflow_report").fetchall()
    assert {name for name, _ in files} == {"report.json", "report.html", "junit.xml"}
    assert not [one for one in sites if one.password in everything or any(one.password.encode() in data for _, data in files)]


def test_a_database_that_was_not_prepared_is_told_with_the_command_that_helps(server: Server, tmp_path: Path) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE bare")
    bare = server.url.replace("/postgres", "/bare")
    with pytest.raises(WrongCall, match="nvrflow fleet prepare --database URL"):
        need_tables(bare)
    prepare(bare)
    prepare(bare)
    need_tables(bare)


def test_a_run_that_the_database_does_not_have_is_told(server: Server) -> None:
    with pytest.raises(WrongCall, match="has no run 4711"):
        SharedLogbook.at(server.url, 4711)


def test_an_address_with_a_password_or_of_another_kind_is_refused() -> None:
    with pytest.raises(WrongCall, match="holds a password"):
        checked_database("postgresql://fleet:secret@192.0.2.1/x")
    with pytest.raises(WrongCall, match="write postgresql://"):
        checked_database("mysql://192.0.2.1/x")
    with pytest.raises(NvrflowError, match="cannot be reached"):
        prepare("postgresql://fleet@127.0.0.1:9/x")


def test_a_recorder_waits_in_the_queue_only_once_and_can_be_taken_back(server: Server) -> None:
    device = Device("gate", "http://192.0.2.77", site="nowhere")
    task = Task(device, Work("sign_in"), Path(), Path(".halt"))
    first, second = (SharedLogbook.begin(server.url, "sign_in", {}) for _ in range(2))
    crews = SiteCrews(first), SiteCrews(second)
    for crew in crews:
        crew.book.enter([device])
        crew.book.starts(device.name)
        crew.start(task)
    follows = SiteCrews(SharedLogbook.at(server.url, first.run))
    follows.start(task)
    assert len(follows) == 1 and not follows.ended(0), "a second command for the same run follows the job that waits"
    follows.dismiss()
    (refused,) = crews[1].ended(0)
    assert refused.outcome == "skipped"
    assert "waits in the queue already" in str(refused.error)
    crews[0].withdraw()
    assert not len(crews[0])
    assert states(first) == {"gate": "waiting"}
    for crew in crews:
        crew.dismiss()


def test_only_the_worker_that_has_the_job_may_go_on_and_write_its_ending(server: Server) -> None:
    book = SharedLogbook.begin(server.url, "sign_in", {})
    book.enter([Device("gate", "http://192.0.2.78")])
    with psycopg.connect(server.url, autocommit=True) as connection:
        (mine, other), (job,) = _workers(connection), _job(connection)
        fence = Fence(server.url, job, mine)
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", (mine, job))
        assert fence.why() == ""
        connection.execute("UPDATE procrastinate_jobs SET worker_id = %s WHERE id = %s", (other, job))
        assert "the recorder was given to another one" in fence.why()
        book.ended(Ending("gate", "http://192.0.2.78", "done"), fence)
        assert states(book) == {"gate": "waiting"}
        connection.execute("UPDATE procrastinate_jobs SET worker_id = %s, abort_requested = true WHERE id = %s", (mine, job))
        assert fence.why() == "the work was cancelled"
        book.ended(Ending("gate", "http://192.0.2.78", "done"), fence)
        assert states(book) == {"gate": "done"}
        connection.execute("DELETE FROM procrastinate_jobs WHERE id = %s", (job,))


def test_a_worker_refuses_a_recorder_that_its_own_list_does_not_have(tmp_path: Path) -> None:
    own = {"gate": Device("gate", "http://192.0.2.77"), "yard": Device("yard", "http://192.0.2.79")}
    at_site = SiteWorker("postgresql://127.0.0.1/x", "erie", own, Work(""), Crew(None, {}, 10), tmp_path, 1)
    document, fence = Work("sign_in").as_dict(), Fence("", 1, 1)
    assert at_site.task(1, "gate", "http://192.0.2.77:80", document, fence).device == own["gate"]
    for name, url in (("gate", "http://198.51.100.9"), ("other", "http://192.0.2.77")):
        with pytest.raises(WrongCall, match="own list at erie has no such recorder"):
            at_site.task(1, name, url, document, fence)


def test_only_what_may_be_over_after_a_while_is_tried_again() -> None:
    job, patience = Job(id=1, queue="q", lock=None, queueing_lock=None, task_name="t"), Patience()
    assert patience.get_retry_decision(exception=NotYet("unreachable"), job=job) is not None
    assert patience.get_retry_decision(exception=NotYet("unreachable"), job=job.evolve(attempts=2)) is None
    assert patience.get_retry_decision(exception=NvrflowError("refused"), job=job) is None
    assert not {"sign-in-refused", "account-locked", "selector-drift", "product-defect"} & set(LATER)


def _workers(connection: psycopg.Connection[Any]) -> tuple[int, int]:
    query = "INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id"
    first, second = (connection.execute(query).fetchone() for _ in range(2))
    assert first is not None and second is not None
    return first[0], second[0]


def _job(connection: psycopg.Connection[Any]) -> tuple[int]:
    row = connection.execute("INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('q', 't') RETURNING id").fetchone()
    assert row is not None
    return (row[0],)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
def test_the_recorder_of_a_worker_that_is_gone_is_given_to_another_and_never_driven_by_both(
    number: signal.Signals, server: Server, tmp_path: Path
) -> None:
    env: dict[str, str] = {}
    with simulate("dahua/nvr_v4", latency_ms=300, **BRISK) as recorder:
        file = listed(tmp_path, [recorder], env)
        submitted = begun(
            ["fleet", "run", "enable_https", "--recorders", str(file), "--database", server.url, "--json"], tmp_path, {}
        )
        with worker("buffalo", server, file, env, "--stalled", "4") as first:
            assert until(lambda: recorder.sessions == 1, 60), said(tmp_path)
            time.sleep(4)  # the worker has written down that the sign-in worked
            os.killpg(first.pid, number)  # its stations are in the group, too
            another = tmp_path / "of another computer"
            another.mkdir()
            with worker("buffalo", server, file, {**env, "HOME": str(another)}, "--stalled", "4"):
                assert until(lambda: submitted.poll() is not None, 150), said(tmp_path)
                before = len(recorder.log)
                os.killpg(first.pid, signal.SIGCONT) if number == signal.SIGSTOP else None
                time.sleep(8)
        assert submitted.returncode == 0, said(tmp_path)
        assert "Traceback" not in said(tmp_path)
        later = [str(entry) for entry in recorder.log[before:]]
        assert not [entry for entry in later if "sign" not in entry.lower() and "log" not in entry.lower()], later
        assert recorder.sessions == 0 or number == signal.SIGKILL


@pytest.mark.browser
@pytest.mark.slow
def test_a_restart_of_the_database_in_the_middle_loses_nothing(server: Server, tmp_path: Path) -> None:
    env: dict[str, str] = {}
    with simulate("dahua/nvr_v4", latency_ms=200, **BRISK) as recorder:
        file = listed(tmp_path, [recorder], env)
        words = ["fleet", "run", "enable_https", "--recorders", str(file), "--database", server.url, "--json"]
        submitted = begun(words, tmp_path, {})
        with worker("buffalo", server, file, env, "--stalled", "6"):
            assert until(lambda: recorder.sessions == 1, 60), said(tmp_path)
            server.control("-m", "fast", "restart")
            assert until(lambda: submitted.poll() is not None, 150), said(tmp_path)
        assert submitted.returncode == 0, said(tmp_path)
        assert "Traceback" not in said(tmp_path)
        assert recorder.sessions == 0
        assert sum("sign" in entry.event.lower() or "log" in entry.event.lower() for entry in recorder.log) >= 1
