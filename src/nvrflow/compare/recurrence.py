"""What recurs on many pages: a control that came or went is one difference, whatever came or went beside it on some of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from nvrflow.capture.controls import Control
from nvrflow.compare.clue import Clue
from nvrflow.compare.cluster import SEVERAL, listed
from nvrflow.compare.pairs import identity

Place = tuple[str, str]  # a page and a language
Part = tuple[str, str]  # added or removed, and the identity of a control


def told_once(clues: Sequence[Clue]) -> list[Clue]:
    """The clues, in which controls that stood together on one page and not on another one become one clue each."""
    places, alone = defaultdict[Part, set[Place]](set), set[Part]()
    for clue in clues:
        if _is_plain(clue):
            for part in clue.parts or (clue.identity,):
                places[clue.change, part].add((clue.page, clue.language))
            if not clue.parts:
                alone.add((clue.change, clue.identity))
    return [one for clue in clues for one in (_apart(clue, places, alone) if clue.parts and _is_plain(clue) else (clue,))]


def _is_plain(clue: Clue) -> bool:
    return clue.change in ("added", "removed") and clue.aspect in ("", "together")


def _apart(clue: Clue, places: Mapping[Part, set[Place]], alone: set[Part]) -> Iterator[Clue]:
    """The clue, or one for each of its controls that other pages have otherwise."""
    groups = defaultdict[frozenset[Place], list[str]](list)
    for part in clue.parts:
        groups[frozenset() if (clue.change, part) in alone else frozenset(places[clue.change, part])].append(part)
    if len(groups) == 1 and frozenset() not in groups:
        yield clue
        return
    controls = dict(zip(clue.parts, (one for one in (*clue.a, *clue.b) if not one.is_words), strict=False))
    for here, parts in groups.items():
        together = bool(here) and len(parts) >= SEVERAL
        for some in [parts] if together else [[part] for part in parts]:
            yield _of(clue, some, [controls[part] for part in some])


def _of(clue: Clue, parts: Sequence[str], controls: Sequence[Control]) -> Clue:
    """The part of a clue that is about these controls."""
    names = [one.name for one in controls]
    after = clue.change == "added"
    return replace(
        clue, aspect="together" if len(parts) > 1 else "", identity=" ".join(sorted(parts)), name=listed(names),
        before=None if after else ", ".join(names), after=", ".join(names) if after else None,
        a=() if after else tuple(controls), b=tuple(controls) if after else (), parts=tuple(parts) if len(parts) > 1 else (),
    )  # fmt: skip


def renamed_everywhere(clues: Sequence[Clue]) -> list[Clue]:
    """The clues, in which what was renamed on one page is not told as gone and new on another one."""
    names = {
        (clue.identity, identity(clue.b[0])): clue
        for clue in clues
        if (clue.kind, clue.change, clue.aspect) == ("label", "renamed", "words") and clue.a and clue.b and not clue.a[0].key
    }
    gone = _singles(clues, "removed")
    new = _singles(clues, "added")
    joined, replaced = list[Clue](), set[int]()
    for (old, now), known in names.items():
        for place, lost in gone.get(old, {}).items():
            came = new.get(now, {}).get(place)
            if came is not None:
                replaced |= {id(lost), id(came)}
                joined.append(
                    replace(known, page=lost.page, language=lost.language, before=lost.name, after=came.name, a=lost.a, b=came.b)
                )
    return [*(clue for clue in clues if id(clue) not in replaced), *joined]


def _singles(clues: Iterable[Clue], change: str) -> Mapping[str, Mapping[Place, Clue]]:
    """The clues of single controls that came or went, by identity and place."""
    found = defaultdict[str, dict[Place, Clue]](dict)
    for clue in clues:
        if clue.change == change and not clue.aspect and clue.kind in ("page", "control", "label"):
            found[clue.identity][clue.page, clue.language] = clue
    return found
