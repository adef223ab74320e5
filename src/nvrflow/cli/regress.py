"""`nvrflow regress`: the ready suite of tests on one recorder."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvrflow import environment
from nvrflow.cli.finite_number import finite
from nvrflow.cli.options import checked_address
from nvrflow.cli.password import asker
from nvrflow.errors import Interrupted, NvrflowError, exit_code_of

if TYPE_CHECKING:
    from nvrflow.regression.scoreboard import Result, Scoreboard

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
# Kinds that say nothing of the firmware: the recorder could not be tested at all.
_NOT_TESTED = {"unreachable", "sign-in-refused", "account-locked", "unknown-firmware", "wrong-call", "not-initialised"}
_INTERRUPTED = 2  # pytest's own code
_NOT_LOADED = ("cacheprovider", "terminal", "randomly", "dash")  # plugins of pytest that are not wanted here


@dataclass(frozen=True)
class _Wishes:
    """The options of the command."""

    user: str
    firmware: str | None
    selectors: Path | None
    out: Path | None
    read_only: bool
    yes: bool
    idle_session: float | None
    known_script_errors: Path | None
    as_json: bool

    def arguments(self, url: str, folder: Path, spend: bool) -> list[str]:
        """The options for pytest."""
        given = [
            ("--recorder", url),
            ("--recorder-user", self.user),
            ("--firmware", self.firmware),
            ("--selectors", self.selectors),
            ("--idle-session", self.idle_session),
            ("--known-script-errors", self.known_script_errors),
            ("--results", folder),
            ("--junitxml", folder / "junit.xml"),
        ]
        flags = [name for name, wanted in (("--spend-one-try", spend), ("--read-only", self.read_only)) if wanted]
        return [*(part for name, value in given if value is not None for part in (name, str(value))), *flags]


@click.command(short_help="Test a recorder's firmware with the ready suite.")
@click.argument("url", callback=checked_address)
@click.option("--user", metavar="NAME", default="admin", show_default=True, help="The account on the recorder.")
@click.option("--firmware", metavar="NAME", help="The selector file, for example dahua/nvr_v4 (default: identified).")
@click.option("--selectors", metavar="DIR", type=_FOLDER, help="A folder with your own selector files.")
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), help="The folder (default: a new one in nvrflow-runs/).")
@click.option("--read-only", is_flag=True, help="Leave out every test that changes the recorder.")
@click.option("--yes", is_flag=True, help="Do not ask: turn HTTPS on and off, and spend one try on a wrong password.")
@click.option(
    "--idle-session", metavar="SECONDS", type=click.FloatRange(min=1), callback=finite, help="Test that an idle session ends."
)
@click.option("--known-script-errors", metavar="FILE", type=_FILE, help="Known errors of the pages' scripts, one per line.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, everything else on standard error.")
def regress(url: str, **given: Any) -> int:
    """Test the recorder at URL: sign-in, sessions, every page, certificates, HTTPS, TLS, cookies. It takes some minutes.

    HTTPS is turned on and off, and left as it was found. Exit code 0 only if no test failed.
    """
    from nvrflow.cli.paragraph import say
    from nvrflow.regression.scoreboard import read
    from nvrflow.report.folder import RunFolder

    wishes = _Wishes(**given)
    spend, wishes = _agreed(wishes)
    folder = RunFolder.create(wishes.out, "regress", url).path
    environment.take_password(asker(url, wishes.user)())
    with _quiet_pytest() as run:
        code = run(wishes.arguments(url, folder, spend), _Progress(wishes.as_json))
    if code == _INTERRUPTED:
        raise Interrupted(f"interrupted; what the tests found until then is in {folder}")
    if code in (3, 4):  # pytest's own codes for a defect, and for a wrong call
        raise NvrflowError(f"{folder}: pytest could not run the suite (its exit code {code}); see what it said above")
    board = read(folder)
    say("", err=wishes.as_json)
    say(f"{board.total}", err=wishes.as_json)
    say(f"Written to {folder / 'index.html'}, with summary.md, results.json and junit.xml beside it", err=wishes.as_json)
    if wishes.as_json:
        click.echo(json.dumps(json.loads((folder / "results.json").read_text(encoding="utf-8")), ensure_ascii=False, indent=2))
    return _exit_code(board)


def _agreed(wishes: _Wishes) -> tuple[bool, _Wishes]:
    """Whether one try may be spent, and the wishes; where nobody can be asked, nothing is changed and no try is spent."""
    from nvrflow.cli.paragraph import agreed, say

    if wishes.yes:
        return True, wishes
    if not sys.stdin.isatty():
        if not wishes.read_only:
            say(
                "Nobody can be asked here, so the tests that change the recorder are left out; --yes runs them",
                err=True,
            )
        return False, replace(wishes, read_only=True)
    if not wishes.read_only and not agreed("Also run the tests that turn HTTPS on and off? It is left as it is now."):
        wishes = replace(wishes, read_only=True)
    return agreed(
        "Also run the test that signs in with a wrong password, once? Most recorders lock the account after 3 to 5."
    ), wishes


def _exit_code(board: Scoreboard) -> int:
    kinds = [one.kind for one in board.results if one.outcome in ("failed", "error")]
    if kinds and all(kind in _NOT_TESTED for kind in kinds):
        return exit_code_of(kinds[0])
    return 0 if board.is_good else 1


class _Progress:
    """Prints one line for each test."""

    def __init__(self, err: bool) -> None:
        self.err = err

    def told(self, one: Result) -> None:
        """Print a result: its mark, its promise, and why it is not kept."""
        from nvrflow.cli.paragraph import found_mark, say

        mark = found_mark(one.outcome == "passed") if one.outcome in ("passed", "failed", "error") else "-"
        said = f": {' '.join(one.message.split())}" if one.message else ""
        reason = f" ({one.outcome})" if mark == "-" else ""
        say(f"{mark} {one.promise.rstrip('.')}{reason}{said}", indent=4, first=2, err=self.err)


@contextmanager
def _quiet_pytest() -> Iterator[Any]:
    """A function that runs the suite with options and something that is told each result; a team's own settings do not count."""
    import pytest

    addopts = os.environ.pop("PYTEST_ADDOPTS", None)

    def run(arguments: list[str], progress: _Progress) -> int:
        suite = files("nvrflow.suite")
        off = [part for name in _NOT_LOADED for part in ("-p", f"no:{name}")]
        options = ["-c", str(suite / "pytest.ini"), "--confcutdir", str(suite), *off, "--pyargs", "nvrflow.suite"]
        listener = _Listener(progress)
        try:
            return int(pytest.main([*options, *arguments], plugins=[listener]))
        except Exception:  # an interrupted fixture may end as an error of pytest's own
            if not listener.interrupted:
                raise
            return _INTERRUPTED

    try:
        yield run
    finally:
        if addopts is not None:
            os.environ["PYTEST_ADDOPTS"] = addopts


class _Listener:
    """Passes each result on, once the test and what is put back after it have ended."""

    def __init__(self, progress: _Progress) -> None:
        self.progress = progress
        self.session: Any = None
        self.interrupted = False

    def pytest_keyboard_interrupt(self) -> None:
        """Remember that a person has ended the run."""
        self.interrupted = True

    def pytest_sessionstart(self, session: Any) -> None:
        """Know where the results are kept."""
        self.session = session

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Tell the result of a test that has ended; a recorder that cannot be tested at all ends the run."""
        result = self.session.config.pluginmanager.get_plugin("nvrflow-suite-results").results.get(nodeid)
        if result is not None:
            self.progress.told(result)
            if result.kind in _NOT_TESTED:
                self.session.shouldstop = result.message
