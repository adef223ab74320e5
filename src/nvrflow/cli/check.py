"""`nvrflow check`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nvrflow.cli.options import Driving, checked_address, driving
from nvrflow.cli.password import asker
from nvrflow.errors import WrongCall, exit_code_of

if TYPE_CHECKING:
    from nvrflow.check.examination import Examination
    from nvrflow.report import Report


@click.command(short_help="Look for every element of the selector file on a recorder, and say what changed.")
@click.argument("url", callback=checked_address)
@click.option("--strict", is_flag=True, help="Fail also for an element that a later locator finds.")
@click.option(
    "--write-patch",
    "patch",
    metavar="FILE",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write the changes of the selector file as a diff for `git apply` (- for standard output).",
)
@click.option("--verbose", is_flag=True, help="List every element, not only one screen of them.")
@click.option("--flows", metavar="DIR", type=click.Path(path_type=Path), help="A folder with your own flows.")
@driving
def check(url: str, driving: Driving, strict: bool, patch: Path | None, verbose: bool, flows: Path | None) -> int:
    """Visit every page of the selector file as a person would, change nothing, and give a verdict on each element.

    Exit code 0 only if nothing is missing; with --strict also drift fails.
    """
    from nvrflow.check.examination import Examination
    from nvrflow.cli.progress import progress_for
    from nvrflow.cli.verdicts import print_verdicts

    to_stdout = patch is not None and str(patch) == "-"
    if to_stdout and driving.as_json:
        raise WrongCall("--write-patch -: standard output has the JSON document already; name a file")
    progress = progress_for(driving.as_json or to_stdout)
    job = Examination(
        url,
        driving.user,
        asker(url, driving.user, progress.pause),
        driving.manner(),
        strict,
        driving.out,
        flows,
        driving.trace,
        progress,
    )
    with progress:
        report, folder = job.go()
    written = _write(job, report, patch) if patch is not None else None
    print_verdicts(progress, job, report, folder.path, verbose, written)
    if driving.as_json:
        click.echo(json.dumps(folder.document, ensure_ascii=False, indent=2))
    return exit_code_of(report.error["kind"]) if report.error else 0


def _write(job: Examination, report: Report, file: Path) -> str:
    """Write the patch, and say what became of it."""
    patch = job.patch(str(report.firmware["name"])) if report.firmware else None
    if patch is None or not patch.text:
        return (
            "nothing could be proposed, so no patch was written"
            if job.is_failed
            else "nothing to change, so no patch was written"
        )
    if str(file) == "-":
        click.echo(patch.text, nl=False)
        return ""
    try:
        file.write_text(patch.text, encoding="utf-8", newline="")
    except OSError as problem:
        raise WrongCall(
            f"--write-patch {file}: cannot be written ({problem.strerror}); name a file in a folder of your own"
        ) from None
    return f"{file}: read it, and then: git -C {patch.folder} apply {file.resolve()}"
