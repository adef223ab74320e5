"""What appeared on a page, or went from it: a window, a second copy of something, or single controls with the words beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from nvrflow.capture.controls import Box, Control
from nvrflow.compare.clue import Aspect
from nvrflow.compare.pairs import Pair, identity

_GAP = 48.0  # CSS pixels between parts of one window
_WIDE = 480.0  # and between the parts of a second copy, which nothing else is likely to be
_NAMES = 3  # that are listed
SEVERAL = 3  # controls that stood together are told as one
_MOST = 0.5  # of the controls of a page, which a modal window covers


@dataclass(frozen=True)
class Cluster:
    """Controls that came or went together: `aspect` is `popup`, `twice`, `together` for
    controls side by side, or "" for a single control with its words."""

    aspect: Aspect
    members: tuple[Control, ...]

    @property
    def head(self) -> Control:
        """The control by which a person names it: a window's title, or the one thing that can be used."""
        if self.aspect in ("popup", "twice"):
            return _title_of(self.members)
        return self.usable[0] if self.usable else self.members[0]

    @property
    def usable(self) -> tuple[Control, ...]:
        """The controls that a person can use."""
        return tuple(one for one in self.members if not one.is_words)

    @property
    def name(self) -> str:
        """What a person calls it: the title of the window, or the control's label."""
        if self.aspect == "together":
            return listed([one.name for one in self.usable])
        groups = {one.group[-1] for one in self.members if one.group}
        title = next(iter(groups)) if self.aspect == "popup" and len(groups) == 1 else ""
        if _says(title):
            return title
        return self.head.name if _says(self.head.name) else listed([one.name for one in self.members])


def _title_of(members: Sequence[Control]) -> Control:
    """By what a person names a window: its heading, else its first words; a number or a sign says nothing."""
    headings = [one for one in members if one.role == "heading" and _says(one.name)]
    said = [one for one in members if _says(one.name)]
    return next(iter([*headings, *said, *members]))


def _says(name: str) -> bool:
    return sum(map(str.isalpha, name)) > 1 or any(ord(one) > 0x2E7F and one.isalpha() for one in name)


def listed(names: Sequence[str]) -> str:
    """The first names of several, and how many more there are."""
    return ", ".join(names[:_NAMES]) + (f" and {len(names) - _NAMES} more" if len(names) > _NAMES else "")


def clusters(
    changed: Sequence[Control],
    others: Sequence[Control],
    both: Sequence[Pair],
    alone: Callable[[Control], bool],
    after: bool,
) -> Iterator[Cluster]:
    """The clusters of `changed`, the controls that only one page has; `others` is everything on the other page.

    `alone`: whether a control is told alone, such as one that leads to a page. `after`: they are new, otherwise they are gone.
    """
    known, groups = {identity(one) for one in others}, {one.group for one in others}
    named = [one for one in changed if one.name]
    modal = _covered_more(both, after) > _MOST * len(both)
    copies = [one for one in named if identity(one) in known]
    for members in _together(copies, _WIDE):
        if len(members) > 1 and any(not one.is_words for one in members):
            yield Cluster("twice", members)
        else:
            yield from (Cluster("", one) for one in _each(members))
    rest = [one for one in named if identity(one) not in known]
    for members in [tuple(rest)] if modal and rest else _together(rest, _GAP):
        usable = any(not one.is_words for one in members)
        if len(members) > 1 and usable and (modal or _is_window(members, groups, both, after)):
            yield Cluster("popup", members)
        elif _stood_alone(members, [pair.b if after else pair.a for pair in both], alone):
            yield Cluster("together", members)
        else:
            yield from (Cluster("", one) for one in _each(members))


def _covered_more(both: Sequence[Pair], after: bool) -> int:
    """How many controls are covered on the one page and were not on the other."""
    states = ((pair.b.covered, pair.a.covered) if after else (pair.a.covered, pair.b.covered) for pair in both)
    return sum(here and not there for here, there in states)


def _is_window(members: Sequence[Control], groups: set[tuple[str, ...]], both: Sequence[Pair], after: bool) -> bool:
    """Whether it lies above the page: it has a title of its own, or what was free before is covered by it."""
    if all(one.group and one.group not in groups for one in members):
        return True
    whole = _around(members)
    here, there = ("b", "a") if after else ("a", "b")
    hidden = [getattr(pair, here) for pair in both if getattr(pair, here).covered and not getattr(pair, there).covered]
    return any(_gap(one.box, whole) <= 0 for one in hidden)


def _stood_alone(members: Sequence[Control], rest: Sequence[Control], alone: Callable[[Control], bool]) -> bool:
    """Whether they are several, none leads to a page, and nothing that both pages have stands among them."""
    usable = [one for one in members if not one.is_words]
    if len(usable) < SEVERAL or any(map(alone, usable)):
        return False
    whole = _around(usable)
    return not any(_gap(one.box, whole) < -1 and not one.covered and not _holds(one.box, whole) for one in rest)


def _holds(outer: Box, inner: Box) -> bool:
    return all(outer[at] <= inner[at] + 1 and inner[at] + inner[at + 2] <= outer[at] + outer[at + 2] + 1 for at in (0, 1))


def _each(members: Sequence[Control]) -> Iterator[tuple[Control, ...]]:
    """Each control that can be used, with the words that stand nearest to it; words alone if there is no such control."""
    usable = [one for one in members if not one.is_words]
    if not usable:
        yield from ((one,) for one in members)
        return
    beside = {id(one): [one] for one in usable}
    for words in (one for one in members if one.is_words):
        nearest = min(usable, key=lambda one: _gap(one.box, words.box))
        beside[id(nearest)].append(words)
    yield from (tuple(group) for group in beside.values())


def _together(controls: Sequence[Control], gap: float) -> list[tuple[Control, ...]]:
    """Controls in groups: those of one window, and those with no more than a gap between them."""
    groups: list[list[Control]] = []
    for one in controls:
        near = [group for group in groups if any(_belong(one, other, gap) for other in group)]
        groups = [group for group in groups if not any(group is other for other in near)]
        groups.append([*(other for group in near for other in group), one])
    return [tuple(sorted(group, key=lambda one: (one.box[1], one.box[0]))) for group in groups]


def _belong(one: Control, other: Control, gap: float) -> bool:
    if one.frame != other.frame:
        return False
    return (bool(one.group) and one.group == other.group) or (one.group == other.group and _gap(one.box, other.box) < gap)


def _around(controls: Sequence[Control]) -> Box:
    left, top = min(one.box[0] for one in controls), min(one.box[1] for one in controls)
    right = max(one.box[0] + one.box[2] for one in controls)
    bottom = max(one.box[1] + one.box[3] for one in controls)
    return left, top, right - left, bottom - top


def _gap(one: Box, other: Box) -> float:
    """The distance between two boxes; 0 or less if they touch or overlap."""
    across = max(one[0], other[0]) - min(one[0] + one[2], other[0] + other[2])
    down = max(one[1], other[1]) - min(one[1] + one[3], other[1] + other[3])
    return max(across, down)
