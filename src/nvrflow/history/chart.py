"""Seconds over time as one drawing in SVG: a line for captures and one for each flow, and where the firmware changed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nvrflow.history.chronicle import Chronicle, moment_of
from nvrflow.history.milestone import Milestone

WIDTH, HEIGHT = 1060.0, 330.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 54.0, 16.0, 34.0, 46.0
_TICKS = 5
_CLOSEST = 74.0  # pixels between two dates that can be read


@dataclass(frozen=True)
class Point:
    """One milestone in the drawing."""

    x: float
    y: float
    milestone: Milestone


@dataclass(frozen=True)
class Series:
    """The milestones of one kind, joined by a line."""

    name: str
    points: tuple[Point, ...]

    @property
    def path(self) -> str:
        """The line as an SVG path."""
        return " ".join(f"{'L' if index else 'M'}{point.x:.1f} {point.y:.1f}" for index, point in enumerate(self.points))


@dataclass(frozen=True)
class Chart:
    """The drawing: lines, ticks of both axes (place and words), and changes of the firmware (place and version)."""

    series: tuple[Series, ...]
    ticks: tuple[tuple[float, str], ...]
    dates: tuple[tuple[float, str], ...]
    changes: tuple[tuple[float, str], ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    top: float = _TOP
    bottom: float = HEIGHT - _BOTTOM


def chart_of(chronicle: Chronicle) -> Chart:
    """The drawing of one device line; the milestones stand at equal distances, because firmwares come at any time."""
    found = chronicle.milestones
    step = (WIDTH - _LEFT - _RIGHT) / max(len(found) - 1, 1)
    places = [_LEFT + step * index if len(found) > 1 else WIDTH / 2 for index in range(len(found))]
    top = _round_up(max((one.seconds for one in found), default=1.0))
    height = HEIGHT - _TOP - _BOTTOM
    points = [Point(x, HEIGHT - _BOTTOM - one.seconds / top * height, one) for x, one in zip(places, found, strict=True)]
    names = dict.fromkeys(one.what for one in found)
    series = tuple(Series(name, tuple(point for point in points if point.milestone.what == name)) for name in names)
    ticks = tuple((HEIGHT - _BOTTOM - height * at / _TICKS, f"{top * at / _TICKS:g}") for at in range(_TICKS + 1))
    changes = tuple((places[index] - step / 2, found[index].version) for index in chronicle.changes())
    return Chart(series, ticks, tuple(_dates(places, found)), changes)


def _dates(places: Sequence[float], found: Sequence[Milestone]) -> Iterator[tuple[float, str]]:
    """The days below the drawing, as many as can be read."""
    last, said = -math.inf, ""
    for x, one in zip(places, found, strict=True):
        day = moment_of(one).strftime("%Y-%m-%d")
        if day != said and x - last >= _CLOSEST:
            yield x, day
            last, said = x, day


def _round_up(seconds: float) -> float:
    """The end of the scale: a round number that is large enough."""
    unit = 10.0 ** math.floor(math.log10(max(seconds, 0.1)))
    return next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= seconds)
