"""`nvrflow identify` and `nvrflow lint`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nvrflow.cli.finite_number import finite
from nvrflow.cli.options import checked_place, is_capture

if TYPE_CHECKING:
    from nvrflow.recorder.start_page import Seen


@click.command(short_help="Find the selector file that fits a recorder, and show why.")
@click.argument("url", metavar="URL|CAPTURE", callback=checked_place)
@click.option(
    "--selectors",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="A folder with your own selector files; they come before the shipped ones.",
)
@click.option(
    "--browser-path", metavar="PATH", type=click.Path(path_type=Path), help="The browser to use (also NVRFLOW_BROWSER)."
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=1),
    callback=finite,
    default=30,
    show_default=True,
    help="How long each wait may take.",
)
@click.option("--follow-to", metavar="HOST", multiple=True, help="Another host to which the start page may lead (repeatable).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def identify(
    url: str, selectors: Path | None, browser_path: Path | None, timeout: float, follow_to: tuple[str, ...], as_json: bool
) -> int:
    """Look at the recorder's start page, without signing in, and say which selector file fits. Exit code 1 when none does."""
    from nvrflow.cli.progress import progress_for
    from nvrflow.wait import waiting

    with progress_for(as_json), waiting("the recorder's start page"):
        if is_capture(url):
            from nvrflow.capture.replay import Viewer
            from nvrflow.capture.replay import look_at as look_at_capture

            seen = look_at_capture(Path(url), Viewer(browser_path, selectors=selectors))
        else:
            from nvrflow.recorder.start_page import look_at

            seen = look_at(url, selectors, browser_path, timeout, follow_to)
    if as_json:
        click.echo(json.dumps(seen.as_dict(), ensure_ascii=False, indent=2))
        return 0 if seen.firmware else 1
    _tell(seen)
    return 0 if seen.firmware else 1


def _tell(seen: Seen) -> None:
    """What fits, each candidate with its evidence, and in one line those of which nothing was found."""
    from nvrflow.cli.paragraph import found_mark, say

    say(f"{seen.url}: {seen.firmware or seen.why}", indent=2)
    for candidate in seen.candidates:
        if candidate.score:
            say("")
            say(f"{candidate.score:4.0%} {candidate.firmware.name}")
            for found, evidence in ((True, candidate.found), (False, candidate.missing)):
                for one in evidence:
                    say(f"{found_mark(found)} {one}", first=5, indent=7)
    unlike = [candidate.firmware.name for candidate in seen.candidates if not candidate.score]
    if unlike:
        say("")
        say(f"{0:4.0%} {', '.join(unlike)}", indent=3)


@click.command(short_help="Check selector files: schema, missing words, brittle locators, unused elements.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE|CAPTURE...]")
@click.option(
    "--selectors",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="A folder with your own selector files; they come before the shipped ones.",
)
@click.option(
    "--flows", metavar="DIR", type=click.Path(path_type=Path), help="A folder with your own flows; what they use counts as used."
)
@click.option("--table", is_flag=True, help="Print the selector files as a Markdown table, and exit.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema for editors, and exit.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def lint(files: tuple[Path, ...], selectors: Path | None, flows: Path | None, schema: bool, table: bool, as_json: bool) -> int:
    """Check all selector files, or only the FILEs that are named. Exit code 2 for an error, 1 for warnings only.

    The folder of a CAPTURE is searched for private data.
    """
    if schema:
        from nvrflow.firmware.schema import schema_text

        click.echo(schema_text(), nl=False)
        return 0
    from nvrflow.cli.paragraph import say
    from nvrflow.linting import lint as linted
    from nvrflow.linting import table as tabulated

    if table:
        click.echo(tabulated(selectors), nl=False)
        return 0
    findings = linted(files, selectors, flows)
    if as_json:
        click.echo(json.dumps({"findings": [finding.as_dict() for finding in findings]}, ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            say(str(finding), indent=4)
        if not findings:
            say("Nothing was found that needs to be changed.")
    severities = {finding.severity for finding in findings}
    return 2 if "error" in severities else 1 if "warning" in severities else 0
