"""Clues put together: what shows on many pages and in several languages is one difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nvrflow.compare.clue import Clue
from nvrflow.compare.difference import Difference
from nvrflow.compare.recurrence import renamed_everywhere, told_once


@dataclass(frozen=True)
class Gist:
    """One difference with the clues that lead to it."""

    difference: Difference
    clues: tuple[Clue, ...]


def gists(clues: Iterable[Clue], reference: str) -> list[Gist]:
    """One gist for each subject; `reference` is the language in which names and values are told."""
    subjects = defaultdict[tuple[str, str, str, str], list[Clue]](list)
    for clue in told_once(renamed_everywhere(list(clues))):
        subjects[clue.subject].append(clue)
    _join_moves(subjects)
    return [Gist(_told(found, reference), tuple(found)) for found in subjects.values() if found]


def _join_moves(subjects: dict[tuple[str, str, str, str], list[Clue]]) -> None:
    """What went from one page and came on another one has moved."""
    for kind, change, aspect, about in list(subjects):
        ways = ((kind, "added", aspect, about), ("tls", "added", "port", about))
        new = next((one for one in ways if one in subjects), None)
        if change != "removed" or aspect not in ("", "together") or new is None:
            continue
        gone, came = subjects[kind, change, aspect, about], subjects[new]
        if {clue.page for clue in gone} & {clue.page for clue in came}:
            continue
        at_first, at_last = _pages(gone), _pages(came)
        moved = [
            replace(
                clue, kind=gone[0].kind, change="moved", aspect="other-page", before=", ".join(at_first), after=", ".join(at_last)
            )
            for clue in (*gone, *came)
        ]
        del subjects[kind, change, aspect, about], subjects[new]
        subjects[moved[0].subject].extend(moved)


def _told(clues: Sequence[Clue], reference: str) -> Difference:
    first = next((clue for clue in clues if clue.language == reference), clues[0])
    before: str | Mapping[str, str] | None = first.before
    after: str | Mapping[str, str] | None = first.after
    name = next((clue.name for clue in clues if not clue.page), first.name)  # the dictionary knows it in the reference language
    if first.kind == "label" and first.aspect in ("words", "spaces", "untranslated"):
        before = dict(_by_language((clue.language, clue.before) for clue in clues))
        after = dict(_by_language((clue.language, clue.after) for clue in clues))
    return Difference(
        first.kind, first.change, first.aspect, first.identity, name,
        pages=tuple(_pages(clues)), languages=tuple(dict.fromkeys(clue.language for clue in clues)), before=before, after=after,
    )  # fmt: skip


def _pages(clues: Iterable[Clue]) -> list[str]:
    """The pages in the order of the visit."""
    return list(dict.fromkeys(clue.page for clue in clues if clue.page))


def _by_language(said: Iterable[tuple[str, str | None]]) -> Iterator[tuple[str, str]]:
    yield from ((language, words) for language, words in said if words is not None)
