"""Which of several equal controls is which after: by what stands beside each, in the order in which a person reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nvrflow.capture.controls import Control

_LASTING = ("id", "name", "href", "for", "data-id", "data-key", "data-name", "data-testid")
_FAR = 400.0  # CSS pixels from which on a place says nothing
_MOST = 100_000  # pairs that are weighed one by one; what is longer is paired in its order


@dataclass(frozen=True)
class Surroundings:
    """The names that stand before and after each control of a page, by the control's `id()`."""

    beside: Mapping[int, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, controls: Iterable[Control]) -> Surroundings:
        """The surroundings of all controls of one page, which are given in reading order."""
        listed = [one for one in controls if one.name]
        names = ["", *(one.name for one in listed), ""]
        return cls({id(one): (names[at], names[at + 2]) for at, one in enumerate(listed)})

    def around(self, control: Control) -> tuple[str, str]:
        """The names before and after this control."""
        return self.beside.get(id(control), ("", ""))


def aligned(
    left: Sequence[Control], right: Sequence[Control], before: Surroundings, after: Surroundings
) -> list[tuple[Control, Control]]:
    """`left` and `right`, which are equal by their words, in pairs: as many as there are on the shorter side."""
    if len(left) * len(right) > _MOST:
        return list(zip(left, right, strict=False))
    weights = [[_weight(one, other, before, after) for other in right] for one in left]
    kept = _in_order(weights)
    rest_left = [at for at in range(len(left)) if at not in {i for i, _ in kept}]
    rest_right = [at for at in range(len(right)) if at not in {j for _, j in kept}]
    for i in rest_left:  # what has changed its place among the others
        if rest_right:
            j = max(rest_right, key=lambda at: weights[i][at])
            rest_right.remove(j)
            kept.append((i, j))
    return [(left[i], right[j]) for i, j in sorted(kept)]


def same_by_attributes(one: Control, other: Control) -> bool:
    """Whether an attribute that seldom changes is the same for both, and none of them is another one."""
    said = [
        (one.attributes[key], other.attributes[key]) for key in _LASTING if one.attributes.get(key) and other.attributes.get(key)
    ]
    return any(a == b and a.strip() not in ("#", "javascript:;", "javascript:void(0)") for a, b in said) and all(
        a == b for a, b in said
    )


def _weight(one: Control, other: Control, before: Surroundings, after: Surroundings) -> float:
    """How much speaks for it that the two are one control; never nothing, because their words are equal."""
    around, there = before.around(one), after.around(other)
    far = abs(one.box[0] - other.box[0]) + abs(one.box[1] - other.box[1])
    return (
        0.2
        + 4.0 * (one.name == other.name and bool(one.name))
        + 4.0 * same_by_attributes(one, other)
        + 3.0 * (one.group == other.group and bool(one.group))
        + 1.0 * (one.value == other.value and bool(one.value))
        + 1.5 * (around[0] == there[0] and bool(around[0]))
        + 1.5 * (around[1] == there[1] and bool(around[1]))
        + 0.5 * max(0.0, 1.0 - far / _FAR)
    )


def _in_order(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """The pairs of places that keep the order on both sides and together have the greatest weight."""
    rows, columns = len(weights), len(weights[0]) if weights else 0
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            best[i][j] = max(weights[i][j] + best[i + 1][j + 1], best[i + 1][j], best[i][j + 1])
    found, i, j = list[tuple[int, int]](), 0, 0
    while i < rows and j < columns:
        if best[i][j] == weights[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found
