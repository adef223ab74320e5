"""`nvrflow fleet`: one piece of work on many recorders, and what they are like."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvrflow.cli.fleet_list import Meant, need_the_extra, of_the_list
from nvrflow.cli.fleet_run import run
from nvrflow.errors import WrongCall

if TYPE_CHECKING:
    from nvrflow.fleet.census import Census

_PATH = click.Path(path_type=Path)


@click.group(short_help="One flow on many recorders, and what they are like.")
def fleet() -> None:
    """Work on many recorders that a file lists, and report what they are like."""
    need_the_extra("fleet")


fleet.add_command(run)


@fleet.command("list", short_help="The recorders of a list.")
@of_the_list
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def list_(meant: Meant, as_json: bool) -> int:
    """Show the recorders of a list, and where the password of each is. Nothing is asked of a recorder."""
    from nvrflow.cli.fleet_table import inventory

    devices = meant.devices()
    if as_json:
        click.echo(json.dumps({"recorders": [one.as_dict() for one in devices]}, ensure_ascii=False, indent=2))
    else:
        inventory(devices, sys.stdout)
    return 0


@fleet.command("add", short_help="Add recorders to a list.")
@click.argument("name", required=False)
@click.argument("url", required=False)
@click.option("--recorders", "file", metavar="FILE", type=_PATH, required=True, help="The list in YAML; made if it is not there.")
@click.option("--site", metavar="NAME", help="Where the recorder stands.")
@click.option("--user", metavar="NAME", help="The account on the recorder (default: admin).")
@click.option("--firmware", metavar="NAME", help="Its selector file (default: identified).")
@click.option("--tag", "tags", metavar="WORD", multiple=True, help="A word to choose it by (repeatable).")
@click.option("--password", metavar="KIND:PLACE", help="Where its password is: env:NAME, keyring:SERVICE, file:PATH or command:…")
@click.option("--ansible", metavar="FILE", type=_PATH, help="Instead: the hosts that `ansible-inventory --list` printed.")
def add(name: str | None, url: str | None, file: Path, ansible: Path | None, **own: Any) -> int:
    """Add the recorder NAME at URL to a list, or all hosts of an Ansible inventory. Comments and order of the list stay."""
    from nvrflow.inventory.amendment import add as added
    from nvrflow.inventory.ansible import recorders_of

    if (ansible is None) == (name is None or url is None):
        raise WrongCall("fleet add: write NAME URL, or --ansible FILE")
    kind, _, place = (own.pop("password") or "").partition(":")
    reference = {kind: place} if kind else None
    one = {"name": name, "url": url, **own, "tags": list(own["tags"]), "password": reference}
    before = recorders_of(ansible) if ansible is not None else [one]
    listed = added(file, before)
    click.echo(f"{file}: {len(before)} added, {len(listed.devices)} recorders in all")
    return 0


@fleet.command("remove", short_help="Remove recorders from a list.")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--recorders", "file", metavar="FILE", type=_PATH, required=True, help="The list in YAML.")
def remove(names: tuple[str, ...], file: Path) -> int:
    """Remove recorders from a list by their names. Comments and order of the others stay. Nothing is done to the recorders."""
    from nvrflow.inventory.amendment import remove as removed

    listed = removed(file, names)
    click.echo(f"{file}: {len(names)} removed, {len(listed.devices)} recorders left")
    return 0


@fleet.command("report", short_help="What a fleet is like.")
@click.argument("folder", type=_PATH, required=False)
@click.option("--database", metavar="URL", help="The runs in a database instead of those in a folder.")
@click.option("--html", metavar="FILE", type=_PATH, help="Write a page that opens offline.")
@click.option("--csv", metavar="FILE", type=_PATH, help="Write a line for each recorder, for a spreadsheet.")
@click.option("--markdown", metavar="FILE", type=_PATH, help="Write the numbers for a ticket or a wiki.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def report(folder: Path | None, database: str | None, as_json: bool, **files: Path | None) -> int:
    """Tell what the recorders are like, from the runs in FOLDER and below, each recorder as it was last seen.

    Without a file it writes FOLDER/fleet.html.
    """
    from nvrflow.cli.fleet_table import overview
    from nvrflow.fleet.census_page import as_csv, as_html, as_markdown

    if (folder is None) == (database is None):
        raise WrongCall("fleet report: name the folder of the runs, or --database URL")
    census = _census(folder, database)
    if not any(files.values()) and not as_json:
        files["html"] = (folder or Path()) / "fleet.html"
    if page := files["html"]:
        _write(page, as_html(census, page.parent))
    if csv := files["csv"]:
        _write(csv, as_csv(census))
    if markdown := files["markdown"]:
        _write(markdown, as_markdown(census))
    if as_json:
        click.echo(json.dumps(census.as_dict(), ensure_ascii=False, indent=2))
    else:
        overview(census, [path for path in files.values() if path is not None], sys.stdout)
    return 0


def _census(folder: Path | None, database: str | None) -> Census:
    from nvrflow.fleet.census import census_in, census_of

    if database is None:
        return census_of(folder or Path())
    from nvrflow.fleet.shared_logbook import SharedLogbook
    from nvrflow.fleet.task_queue import checked_database, need_tables

    need_tables(checked_database(database))
    return census_in(SharedLogbook.all(database), "the database")


@fleet.command("prepare", short_help="Make the tables that the workers of a fleet need.")
@click.option("--database", metavar="URL", required=True, help="The database: postgresql://user@host/name.")
def prepare(database: str) -> int:
    """Make the tables of the queue and of nvrflow in a PostgreSQL database, as far as they are missing. It can be repeated."""
    from nvrflow.fleet.task_queue import checked_database
    from nvrflow.fleet.task_queue import prepare as make_tables

    make_tables(checked_database(database))
    click.echo("The database is ready. Start a worker at each site: nvrflow worker --site NAME --recorders FILE --database URL")
    return 0


def _write(path: Path, text: str) -> None:
    from nvrflow.whole_file import write_whole

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode())
    except OSError as problem:
        raise WrongCall(f"{path}: cannot be written ({problem.strerror}); name another place") from None
