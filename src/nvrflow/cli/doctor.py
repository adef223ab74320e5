"""`nvrflow doctor`."""

from __future__ import annotations

import json

import click


@click.command(short_help="What this computer has and lacks for the job.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def doctor(as_json: bool) -> int:
    """What this computer has and lacks for the job, each with the command that mends it. Exit code 1 when something lacks."""
    from nvrflow.trust.doctor import examine_all

    findings = examine_all()
    if as_json:
        click.echo(json.dumps({"findings": [finding.as_dict() for finding in findings]}, ensure_ascii=False, indent=2))
    else:
        mark = {"note": "ok  ", "warning": "note", "refusal": "LACK"}
        for finding in findings:
            click.echo(f"{mark[finding.level]} {finding.where}: {finding.sentence}")
            if finding.advice and finding.level != "note":
                click.echo(f"       {finding.advice}")
    return 1 if any(finding.fatal for finding in findings) else 0
