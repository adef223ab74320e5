"""`nvrflow identify` and `nvrflow lint`."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command(short_help="Which selector file fits a recorder, the evidence, and the runners-up.")
@click.argument("url")
@click.option(
    "--selectors", metavar="DIR", type=click.Path(path_type=Path), help="Your own selector files, before the shipped ones."
)
@click.option(
    "--browser-path", metavar="PATH", type=click.Path(path_type=Path), help="The browser to use (also NVRFLOW_BROWSER)."
)
@click.option(
    "--timeout", metavar="SECONDS", type=click.FloatRange(min=1), default=30, show_default=True, help="The end of every wait."
)
@click.option("--follow-to", metavar="HOST", multiple=True, help="Another host to which the start page may lead (repeatable).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def identify(
    url: str, selectors: Path | None, browser_path: Path | None, timeout: float, follow_to: tuple[str, ...], as_json: bool
) -> int:
    """Look at the recorder's start page, without signing in, and say which selector file fits. Exit code 1 when none does."""
    from nvrflow.recorder.opening import look_at

    seen = look_at(url, selectors, browser_path, timeout, follow_to)
    if as_json:
        click.echo(json.dumps(seen.as_dict(), ensure_ascii=False, indent=2))
        return 0 if seen.firmware else 1
    click.echo(f"{seen.url}: {seen.firmware or seen.why}")
    for candidate in seen.candidates:
        click.echo(f"  {candidate.score:4.0%} {candidate.firmware.name}")
        for word, evidence in (("has", candidate.found), ("lacks", candidate.missing)):
            for one in evidence:
                click.echo(f"         {word:5} {one}")
    return 0 if seen.firmware else 1


@click.command(short_help="Selector files checked: schema, words, brittle locators, what nothing uses.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE...]")
@click.option(
    "--selectors", metavar="DIR", type=click.Path(path_type=Path), help="Your own selector files, before the shipped ones."
)
@click.option("--flows", metavar="DIR", type=click.Path(path_type=Path), help="Your own flows: what they use is used.")
@click.option("--table", is_flag=True, help="Print the selector files as a Markdown table, and exit.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema for editors, and exit.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def lint(files: tuple[Path, ...], selectors: Path | None, flows: Path | None, schema: bool, table: bool, as_json: bool) -> int:
    """Check selector files, all of them or those named. Exit code 2 for an error, 1 for warnings only."""
    if schema:
        from nvrflow.firmware.schema import schema_text

        click.echo(schema_text(), nl=False)
        return 0
    from nvrflow.linting import lint as linted
    from nvrflow.linting import table as tabulated

    if table:
        click.echo(tabulated(selectors), nl=False)
        return 0
    findings = linted(files, selectors, flows)
    if as_json:
        click.echo(json.dumps({"findings": [finding.as_dict() for finding in findings]}, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(map(str, findings)) or "nothing to mend")
    return 2 if any(finding.severity == "error" for finding in findings) else 1 if findings else 0
