"""What changed between two outlines of one page: what is new, gone, renamed, moved, or in another state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from nvrflow.baseline.outline import Thing
from nvrflow.compare.clue import Aspect, Change, Kind
from nvrflow.compare.difference import Difference
from nvrflow.compare.sentence import sentence

_WORDS = ("text", "heading", "columnheader", "cell", "paragraph", "listitem", "caption", "strong", "emphasis")
_ALIKE = 0.6  # of two labels, for one thing with another label
_STATES = {"[disabled]": ("enabled", "disabled"), "[checked]": ("off", "on"), "[selected]": ("not selected", "selected")}


@dataclass(frozen=True)
class Shift:
    """One change in words, with the lines (from 0) of the outline before and after that it is about."""

    says: str
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()


def shifts(before: Sequence[Thing], after: Sequence[Thing]) -> list[Shift]:
    """Everything that changed, in the order of the page. Nothing if both are equal."""
    gone, new = _unmatched(before, after)
    found = list[Shift]()
    pairs = [*_moved(before, after, gone, new), *_became(before, after, gone, new)]
    found += [shift for one, other in pairs for shift in _between(before, after, one, other)]
    found += [_alone(before, lines, "removed") for lines in _families(before, gone)]
    found += [_alone(after, lines, "added") for lines in _families(after, new)]
    return sorted(found, key=lambda one: (min(one.after, default=min(one.before, default=0)), one.before))


def _unmatched(before: Sequence[Thing], after: Sequence[Thing]) -> tuple[list[int], list[int]]:
    """The lines that only one outline has at their place."""
    matcher = SequenceMatcher(None, [_key(one) for one in before], [_key(one) for one in after], autojunk=False)
    gone, new = list[int](), list[int]()
    for _, i, k, j, m in (code for code in matcher.get_opcodes() if code[0] != "equal"):
        gone += range(i, k)
        new += range(j, m)
    return gone, new


def _key(one: Thing) -> tuple[object, ...]:
    return one.role, one.name, one.states, one.text


def _moved(before: Sequence[Thing], after: Sequence[Thing], gone: list[int], new: list[int]) -> Iterator[tuple[int, int]]:
    """Things that stand at another place now; both are taken out of the lists."""
    for one in [*gone]:
        same = next((other for other in new if _key(before[one]) == _key(after[other]) and before[one].called), None)
        if same is not None:
            gone.remove(one)
            new.remove(same)
            yield one, same


def _became(before: Sequence[Thing], after: Sequence[Thing], gone: list[int], new: list[int]) -> list[tuple[int, int]]:
    """Things with another value or state, then another kind, then another label; they are taken out of the lists."""
    found = list[tuple[int, int]]()
    for fits in (_has_another_value, _is_another_kind, _has_another_label):
        for one in [*gone]:
            candidates = [other for other in new if fits(before[one], after[other])]
            if candidates:
                nearest = min(candidates, key=lambda other: abs(_place(other, after) - _place(one, before)))
                gone.remove(one)
                new.remove(nearest)
                found.append((one, nearest))
    for one in [*gone]:
        place = next((other for other in new if _stands_there(before, after, one, other)), None)
        if place is not None:
            gone.remove(one)
            new.remove(place)
            found.append((one, place))
    return found


def _stands_there(before: Sequence[Thing], after: Sequence[Thing], i: int, j: int) -> bool:
    """Whether two things of one kind, both with words, stand between the same neighbours."""
    one, other = before[i], after[j]
    if (one.role, one.depth) != (other.role, other.depth) or not one.called or not other.called:
        return False
    return all(_neighbour(before, i + step) == _neighbour(after, j + step) for step in (-1, 1))


def _neighbour(outline: Sequence[Thing], at: int) -> tuple[object, ...] | None:
    return _key(outline[at]) if 0 <= at < len(outline) else None


def _place(line: int, outline: Sequence[Thing]) -> float:
    return line / max(len(outline), 1)


def _has_another_value(one: Thing, other: Thing) -> bool:
    return one.kind == other.kind and bool(one.name)


def _is_another_kind(one: Thing, other: Thing) -> bool:
    return bool(one.name) and one.name == other.name


def _has_another_label(one: Thing, other: Thing) -> bool:
    if one.role != other.role or one.depth != other.depth or not one.called or not other.called:
        return False
    return SequenceMatcher(None, one.called.casefold(), other.called.casefold()).ratio() > _ALIKE


def _between(before: Sequence[Thing], after: Sequence[Thing], i: int, j: int) -> Iterator[Shift]:
    """What is different between one thing before and after."""
    one, other, lines = before[i], after[j], ((i,), (j,))
    if _key(one) == _key(other):
        yield _told(one, ("control", "moved", "order"), (_beside(before, i), _beside(after, j)), lines)
        return
    if one.role != other.role:
        yield _told(one, ("control", "changed", "kind"), (one.role, other.role), lines)
    if one.name != other.name or (not one.name and one.text != other.text):
        yield _told(one, ("label", "renamed", "words"), (one.called, other.called), lines)
    for state in dict.fromkeys((*one.states, *other.states)):
        if (state in one.states) != (state in other.states):
            off, on = _STATES.get(state, (f"not {state}", state))
            was, now = (on, off) if state in one.states else (off, on)
            aspect: Aspect = "enabled" if state == "[disabled]" else "default"
            yield _told(one, ("control" if aspect == "enabled" else "setting", "changed", aspect), (was, now), lines)
    if one.name and one.name == other.name and one.text != other.text:
        yield _told(one, ("setting", "changed", "default"), (one.text, other.text), lines)


def _families(outline: Sequence[Thing], lines: Iterable[int]) -> Iterator[tuple[int, ...]]:
    """Lines in groups: each with everything below it that came or went with it."""
    left = sorted(lines)
    while left:
        family = [left.pop(0)]
        while left and left[0] == family[-1] + 1 and outline[left[0]].depth > outline[family[0]].depth:
            family.append(left.pop(0))
        yield tuple(family)


def _alone(outline: Sequence[Thing], lines: tuple[int, ...], change: Change) -> Shift:
    """What came or went; a group without a name is called after the first thing in it that has one."""
    things = [outline[line] for line in lines]
    named = next((one for one in things if one.called), things[0])
    kind: Kind = "label" if named.role in _WORDS else "control"
    told = _told(named, (kind, change, ""), (None, None), ((), lines) if change == "added" else (lines, ()))
    inside = [one.called for one in things if one.called and one is not named]
    more = f", with {', '.join(inside[:4])}" + (f" and {len(inside) - 4} more" if len(inside) > 4 else "") if inside else ""
    return Shift(told.says + more, told.before, told.after)


def _told(
    one: Thing,
    what: tuple[Kind, Change, Aspect],
    values: tuple[str | None, str | None],
    lines: tuple[tuple[int, ...], tuple[int, ...]],
) -> Shift:
    kind, change, aspect = what
    about = Difference(kind, change, aspect, f"{one.role}:{one.called}", one.called, before=values[0], after=values[1])
    return Shift(sentence(about), *lines)


def _beside(outline: Sequence[Thing], line: int) -> str:
    """Where a thing stands: after the nearest thing with a name on its level."""
    for at in range(line - 1, -1, -1):
        if outline[at].depth < outline[line].depth:
            break
        if outline[at].depth == outline[line].depth and outline[at].called:
            return f'after "{outline[at].called}"'
    above = next((outline[at] for at in range(line - 1, -1, -1) if outline[at].depth < outline[line].depth), None)
    return f"first in {above.role}" + (f' "{above.name}"' if above.name else "") if above else "first"
