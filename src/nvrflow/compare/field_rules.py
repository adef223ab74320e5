"""What a field takes: whether it can be changed or has to be filled in, its limits, its choices and their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from nvrflow.capture.controls import Control
from nvrflow.compare.clue import Aspect
from nvrflow.compare.pairs import Pair, Pairs, steady

_LIMITS = {
    "minlength": "at least {} characters",
    "maxlength": "at most {} characters",
    "min": "from {}",
    "max": "up to {}",
    "step": "in steps of {}",
    "pattern": "of the form {}",
}


def demanded(a: Control, b: Control) -> Iterator[tuple[Aspect, str, str]]:
    """What a field asks for otherwise than before: the aspect, before, after. Nothing where a capture does not know it."""
    if a.demands is None or b.demands is None:
        return
    if ("readonly" in a.demands) != ("readonly" in b.demands):
        before, after = ("read-only" if "readonly" in one else "open to changes" for one in (a.demands, b.demands))
        yield "readonly", before, after
    if ("required" in a.demands) != ("required" in b.demands):
        before, after = ("required" if "required" in one else "optional" for one in (a.demands, b.demands))
        yield "required", before, after
    before, after = _limits(a.demands), _limits(b.demands)
    if steady(before) != steady(after) or _numbers(a.demands) != _numbers(b.demands):
        yield "limits", before, after


def _numbers(demands: Mapping[str, str]) -> list[str | None]:
    """The limits that are plain numbers: of those each digit counts."""
    return [value if (value := demands.get(key, "")).lstrip("-").replace(".", "", 1).isdigit() else None for key in _LIMITS]


def _limits(demands: Mapping[str, str]) -> str:
    return ", ".join(form.format(demands[key]) for key, form in _LIMITS.items() if key in demands) or "anything"


def choices(a: Control, b: Control) -> tuple[Aspect, str, str]:
    """How the choices of a drop-down list differ; what is chosen is said with them where that is another one, too."""
    same = sorted(map(steady, a.options)) == sorted(map(steady, b.options))
    chosen = steady(a.value or "") != steady(b.value or "")
    before, after = (
        ", ".join(one.options) + (f"; chosen is {one.value or 'none'}" if chosen and not one.holds_secret else "")
        for one in (a, b)
    )
    return "order" if same and not chosen else "options", before, after


def radio_groups(both: Iterable[Pair]) -> Iterator[Sequence[Pair]]:
    """Radio buttons of which only one can be on, in the order before."""
    groups = defaultdict[tuple[object, ...], list[Pair]](list)
    for pair in both:
        if pair.a.role == pair.b.role == "radio" and pair.a.name:
            groups[pair.a.frame, pair.a.attributes.get("name") or pair.a.group].append(pair)
    yield from (sorted(group, key=lambda pair: (pair.a.box[1], pair.a.box[0])) for group in groups.values() if len(group) > 1)


def order_of(group: Sequence[Pair]) -> tuple[str, str] | None:
    """The labels of radio buttons before and after, if their order is another one."""
    after = sorted(group, key=lambda pair: (pair.b.box[1], pair.b.box[0]))
    if all(one is other for one, other in zip(group, after, strict=True)):
        return None
    return ", ".join(pair.a.name for pair in group), ", ".join(pair.b.name for pair in after)


def title_of(group: Sequence[Pair]) -> str:
    """What a person calls radio buttons: the nearest title above them, or the label of the first."""
    first = group[0].a
    return first.group[-1] if first.group else first.name


def option_lists(pairs: Pairs) -> list[tuple[list[Control], list[Control]]]:
    """The open lists of which both pages show some choices and one shows others: all choices before, and all after."""
    both, gone, new = (defaultdict[tuple[object, ...], list[Any]](list) for _ in range(3))
    for pair in pairs.both:
        if pair.a.role == pair.b.role == "option":
            both[_list_of(pair.a)].append(pair)
    for found, controls in ((gone, pairs.gone), (new, pairs.new)):
        for one in controls:
            if one.role == "option" and one.name and _list_of(one) in both:
                found[_list_of(one)].append(one)
    return [
        (_read([*(pair.a for pair in both[key]), *gone[key]]), _read([*(pair.b for pair in both[key]), *new[key]]))
        for key in both
        if gone[key] or new[key]
    ]


def _list_of(option: Control) -> tuple[object, ...]:
    return option.frame, option.group, option.tag


def _read(controls: Iterable[Control]) -> list[Control]:
    return sorted(controls, key=lambda one: (one.box[1], one.box[0]))
