"""`nvrflow check` and `nvrflow try`."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvrflow.cli.options import Driving, checked_place, driving, is_capture
from nvrflow.cli.password import asker
from nvrflow.errors import WrongCall, exit_code_of

if TYPE_CHECKING:
    from nvrflow.check.examination import Examination
    from nvrflow.check.lookup import Looked
    from nvrflow.report import Report


@click.command(short_help="Look for every element of the selector file on a recorder, and say what changed.")
@click.argument("url", metavar="URL|CAPTURE", callback=checked_place)
@click.option("--strict", is_flag=True, help="Fail also for an element that a later locator finds.")
@click.option(
    "--write-patch",
    "patch",
    metavar="FILE",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write the changes of the selector file as a diff for `git apply` (- for standard output).",
)
@click.option("--record", "kept", is_flag=True, help="Keep the result beside the selector file, as evidence of a real device.")
@click.option("--verbose", is_flag=True, help="List every element, not only one screen of them.")
@click.option("--flows", metavar="DIR", type=click.Path(path_type=Path), help="A folder with your own flows.")
@driving
def check(url: str, driving: Driving, patch: Path | None, verbose: bool, kept: bool, **own: Any) -> int:
    """Visit every page of the selector file as a person would, change nothing, and give a verdict on each element.

    Exit code 0 only if nothing is missing; with --strict also drift fails.
    """
    from nvrflow.check.examination import Examination
    from nvrflow.cli.progress import progress_for
    from nvrflow.cli.verdicts import print_verdicts

    to_stdout = patch is not None and str(patch) == "-"
    if to_stdout and driving.as_json:
        raise WrongCall("--write-patch -: standard output has the JSON document already; name a file")
    if kept:
        _check_evidence(url)
    progress = progress_for(driving.as_json or to_stdout)
    job = Examination(
        url,
        driving.user,
        None if is_capture(url) else asker(url, driving.user, progress.pause),
        driving.manner(),
        own["strict"],
        driving.out,
        own["flows"],
        driving.trace,
        progress,
    )
    with progress:
        report, folder = job.go()
    written = _write(job, report, patch) if patch is not None else None
    print_verdicts(progress, job, report, folder.path, verbose, written)
    if kept:
        _record(report)
    if driving.as_json:
        click.echo(json.dumps(folder.document, ensure_ascii=False, indent=2))
    return exit_code_of(report.error["kind"]) if report.error else 0


def _check_evidence(url: str) -> None:
    from nvrflow.check.device_evidence import check_before

    if is_capture(url):
        raise WrongCall("--record: a capture is evidence already; put its folder into fixtures/VENDOR/FILE/captures")
    check_before(url)


def _record(report: Report) -> None:
    from nvrflow.check.device_evidence import record
    from nvrflow.cli.paragraph import say

    if report.error is not None:
        say("Nothing was recorded, because the check failed.", err=True, indent=2)
    else:
        say(f"Recorded: {record(report)}", err=True, indent=2)


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
    return f"{file}; read it, and then: {shlex.join(['git', '-C', str(patch.folder), 'apply', str(file.resolve())])}"


@click.command("try", short_help="See what a locator finds on a page of the recorder.")
@click.argument("url", metavar="URL|CAPTURE", callback=checked_place)
@click.argument("locators", metavar="LOCATOR...", nargs=-1, required=True)
@click.option("--page", metavar="NAME", default="sign_in", show_default=True, help="The page of the selector file to look at.")
@click.option("--flows", metavar="DIR", type=click.Path(path_type=Path), help="A folder with your own flow sign_in.")
@driving
def try_(url: str, locators: tuple[str, ...], page: str, driving: Driving, flows: Path | None) -> int:
    """Say for each LOCATOR how many elements it finds on a page, and whether it finds exactly one that is visible.

    A LOCATOR is written as in a selector file, {role: button, name: OK}, or as role=button name=OK, or it is CSS. Exit code 0
    only if each of them finds exactly one.
    """
    from nvrflow.check.lookup import Inquirer, look_up
    from nvrflow.cli.paragraph import say
    from nvrflow.cli.progress import progress_for

    progress = progress_for(driving.as_json)
    with progress:
        password = None if is_capture(url) else asker(url, driving.user, progress.pause)
        found = look_up(url, locators, page, Inquirer(driving.user, password, driving.manner(), flows, progress))
    if driving.as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
    else:
        say(f"{found.firmware}: {found.page}")
        for one in found.looked:
            _tell(one)
    return 0 if all(one.is_unique for one in found.looked) else 1


def _tell(one: Looked) -> None:
    """One locator: its verdict, what it finds, or what is similar."""
    from nvrflow.cli.paragraph import found_mark, say

    hidden = f", and {one.count - one.visible} that cannot be seen" if one.count > one.visible else ""
    say("")
    say(f"{found_mark(one.is_unique)} {one.locator}: {one.visible} visible{hidden}", indent=4)
    for match in one.matches:
        say(f"{_control(match)}", first=4, indent=6)
    if one.visible > len(one.matches):
        say(f"and {one.visible - len(one.matches)} more", first=4)
    for near in one.near:
        advice = f"; {near['locator']} finds it" if near["locator"] else ""
        say(f"similar ({near['score']:.2f}): {_control(near)}{advice}", first=4, indent=6)


def _control(match: dict[str, Any]) -> str:
    said = f'{match["role"]} "{match["name"]}"' if match["role"] else "an element without a label"
    return said + (" at {:.0f},{:.0f}, {:.0f} x {:.0f}".format(*match["box"]) if match["box"] else "")
