"""Which control of one page is which control of the other: by its words' key, its words, its kind and its place."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from nvrflow.capture.controls import Box, Control
from nvrflow.compare.alignment import Surroundings, aligned, same_by_attributes

_NEAR = 12.0  # CSS pixels between two boxes at one place
_ALIKE = 0.6  # of two labels, for the same control with another label
# What changes from one look to the next: times, dates, addresses, long numbers and identifiers, percentages.
_RESTLESS = re.compile(
    r"\d{1,2}:\d{2}(:\d{2})?|\d{4}[-/.]\d\d[-/.]\d\d|\d\d[-/.]\d\d[-/.]\d{4}|\d{1,3}(\.\d{1,3}){3}(:\d+)?"
    r"|([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{8,}|\b\d{4,}\b|\b\d+(\.\d+)? ?%"
)


def steady(words: str) -> str:
    """`words` with `#` for everything that may change from one look to the next, and single spaces."""
    return _RESTLESS.sub("#", " ".join(words.split()))


def label(words: str) -> str:
    """A label as it is compared: as `steady` has it, and `#` for a number or a sign without any letter."""
    return steady(words) if any(one.isalpha() for one in words) else "#"


@dataclass(frozen=True)
class Pair:
    """One control before and after."""

    a: Control
    b: Control

    @property
    def has_moved(self) -> bool:
        """Whether it stands at another place, or has another size."""
        return any(abs(one - other) > 1 for one, other in zip(self.a.box, self.b.box, strict=True))


@dataclass(frozen=True)
class Pairs:
    """The controls of two pages: those found on both, those only on the first, those only on the second."""

    both: tuple[Pair, ...]
    gone: tuple[Control, ...]
    new: tuple[Control, ...]


def identity(control: Control) -> str:
    """What stays the same about a control on all pages and, where its words have a key, in all languages."""
    if control.key:
        return f"{control.role}:{control.key}"
    return f"{control.role}:{steady(control.name)}" if control.name else f"{control.role}:~{control.attributes.get('class', '')}"


def paired(a: Sequence[Control], b: Sequence[Control]) -> Pairs:
    """Match two pages. What agrees in everything is matched first, then what agrees in less; a rest stays unmatched."""
    left, right, both = list(a), list(b), list[Pair]()
    rules: list[Callable[[Control], Hashable]] = [
        lambda one: (one.role, steady(one.name), one.key, one.group, one.frame, _class_if_nameless(one)),
        lambda one: (one.role, steady(one.name), one.key, one.frame, _class_if_nameless(one)),
        lambda one: (one.role, one.key, one.frame) if one.key else None,
        lambda one: (one.role, steady(one.name), one.frame) if one.name else None,
    ]
    before, after = Surroundings.of(a), Surroundings.of(b)
    for rule in rules:
        both += _by(rule, left, right, before, after)
    both += _in_one_place(left, right, _became_another_kind)
    both += _between_the_same(both, left, right)
    return Pairs(tuple(sorted(both, key=lambda pair: (pair.a.box[1], pair.a.box[0]))), tuple(left), tuple(right))


def _class_if_nameless(control: Control) -> str:
    return "" if control.name else control.attributes.get("class", "")


def _by(
    rule: Callable[[Control], Hashable], left: list[Control], right: list[Control], before: Surroundings, after: Surroundings
) -> Iterable[Pair]:
    """Pairs of what is equal under `rule`; of several, those that stand among the same ones. They are taken out of the lists."""
    waiting = defaultdict[Hashable, list[Control]](list)
    for one in right:
        waiting[rule(one)].append(one)
    groups = defaultdict[Hashable, list[Control]](list)
    for one in left:
        if rule(one) is not None and waiting[rule(one)]:
            groups[rule(one)].append(one)
    found = [Pair(*two) for what, members in groups.items() for two in aligned(members, waiting[what], before, after)]
    _take(found, left, right)
    return found


def _in_one_place(left: list[Control], right: list[Control], fits: Callable[[Control, Control], bool]) -> list[Pair]:
    found = list[Pair]()
    for one in left:
        taken = {id(pair.b) for pair in found}
        candidates = [other for other in right if id(other) not in taken and fits(one, other)]
        if candidates:
            found.append(Pair(one, min(candidates, key=lambda other: _distance(one.box, other.box))))
    _take(found, left, right)
    return found


def _became_another_kind(one: Control, other: Control) -> bool:
    """Whether a control with the same words is of another kind now, at about the same place."""
    same = (one.key == other.key and bool(one.key)) or (bool(one.name) and steady(one.name) == steady(other.name))
    return (
        same
        and not one.is_words
        and not other.is_words
        and one.frame == other.frame
        and _distance(one.box, other.box) < 8 * _NEAR
    )


def _between_the_same(both: Sequence[Pair], left: list[Control], right: list[Control]) -> list[Pair]:
    """Controls of one kind beside the same neighbour, at one place or with similar words: they have another label."""
    there = {id(pair.a): pair.b for pair in both}
    a_order = sorted([pair.a for pair in both] + left, key=lambda one: (one.box[1], one.box[0]))
    b_order = sorted([pair.b for pair in both] + right, key=lambda one: (one.box[1], one.box[0]))
    neighbours_a, neighbours_b = _neighbours(a_order), _neighbours(b_order)
    found = list[Pair]()
    for one in [one for one in a_order if id(one) not in there]:
        (previous, following), scored = neighbours_a[id(one)], list[tuple[float, Control]]()
        for other in right:
            if any(pair.b is other for pair in found):
                continue
            before, behind = neighbours_b[id(other)]
            expected = there.get(id(previous)) if previous is not None else None
            beside = before is expected and (expected is not None or previous is None)
            beside = beside or (following is not None and behind is not None and there.get(id(following)) is behind)
            if _was_renamed(one, other, beside):
                scored.append((same_by_attributes(one, other) + _likeness(one.name, other.name), other))
        if scored:
            best = max(scored, key=lambda each: each[0])[1]
            found.append(Pair(one, best))
            there[id(one)] = best
    _take(found, left, right)
    return found


def _neighbours(order: Sequence[Control]) -> dict[int, tuple[Control | None, Control | None]]:
    """What stands before and after each control, by its `id()`."""
    around = [None, *order, None]
    return {id(one): (around[at], around[at + 2]) for at, one in enumerate(order)}


def _was_renamed(one: Control, other: Control, beside: bool) -> bool:
    if (one.role, one.frame, one.tag) != (other.role, other.frame, other.tag) or bool(one.name) != bool(other.name):
        return False
    if one.key and other.key and one.key != other.key and not _alike(one.name, other.name):
        return False
    at_one_place = _distance(one.box, other.box) < _NEAR
    same = _alike(one.name, other.name) or same_by_attributes(one, other)
    return (beside and (at_one_place or same)) or (at_one_place and same)


def _alike(one: str, other: str) -> bool:
    return _likeness(one, other) > _ALIKE


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio()


def _distance(one: Box, other: Box) -> float:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))


def _take(found: Iterable[Pair], left: list[Control], right: list[Control]) -> None:
    lost = {id(pair.a) for pair in found} | {id(pair.b) for pair in found}
    left[:] = [one for one in left if id(one) not in lost]
    right[:] = [one for one in right if id(one) not in lost]
