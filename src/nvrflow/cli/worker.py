"""`nvrflow worker`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from nvrflow.cli.finite_number import finite
from nvrflow.cli.fleet_list import need_the_extra
from nvrflow.cli.fleet_run import passwords
from nvrflow.errors import WrongCall

_PATH = click.Path(path_type=Path)


@click.command(short_help="Do the work of a fleet at one site.")
@click.option("--site", metavar="NAME", default="any", show_default=True, help="The site whose queue is worked on.")
@click.option("--database", metavar="URL", required=True, help="The database: postgresql://user@host/name.")
@click.option(
    "--recorders", "file", metavar="FILE", type=_PATH, required=True, help="The site's own list, with the passwords' places."
)
@click.option("--workers", metavar="N", type=click.IntRange(1, 64), default=4, show_default=True, help="Recorders at once.")
@click.option("--flows", metavar="DIR", type=_PATH, help="A folder with your own flows.")
@click.option("--selectors", metavar="DIR", type=_PATH, help="A folder with your own selector files.")
@click.option("--browser-path", metavar="PATH", type=_PATH, help="The browser to use (also NVRFLOW_BROWSER).")
@click.option(
    "--out", metavar="DIR", type=_PATH, default=Path("nvrflow-worker"), show_default=True, help="The folder of the runs."
)
@click.option(
    "--deadline",
    metavar="SECONDS",
    type=click.FloatRange(10),
    callback=finite,
    default=900,
    show_default=True,
    help="The limit of each recorder.",
)
@click.option(
    "--stalled",
    metavar="SECONDS",
    type=click.FloatRange(3),
    callback=finite,
    default=30,
    show_default=True,
    help="When a worker that was not heard of counts as gone.",
)
@click.option("--until-empty", is_flag=True, help="End when the queue is empty.")
def worker(site: str, database: str, file: Path, until_empty: bool, **own: Any) -> int:
    """Take the recorders of one site from the queue of a fleet, and work on them from here, until SIGTERM or Ctrl-C.

    It connects outward only, to the database and to the recorders of its own list. SIGTERM lets the running recorders end.
    """
    need_the_extra("worker")
    from nvrflow.cli.paragraph import say
    from nvrflow.fleet.crew import Crew
    from nvrflow.fleet.site_worker import SiteWorker
    from nvrflow.fleet.task import Work
    from nvrflow.fleet.task_queue import checked_database, need_tables
    from nvrflow.inventory.list_file import read_list
    from nvrflow.recorder import Manner

    devices = [one for one in read_list(file).devices if (one.site or "any") == site]
    if not devices:
        raise WrongCall(f"--site {site}: {file} has no recorder of that site")
    manner = Manner(selectors=own["selectors"], browser=own["browser_path"], attended=False).checked()
    need_tables(checked_database(database))
    crew = Crew(*passwords(tuple(devices), "verify"), own["deadline"])
    known, work = {one.name: one for one in devices}, Work("", manner, own["flows"])

    def tell(sentence: str) -> None:
        say(f"{datetime.now():%H:%M:%S} {site}: {sentence}", err=True, indent=2)

    at_site = SiteWorker(checked_database(database), site, known, work, crew, own["out"], own["workers"], own["stalled"], tell)
    tell(f"working on {len(devices)} recorders of {file}; SIGTERM or Ctrl-C lets the running ones end")
    at_site.run(not until_empty)
    return 0
