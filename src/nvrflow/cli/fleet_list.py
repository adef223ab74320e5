"""The options of `nvrflow fleet` that say which recorders of a list are meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

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


def of_the_list(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the list and the options that say which of its recorders are meant: `file`, `only`, `sites`, `firmwares`."""
    return with_options([_FILE, *_SUBSET])(command)


def with_options(options: list[Callable[..., Any]]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add several options to a command, in their order."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add
