"""`nvrflow fleet run`: one piece of work on many recorders."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvrflow.cli.finite_number import finite
from nvrflow.cli.fleet_list import Meant, of_the_list, with_options
from nvrflow.cli.options import TrustOptions, given_of, trusting
from nvrflow.errors import WrongCall

if TYPE_CHECKING:
    from nvrflow.fleet.campaign import Campaign, Workers
    from nvrflow.fleet.logbook import Book, Logbook
    from nvrflow.fleet.task import Work
    from nvrflow.inventory.roster import Device

_PATH = click.Path(path_type=Path)
_ALL = 1_000_000_000  # recorders in the queue at once
_HOW = [
    click.option("--check", is_flag=True, help="Change nothing: only read, and report what would be done."),
    click.option("--strict", is_flag=True, help="With check: fail also for an element that a later locator finds."),
    click.option("--selectors", metavar="DIR", type=_PATH, help="A folder with your own selector files."),
    click.option("--flows", metavar="DIR", type=_PATH, help="A folder with your own flows."),
    click.option("--language", metavar="CODE", help="The language of the recorders' pages, for example es."),
    click.option(
        "--keep-pictures", "keep", type=click.Choice(["failures", "all", "none"]), default="failures", show_default=True,
        help="The runs whose pictures are kept.",
    ),
    click.option("--trace", is_flag=True, help="Keep Playwright's trace of each run, without password and session."),
    click.option("--browser-path", metavar="PATH", type=_PATH, help="The browser to use (also NVRFLOW_BROWSER)."),
    click.option("--last-try", is_flag=True, help="Sign in even if that may be the last try before an account is locked."),
    click.option(
        "--timeout", metavar="SECONDS", type=click.FloatRange(1, 3600), callback=finite,
        default=30, show_default=True, help="Limit of each wait."
    ),
    click.option(
        "--deadline", metavar="SECONDS", type=click.FloatRange(10), callback=finite, default=900, show_default=True,
        help="How long the work on one recorder may take before its process is ended.",
    ),
]  # fmt: skip
_ORDER = [
    click.option("--workers", metavar="N", type=click.IntRange(1, 64),
        help="Recorders at once (default: as many as this computer can feed)."),
    click.option("--limit", metavar="N", type=click.IntRange(1), help="Work on N recorders at most."),
    click.option("--canary", metavar="N", type=click.IntRange(0), default=0, help="First N alone; then ask whether to go on."),
    click.option("--stop-after", metavar="N", type=click.IntRange(1), help="Stop after N failures one after the other."),
    click.option("--refused", is_flag=True, help="With --resume: also what refused the sign-in; its password is corrected."),
    click.option("--resume", is_flag=True, help="Go on with the run in --out: leave out what is done."),
]  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What was typed for `fleet run`."""

    check: bool
    strict: bool
    selectors: Path | None
    flows: Path | None
    language: str | None
    keep: Any
    trace: bool
    browser_path: Path | None
    last_try: bool
    timeout: float
    deadline: float
    workers: int | None
    limit: int | None
    canary: int
    stop_after: int | None
    refused: bool
    resume: bool


@click.command(short_help="Run one flow on many recorders.")
@click.argument("work", metavar="FLOW")
@of_the_list
@with_options(_HOW)
@with_options(_ORDER)
@click.option("--out", metavar="DIR", type=_PATH, help="The folder of the run (default: a new one in nvrflow-fleet/).")
@click.option("--database", metavar="URL", help="Have the workers of the sites do it: postgresql://user@host/name.")
@click.option("--run", "number", metavar="N", type=click.IntRange(1), help="With --database and --resume: the run that goes on.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@trusting
def run(work: str, meant: Meant, as_json: bool, trust: TrustOptions, **typed: Any) -> int:
    """Run FLOW on every recorder of the list: a flow, or check, capture, verify or identify. Each has an outcome of its own.

    Ctrl-C lets the running ones end and leaves the others undone; --resume goes on. Exit code 3 if a recorder failed, or was
    not begun because the run stopped.
    """
    from nvrflow.cli.fleet_table import Table
    from nvrflow.fleet.campaign import Campaign, Order

    place = Place(typed.pop("out"), typed.pop("database"), typed.pop("number"))
    asked = Asked(**typed)
    devices = meant.devices()
    job = _work(work, asked, trust)
    with Table(as_json) as table:
        book, crew, folder = place.shared(job, asked) if place.database else place.here(job, asked, devices)
        order = Order(asked.limit, asked.canary, asked.stop_after, _ALL if place.database else asked.workers, asked.refused)
        agree = lambda question: table.agreed(question, trust.yes)  # noqa: E731
        campaign = Campaign(devices, job, book, crew, folder, table, order, agree)
        campaign.go()
    return _conclude(campaign, as_json)


@dataclass(frozen=True)
class Place:
    """Where the work is done and its results are kept: on this computer in the folder `out`, or at the sites of a database."""

    out: Path | None
    database: str | None
    number: int | None

    def here(self, job: Work, asked: Asked, devices: tuple[Device, ...]) -> tuple[Book, Workers, Path]:
        """The logbook, the stations and the folder of a run on this computer. Raises WrongCall."""
        from nvrflow.fleet.crew import Crew

        if self.number is not None:
            raise WrongCall("--run: names a run in a database; add --database URL, or use --out DIR")
        password, variables = passwords(devices, job.name)
        book = _book(self.out, job.name, asked)
        return book, Crew(password, variables, asked.deadline), book.folder

    def shared(self, job: Work, asked: Asked) -> tuple[Book, Workers, Path]:
        """The logbook in the database, and the workers of the sites. Raises WrongCall."""
        from nvrflow.fleet.shared_logbook import SharedLogbook
        from nvrflow.fleet.task_queue import SiteCrews, checked_database, need_tables

        url = checked_database(self.database or "")
        need_tables(url)
        for value, option in (
            (self.out, "--out"),
            (asked.workers, "--workers"),
            (asked.flows, "--flows"),
            (asked.selectors, "--selectors"),
            (asked.browser_path, "--browser-path"),
            (asked.trace, "--trace"),
        ):
            if value:
                raise WrongCall(f"{option}: is for work on this computer; with --database, give it to nvrflow worker at the site")
        if job.terms is not None:
            raise WrongCall(
                f"{job.name}: imports certificates on the computer that does the work; run enable_https with --database instead"
            )
        if asked.resume and self.number is None:
            raise WrongCall("--resume: name the run that goes on, with --run N")
        book = (
            SharedLogbook.at(url, self.number)
            if asked.resume and self.number
            else SharedLogbook.begin(url, job.name, _given(asked))
        )
        return book, SiteCrews(book), Path("nvrflow-fleet")  # where nothing is written


def _work(name: str, asked: Asked, trust: TrustOptions) -> Work:
    """The work, after everything about it that can be wrong for all recorders was checked once."""
    from nvrflow.fleet.task import WITHOUT_FLOW, Work
    from nvrflow.recorder import Manner
    from nvrflow.running import find_flow, takes_trusting

    manner = Manner(
        selectors=asked.selectors, language=asked.language, check=asked.check, browser=asked.browser_path, timeout=asked.timeout,
        last_try=asked.last_try, attended=False, screenshots=asked.keep != "none",
    ).checked()  # fmt: skip
    terms = None
    if name not in WITHOUT_FLOW and takes_trusting(find_flow(name, asked.flows)):
        terms = asdict(trust)
    elif given := [one for one in given_of(trust) if one != "--yes" or not asked.canary]:
        raise WrongCall(f"fleet run {name}: {given[0]} has no effect on work that imports nothing; leave it out")
    return Work(name, manner, asked.flows, terms, asked.keep, asked.strict, asked.trace)


def passwords(devices: tuple[Device, ...], work: str) -> tuple[str | None, dict[str, str]]:
    """NVRFLOW_PASSWORD, and the values of the variables that the list names. Raises WrongCall if one is needed and not set."""
    from nvrflow import environment

    variables = {}
    for device in devices:
        reference = device.password
        if reference is not None and reference.kind == "env" and reference.place not in variables:
            value = environment.take_variable(reference.place)
            if not value and work not in ("verify", "identify"):
                raise WrongCall(
                    f"{device.name}: the list says that its password is in {reference.place}, which is not set; set it"
                )
            variables[reference.place] = value or ""
    password = environment.password()
    if work not in ("verify", "identify") and not password and (bare := [one.name for one in devices if one.password is None]):
        raise WrongCall(f"{bare[0]}: the list does not say where its password is; set NVRFLOW_PASSWORD, or add it to the list")
    return password, variables


def _book(out: Path | None, work: str, asked: Asked) -> Logbook:
    from nvrflow.fleet.logbook import Logbook

    if asked.resume:
        if out is None:
            raise WrongCall("--resume: name the folder of the run that goes on, with --out DIR")
        book = Logbook.at(out)
        if book.about["work"] != work:
            raise WrongCall(f"--resume: {out} has the results of {book.about['work']}, not of {work}; name another folder")
        if ("check" in book.about["given"]) != asked.check:
            raise WrongCall(f"--resume: {out} was begun {'without' if asked.check else 'with'} --check; name another folder")
        return book
    folder = out or Path("nvrflow-fleet") / f"{datetime.now():%Y-%m-%d-%H%M%S}-{work}"
    return Logbook.begin(folder, work, _given(asked))


def _given(asked: Asked) -> dict[str, str]:
    return {key: str(value) for key, value in asdict(asked).items() if value}


def _conclude(campaign: Campaign, as_json: bool) -> int:
    from nvrflow.cli.fleet_table import conclusion
    from nvrflow.fleet.results import results_of

    results = results_of(campaign.book, {one.name for one in campaign.devices}, campaign.why_stopped)
    if as_json:
        click.echo(json.dumps(results.as_dict(), ensure_ascii=False, indent=2))
    conclusion(results, sys.stderr if as_json else sys.stdout)
    if campaign.interrupted:
        return 130
    return 0 if results.all_good else 3
