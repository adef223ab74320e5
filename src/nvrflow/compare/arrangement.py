"""The order of controls that stand side by side or one below the other: entries of a menu, tabs, titles of a table."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nvrflow.capture.controls import Control
from nvrflow.compare.pairs import Pair

_ALIGNED = 3.0  # CSS pixels by which controls of one row differ in height
_FEWEST = 3  # a row of two has no order that could be told from a shift


@dataclass(frozen=True)
class Reordered:
    """Controls in a row or a column, in their order before and after; `moved` are as few as explain the change."""

    a: tuple[Control, ...]
    b: tuple[Control, ...]
    moved: tuple[Pair, ...]


def lines(controls: Sequence[Control]) -> list[tuple[Control, ...]]:
    """Rows and columns of three and more controls of one kind, each in order."""
    found = list[tuple[Control, ...]]()
    for across in (0, 1):
        groups = defaultdict[tuple[object, ...], list[Control]](list)
        for one in controls:
            groups[one.role, one.tag, _first_class(one), one.frame, round(one.box[1 - across] / _ALIGNED)].append(one)
        rows = [sorted(group, key=lambda one: one.box[across]) for group in groups.values() if len(group) >= _FEWEST]
        found += [tuple(row) for row in rows]
    return found


def reordered(both: Sequence[Pair]) -> Iterator[Reordered]:
    """Every row or column of the first page that has another order on the second."""
    after = {id(pair.a): pair for pair in both}
    seen = set[int]()
    for line in lines([pair.a for pair in both]):
        pairs = [after[id(one)] for one in line]
        across = 0 if abs(line[0].box[1] - line[-1].box[1]) <= _ALIGNED else 1
        if any(abs(pair.b.box[1 - across] - pairs[0].b.box[1 - across]) > _ALIGNED for pair in pairs):
            continue  # they do not stand in one line any more, so there is no order to compare
        order = sorted(pairs, key=lambda pair: pair.b.box[across])
        moved = _fewest_moved(order, pairs)
        if moved and not any(id(pair.a) in seen for pair in moved):
            seen |= {id(pair.a) for pair in moved}
            yield Reordered(line, tuple(pair.b for pair in order), moved)


def _fewest_moved(order: Sequence[Pair], before: Sequence[Pair]) -> tuple[Pair, ...]:
    """Those that are not in the longest run of pairs that kept their order."""
    place = {id(pair): index for index, pair in enumerate(before)}
    places = [place[id(pair)] for pair in order]
    tails, links, last = list[int](), [-1] * len(places), list[int]()
    for index, value in enumerate(places):
        at = bisect_left(tails, value)
        tails[at : at + 1] = [value]
        last[at : at + 1] = [index]
        links[index] = last[at - 1] if at else -1
    kept, index = set[int](), last[-1]
    while index >= 0:
        kept.add(index)
        index = links[index]
    return tuple(pair for index, pair in enumerate(order) if index not in kept)


def _first_class(control: Control) -> str:
    return (control.attributes.get("class", "").split() or [""])[0]
