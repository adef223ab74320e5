"""`nvrflow doctor`."""

from __future__ import annotations

import json

import click


@click.command(short_help="Check what this computer has and what is missing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def doctor(as_json: bool) -> int:
    """Check what this computer has for the job and what is missing, with the command that helps.

    Exit code 1 when something is missing without which nothing works.
    """
    from nvrflow.cli.paragraph import say, say_exactly
    from nvrflow.cli.progress import progress_for
    from nvrflow.trust.equipment import examine_all
    from nvrflow.wait import waiting

    with progress_for(as_json), waiting("this computer's programs"):
        findings = examine_all()
    if as_json:
        click.echo(json.dumps({"findings": [finding.as_dict() for finding in findings]}, ensure_ascii=False, indent=2))
    else:
        mark = {"note": "ok      ", "warning": "note    ", "refusal": "MISSING "}
        for finding in findings:
            say(f"{mark[finding.level]}{finding.where}: {finding.sentence}", indent=8)
            if finding.advice and finding.level != "note":
                say_exactly(finding.advice, indent=10)
    return 1 if any(finding.fatal for finding in findings) else 0
