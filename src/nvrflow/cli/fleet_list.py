"""The options of `nvrflow fleet` that say which recorders of a list are meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvrflow.cli.options import bundled
from nvrflow.errors import WrongCall

if TYPE_CHECKING:
    from nvrflow.inventory.roster import Device

_FILE = click.option(
    "--recorders",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    required=True,
    help="The list: recorders.yaml or recorders.csv.",
)
_SUBSET = [
    click.option(
        "--only", metavar="KEY=VALUE", multiple=True, help="Only recorders with this tag, name, site or firmware; * is any text."
    ),
    click.option("--site", "sites", metavar="NAME", multiple=True, help="Only recorders of this site (repeatable)."),
    click.option(
        "--firmware", "firmwares", metavar="NAME", multiple=True, help="Only recorders with this selector file in the list."
    ),
]


@dataclass(frozen=True)
class Meant:
    """The list that was typed, and which of its recorders are meant."""

    file: Path
    only: tuple[str, ...]
    sites: tuple[str, ...]
    firmwares: tuple[str, ...]

    def devices(self) -> tuple[Device, ...]:
        """The recorders that are meant. Raises WrongCall, InvalidFile."""
        from nvrflow.inventory.list_file import read_list
        from nvrflow.inventory.subset import Subset

        return Subset.read(self.only, self.sites, self.firmwares).of(read_list(self.file))


def of_the_list(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the list and the options that say which of its recorders are meant; the command gets them as `meant`."""
    return bundled(command, [_FILE, *_SUBSET], Meant, "meant")


def need_the_extra(command: str) -> None:
    """Raise WrongCall, with the command that helps, if a package of the extra `fleet` is not installed."""
    missing = [name for name in ("pebble", "psutil", "procrastinate", "psycopg") if find_spec(name) is None]
    if missing:
        raise WrongCall(f"{command}: needs the package {missing[0]}, which is not installed; type: pip install 'nvrflow[fleet]'")


def with_options(options: list[Callable[..., Any]]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add several options to a command, in their order."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add
