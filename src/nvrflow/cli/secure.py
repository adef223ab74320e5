"""`nvrflow secure` and `nvrflow run`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from nvrflow.cli.options import Driving, TrustOptions, checked_address, driving, given_of, trusting
from nvrflow.cli.paragraph import agreed
from nvrflow.cli.password import asker
from nvrflow.errors import WrongCall, exit_code_of

_COMMANDS = click.option(
    "--commands", is_flag=True, help="Also print the exact commands of each import (with --check: before it is done)."
)


@click.command(short_help="Turn on HTTPS and make this computer's browsers trust it.")
@click.argument("url", callback=checked_address)
@driving
@trusting
@_COMMANDS
def secure(url: str, driving: Driving, trust: TrustOptions, commands: bool) -> int:
    """Sign in, download both certificates, turn HTTPS on, import what is needed, and check that the browsers trust it.

    URL is the recorder's address, for example http://192.0.2.10.
    """
    return _run("secure", url, driving, trust, commands=commands)


@click.command(short_help="Run one flow.")
@click.argument("flow")
@click.argument("url", callback=checked_address)
@click.option("--flows", metavar="DIR", type=click.Path(path_type=Path), help="A folder with your own flows.")
@driving
@trusting
@_COMMANDS
def run(flow: str, url: str, flows: Path | None, driving: Driving, trust: TrustOptions, commands: bool) -> int:
    """Run one FLOW by its file's name: sign_in, download_certificates, enable_https, disable_https, secure, or your own.

    A flow of your own is a file NAME.py in --flows DIR that defines NAME(recorder).
    """
    return _run(flow, url, driving, trust, flows, commands)


def _run(flow: str, url: str, driving: Driving, trust: TrustOptions, flows: Path | None = None, commands: bool = False) -> int:
    from nvrflow.browser.head_start import head_start

    head_start("nvrflow.running")
    from nvrflow.cli.progress import progress_for
    from nvrflow.running import Run, takes_trusting

    progress = progress_for(driving.as_json)
    job = Run(
        flow=flow,
        url=url,
        user=driving.user,
        password=asker(url, driving.user, progress.pause),
        manner=driving.manner(),
        out=driving.out,
        flows=flows,
        trace=driving.trace,
        listener=progress,
    )
    if takes_trusting(job.function):
        job.arguments["trusting"] = _trusting(trust, progress)
    elif given := given_of(trust):
        raise WrongCall(
            f"run {flow}: {given[0]} has no effect on a flow that imports nothing (it has no parameter `trusting`); leave it out"
        )
    with progress:
        report, folder = job.go()
    progress.summary(report, folder.path, commands, options=job.manner.options(driving.user))
    if driving.as_json:
        click.echo(json.dumps(folder.document, ensure_ascii=False, indent=2))
    return exit_code_of(report.error["kind"]) if report.error else 0


def _trusting(trust: TrustOptions, progress: Any) -> Any:
    import sys

    from nvrflow.trust.computer import Computer
    from nvrflow.trust.discovery import chosen_stores
    from nvrflow.trust.stages import Trusting

    if trust.stores:
        chosen_stores(Computer.this(), trust.stores, trust.scope)  # raises WrongCall for a store that this computer does not have

    def confirm(question: str) -> bool:
        with progress.pause():
            return agreed(question)

    ask = confirm if sys.stdin.isatty() and sys.stderr.isatty() else None
    return Trusting(trust.kind, trust.stores, trust.scope, trust.expected, trust.yes, ask, also=trust.also)
