"""`nvrflow new`."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click


@click.command(short_help="Write a repository for a team's own tests.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def new(folder: Path, as_json: bool) -> int:
    """Write a repository for a team's own tests into FOLDER: tests, flows, selector files, a list of recorders, and files for CI.

    FOLDER must be new or empty; a folder that holds only `.git` counts as empty. The tests pass at once on a simulated recorder.
    """
    from nvrflow.cli.paragraph import say
    from nvrflow.team_repository import write_repository

    files = write_repository(folder)
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "files": files}, ensure_ascii=False, indent=2))
        return 0
    say(f"{folder}: a repository for your tests, with {len(files)} files. Its README.md says what each is for.", indent=2)
    say("Now type:")
    if folder.resolve() != Path.cwd():
        click.echo(f"    cd {shlex.quote(str(folder))}")
    for command in ("pip install -r requirements.txt", "pytest --firmware dahua/nvr_v4"):
        click.echo(f"    {command}")
    say("The tests then run on a simulated recorder. README.md says how they run on yours.")
    return 0
