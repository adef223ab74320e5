"""Numbers of options: click's ranges let `nan` and `inf` through, with which nothing can be measured."""

from __future__ import annotations

import math

import click


def finite(_: click.Context, __: click.Parameter, typed: float | None) -> float | None:
    """Check the number of an option. It is a click callback. Raises BadParameter for `inf` and `nan`."""
    if typed is not None and not math.isfinite(typed):
        raise click.BadParameter(f"{typed} is not a number that something can be measured with; give one like 30")
    return typed
