"""The command line. It makes no decisions; only this package prints and turns errors into exit codes."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import traceback
from collections.abc import Mapping
from importlib import import_module
from types import FrameType
from typing import Any, NoReturn

import click

from nvrflow.address import covered
from nvrflow.environment import take_password
from nvrflow.errors import NvrflowError

_COMMANDS = {
    "secure": "nvrflow.cli.secure",
    "run": "nvrflow.cli.secure",
    "identify": "nvrflow.cli.identify",
    "guide": "nvrflow.cli.guide",
    "picture": "nvrflow.cli.picture",
    "check": "nvrflow.cli.check",
    "try": "nvrflow.cli.check",
    "read": "nvrflow.cli.read",
    "capture": "nvrflow.cli.capture",
    "regress": "nvrflow.cli.regress",
    "compare": "nvrflow.cli.compare",
    "history": "nvrflow.cli.history",
    "verify": "nvrflow.cli.trust",
    "trust": "nvrflow.cli.trust",
    "untrust": "nvrflow.cli.trust",
    "bundle": "nvrflow.cli.trust",
    "lint": "nvrflow.cli.identify",
    "new": "nvrflow.cli.new",
    "fleet": "nvrflow.cli.fleet",
    "worker": "nvrflow.cli.worker",
    "simulate": "nvrflow.cli.simulate",
    "demo": "nvrflow.cli.simulate",
    "doctor": "nvrflow.cli.doctor",
}
_SUMMARIES = {
    "secure": "Turn on HTTPS and make this computer's browsers trust it: the whole manual procedure.",
    "run": "Run one flow: sign_in, download_certificates, enable_https, disable_https, secure, or your own.",
    "identify": "Find the selector file that fits a recorder, and show why.",
    "guide": "Write the illustrated guide of a flow: Markdown, HTML and PDF, a picture for each step.",
    "picture": "Take one picture for documentation, by the page's name; or check that it is up to date.",
    "check": "Look for every element of the selector file on a recorder: found, drift or missing, and the change that helps.",
    "try": "See what a locator finds on a page of the recorder.",
    "read": "Read every setting that the recorder's pages show, as one document.",
    "capture": "Keep every page of a recorder, without private data, to look at without the recorder.",
    "regress": "Test a recorder's firmware with the ready suite: sign-in, pages, certificates, HTTPS, TLS, cookies.",
    "compare": "Say what changed between two firmwares, worst first: captures, runs or live recorders.",
    "history": "Show the captures and runs of a device line over time: a table and one chart.",
    "verify": "Ask this computer's browsers whether they trust the recorder; if not, say why and what to do.",
    "trust": "Import certificate files with the operating system's tools.",
    "untrust": "Remove exactly what nvrflow imported.",
    "bundle": "Make a folder for the thumb drive: certificates, install and uninstall scripts.",
    "lint": "Check selector files: schema, missing words, brittle locators, unused elements.",
    "new": "Write a repository for a team's own tests: flows, selector files, a list of recorders, files for CI.",
    "fleet": "Work on many recorders that a file lists: run, list, report.",
    "worker": "Do the work of a fleet at one site: what its queue in a database holds.",
    "simulate": "Run a simulated recorder in the foreground.",
    "demo": "See it work: secure a simulated recorder in a temporary home.",
    "doctor": "Check what this computer has and what is missing, with the command that helps.",
}


class _LazyGroup(click.Group):
    """A group that imports a command's module only when that command is called, so that `--help` is fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(_COMMANDS[cmd_name])
        command = getattr(module, cmd_name if hasattr(module, cmd_name) else f"{cmd_name}_")  # some are words of Python
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_SUMMARIES.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as problem:
            import difflib

            near = difflib.get_close_matches(args[0], _COMMANDS, n=1)
            if near:
                raise click.UsageError(f"{problem.message} Did you mean {near[0]}?", ctx) from None
            raise


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from nvrflow.report import nvrflow_version

        click.echo(f"nvrflow {nvrflow_version()}")
        ctx.exit()


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version and exit."
)
def nvrflow() -> None:
    """Turn on HTTPS on a CCTV recorder through its own web pages, and make this computer's browsers trust it.

    The password is read from NVRFLOW_PASSWORD, then the keyring, then asked for; there is no option for it.
    """


def main() -> NoReturn:
    """The command `nvrflow`. Exit codes: 0 done, 1 failed, 2 wrong call or file, 4 sign-in refused, 130 interrupted."""
    signal.signal(signal.SIGTERM, _terminated)
    as_json = "--json" in sys.argv[1:]
    take_password()
    try:
        code = nvrflow.main(standalone_mode=False, prog_name="nvrflow")
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as ending:
        sys.exit(ending.exit_code)
    except click.ClickException as problem:
        _say(as_json, "wrong-call", covered(_told(problem), sys.argv[1:]))
        if isinstance(problem, click.UsageError) and problem.ctx is not None:
            click.echo(f"Try '{problem.ctx.command_path} --help'.", err=True)
        sys.exit(2)
    except NvrflowError as problem:
        _say(as_json, problem.kind, str(problem), problem.step, problem.facts)
        sys.exit(problem.exit_code)
    except (KeyboardInterrupt, click.Abort):
        _say(as_json, "interrupted", "interrupted")
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as problem:  # a defect in nvrflow is reported without a traceback on the screen
        with tempfile.NamedTemporaryFile("w", prefix="nvrflow-defect-", suffix=".txt", delete=False, encoding="utf-8") as file:
            file.write("".join(traceback.format_tb(problem.__traceback__)) + type(problem).__name__)
        _say(
            as_json,
            "failed",
            f"this is a defect in nvrflow ({type(problem).__name__}); please report it with the file {file.name}",
        )
        sys.exit(1)


def _told(problem: click.ClickException) -> str:
    """Click's own message, except for an option that only another command has."""
    if isinstance(problem, click.NoSuchOption) and problem.option_name == "--video":
        return "--video: only nvrflow guide makes a video; type nvrflow guide with the address, --video, and --flow for the flow"
    return problem.format_message()


def _say(as_json: bool, kind: str, message: str, step: str | None = None, facts: Mapping[str, Any] | None = None) -> None:
    if as_json:
        from nvrflow.report import nvrflow_version

        error: dict[str, Any] = {"kind": kind, "message": message, "step": step}
        document = {"nvrflow": nvrflow_version(), **(facts or {}), "outcome": "failed", "error": error}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    from nvrflow.cli.paragraph import say

    say(f"nvrflow: {message}", err=True, indent=2)


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
