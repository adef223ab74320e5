"""The options shared by all commands that drive a recorder, and the objects made from them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvrflow.cli.finite_number import finite
from nvrflow.errors import WrongCall

if TYPE_CHECKING:
    from nvrflow.trust import Kind
    from nvrflow.trust.computer import Scope

_OUT = click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path), help="The run folder (default: a new one in nvrflow-runs/)."
)
_DRIVING: list[Callable[..., Any]] = [
    click.option("--user", metavar="NAME", default="admin", show_default=True, help="The account on the recorder."),
    click.option("--firmware", metavar="NAME", help="The selector file, for example dahua/nvr_v4 (default: identified)."),
    click.option(
        "--selectors",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="A folder with your own selector files; they come before the shipped ones.",
    ),
    click.option(
        "--language",
        metavar="CODE",
        help="The language of the recorder's pages, for example es (default: the language that the pages declare).",
    ),
    _OUT,
    click.option("--check", is_flag=True, help="Change nothing: only read, and report what would be done."),
    click.option(
        "--json", "as_json", is_flag=True, help="One JSON document on standard output, everything else on standard error."
    ),
    click.option("--headed", is_flag=True, help="Show the browser."),
    click.option(
        "--slowmo",
        metavar="MS",
        type=click.FloatRange(min=0),
        callback=finite,
        default=0,
        help="Milliseconds to pause after each action.",
    ),
    click.option("--screenshots/--no-screenshots", default=True, show_default=True, help="Take a picture of each step."),
    click.option("--trace", is_flag=True, help="Keep Playwright's trace, without password and session."),
    click.option(
        "--browser-path", metavar="PATH", type=click.Path(path_type=Path), help="The browser to use (also NVRFLOW_BROWSER)."
    ),
    click.option(
        "--last-try", is_flag=True, help="Sign in even if that may be the last try before the recorder locks the account."
    ),
    click.option(
        "--timeout",
        metavar="SECONDS",
        type=click.FloatRange(min=1),
        callback=finite,
        default=30,
        show_default=True,
        help="How long each wait may take; a recorder's restart may always take 90 seconds.",
    ),
    click.option(
        "--follow-to",
        metavar="HOST",
        multiple=True,
        help="Another host to which the recorder's pages may lead, and to which the password may go (repeatable).",
    ),
]
_TRUSTING: list[Callable[..., Any]] = [
    click.option(
        "--trust",
        "kind",
        type=click.Choice(["limited", "pin", "ca", "as-guide"]),
        default="limited",
        show_default=True,
        help="How much is trusted: this recorder's addresses only; this one certificate; the recorder's CA for everything; "
        "both files in the root store, as in the manual procedure.",
    ),
    click.option(
        "--store", "stores", metavar="NAME", multiple=True, help="Only this store (repeatable; nvrflow trust --list shows them)."
    ),
    click.option(
        "--scope",
        type=click.Choice(["user", "machine"]),
        default="user",
        show_default=True,
        help="For you, or for all users of this computer.",
    ),
    click.option(
        "--expect-sha256",
        "expected",
        metavar="HEX",
        multiple=True,
        help="The fingerprint that you have compared; nvrflow then does not ask.",
    ),
    click.option("--yes", is_flag=True, help="Accept the fingerprint without comparing it (the report says so)."),
    click.option(
        "--also",
        metavar="NAME",
        multiple=True,
        help="A further public name on the recorder's certificate that may be trusted (repeatable).",
    ),
]


def checked_address(_: click.Context, __: click.Parameter, typed: Any) -> Any:
    """Check the value of an argument or option with recorders' addresses: one address, several (a tuple), or None.

    It is a click callback. Raises WrongCall before anything else is done if an address is wrong; the message holds no password.
    """
    from nvrflow.address import place_of

    for one in typed if isinstance(typed, tuple) else [typed] if typed is not None else []:
        place_of(one)
    return typed


def checked_place(context: click.Context, parameter: click.Parameter, typed: Any) -> Any:
    """Check an argument that is a recorder's address or the folder of a capture. It is a click callback. Raises WrongCall."""
    if is_capture(typed):
        return typed
    if typed.startswith((".", "/", "~")) or _is_there(Path(typed)):
        raise WrongCall(f"{typed}: is neither an address nor the folder of a capture, which has a capture.yaml")
    return checked_address(context, parameter, typed)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # an address that is longer than any name of a file
        return False


def is_capture(typed: str) -> bool:
    """Whether a person typed the folder of a capture."""
    from nvrflow.capture.archive import Capture

    return Capture.is_at(typed)


@dataclass(frozen=True)
class Driving:
    """The values of the shared options."""

    user: str
    firmware: str | None
    selectors: Path | None
    language: str | None
    out: Path | None
    check: bool
    as_json: bool
    headed: bool
    slowmo: float
    screenshots: bool
    trace: bool
    browser_path: Path | None
    last_try: bool
    timeout: float
    follow_to: tuple[str, ...]

    def manner(self) -> Any:
        """The options for the recorder package."""
        from nvrflow.recorder import Manner

        return Manner(
            firmware=self.firmware,
            selectors=self.selectors,
            language=self.language,
            check=self.check,
            headed=self.headed,
            slow_mo=self.slowmo,
            screenshots=self.screenshots,
            browser=self.browser_path,
            timeout=self.timeout,
            last_try=self.last_try,
            attended=sys.stdin.isatty() and sys.stderr.isatty(),
            follow_to=self.follow_to,
        )


@dataclass(frozen=True)
class TrustOptions:
    """The values of the options about trust."""

    kind: Kind
    stores: tuple[str, ...]
    scope: Scope
    expected: tuple[str, ...]
    yes: bool
    also: tuple[str, ...]

    def terms(self) -> Any:
        """To what extent to trust, and where: the options for the trust package."""
        from nvrflow.trust import Terms

        return Terms(self.kind, self.stores, self.scope, self.also)

    def approver(self, confirm: Callable[[str], bool] | None) -> Any:
        """How the fingerprint is confirmed: the options for the trust package."""
        from nvrflow.trust import Approver

        return Approver(self.expected, self.yes, confirm)


def driving(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the shared options to a command, which gets them as `driving`."""
    return bundled(command, _DRIVING, Driving, "driving")


def driving_to(out: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the shared options with another `--out`, that of the command itself."""
    options = [out if one is _OUT else one for one in _DRIVING]
    return lambda command: bundled(command, options, Driving, "driving")


def trusting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options about trust to a command, which gets them as `trust`."""
    return bundled(command, _TRUSTING, TrustOptions, "trust")


def given_of(options: TrustOptions) -> list[str]:
    """The options about trust that the person typed."""
    context = click.get_current_context()
    typed = click.core.ParameterSource.COMMANDLINE
    return [
        one.opts[0]
        for one in context.command.params
        if one.name in options.__dataclass_fields__ and context.get_parameter_source(one.name) is typed
    ]


def bundled(command: Callable[..., Any], options: list[Callable[..., Any]], noun: type, name: str) -> Callable[..., Any]:
    """Add options to a command, which gets their values as one `noun` by the keyword `name`."""
    keys = noun.__dataclass_fields__  # type: ignore[attr-defined]

    @wraps(command)
    def called(**given: Any) -> Any:
        own = {key: given.pop(key) for key in keys}
        return command(**given, **{name: noun(**own)})

    for option in reversed(options):
        called = option(called)
    return called
