"""The options that all commands share that drive a recorder, and what they make together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from nvrflow.trust import Kind
    from nvrflow.trust.computer import Scope

_DRIVING: list[Callable[..., Any]] = [
    click.option("--user", metavar="NAME", default="admin", show_default=True, help="The account on the recorder."),
    click.option("--firmware", metavar="NAME", help="The selector file, for example dahua/nvr_v4 (default: identified)."),
    click.option(
        "--selectors", metavar="DIR", type=click.Path(path_type=Path), help="Your own selector files, before the shipped ones."
    ),
    click.option(
        "--language",
        metavar="CODE",
        help="The recorder's language, for example es: its pages are asked for it (default: read from them).",
    ),
    click.option(
        "--out", metavar="DIR", type=click.Path(path_type=Path), help="The run folder (default: a new one in nvrflow-runs/)."
    ),
    click.option("--check", is_flag=True, help="Change nothing: read, and report what would be done."),
    click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, all else on standard error."),
    click.option("--headed", is_flag=True, help="Show the browser."),
    click.option("--slowmo", metavar="MS", type=click.FloatRange(min=0), default=0, help="Pause after each action."),
    click.option("--screenshots/--no-screenshots", default=True, show_default=True, help="A picture of each step."),
    click.option("--trace", is_flag=True, help="Keep Playwright's trace, without password and session."),
    click.option(
        "--browser-path", metavar="PATH", type=click.Path(path_type=Path), help="The browser to use (also NVRFLOW_BROWSER)."
    ),
    click.option(
        "--timeout",
        metavar="SECONDS",
        type=click.FloatRange(min=1),
        default=30,
        show_default=True,
        help="The end of every wait; a recorder's restart may take 90 seconds all the same.",
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
        help="How much: this recorder's addresses only; this certificate; the CA for all; both files as the guide says.",
    ),
    click.option("--store", "stores", metavar="NAME", multiple=True, help="Only this store (repeatable; see trust --list)."),
    click.option(
        "--scope", type=click.Choice(["user", "machine"]), default="user", show_default=True, help="For you, or for all users."
    ),
    click.option(
        "--expect-sha256", "expected", metavar="HEX", multiple=True, help="The fingerprint you compared; no question is asked."
    ),
    click.option("--yes", is_flag=True, help="Accept the fingerprint unseen (the report says so)."),
]


@dataclass(frozen=True)
class Driving:
    """What the shared options say."""

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
    timeout: float
    follow_to: tuple[str, ...]

    def manner(self) -> Any:
        """The same for the recorder's side."""
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
            follow_to=self.follow_to,
        )


@dataclass(frozen=True)
class TrustOptions:
    """What the options on trust say."""

    kind: Kind
    stores: tuple[str, ...]
    scope: Scope
    expected: tuple[str, ...]
    yes: bool


def driving(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the shared options to a command; it gets them as `driving`."""
    return _bundled(command, _DRIVING, Driving, "driving")


def trusting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options on trust to a command; it gets them as `trust`."""
    return _bundled(command, _TRUSTING, TrustOptions, "trust")


def given_of(options: TrustOptions) -> list[str]:
    """Which of the options on trust a person has typed."""
    context = click.get_current_context()
    typed = click.core.ParameterSource.COMMANDLINE
    return [
        one.opts[0]
        for one in context.command.params
        if one.name in options.__dataclass_fields__ and context.get_parameter_source(one.name) is typed
    ]


def _bundled(command: Callable[..., Any], options: list[Callable[..., Any]], noun: type, name: str) -> Callable[..., Any]:
    keys = noun.__dataclass_fields__  # type: ignore[attr-defined]

    @wraps(command)
    def called(**given: Any) -> Any:
        own = {key: given.pop(key) for key in keys}
        return command(**given, **{name: noun(**own)})

    for option in reversed(options):
        called = option(called)
    return called
