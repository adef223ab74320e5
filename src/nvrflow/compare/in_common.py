"""Which pages two captures have in common: a page that is only in one of them cannot be compared, and that has to be said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nvrflow.capture.archive import OK
from nvrflow.compare.side import Side
from nvrflow.errors import WrongCall


def said_of_pages(a: Side, b: Side) -> Iterator[str]:
    """A sentence for each kind of page that is not compared. Raises WrongCall if two captures have no page in common."""
    if a.capture is None or b.capture is None:
        return
    states = a.capture.summary.pages, b.capture.summary.pages
    languages = [language for language in states[0] if language in states[1]]
    in_both = [_reached(states[0][one]) & _reached(states[1][one]) for one in languages]
    if not any(in_both):
        raise WrongCall(f"{a.name} and {b.name}: they have no page in common, so there is nothing to compare; take them again")
    for language in languages:
        yield from _of_language(language, a, b)


def _of_language(language: str, a: Side, b: Side) -> Iterator[str]:
    assert a.capture is not None and b.capture is not None
    before, after = a.capture.summary.pages[language], b.capture.summary.pages[language]
    for side, own, other in ((a, before, after), (b, after, before)):
        if missing := [name for name in own if name not in other]:
            yield f"{language}: only {side.name} has {_some(missing)}; what only one of the two has was not compared."
    for name in (one for one in before if before[one] != OK and after.get(one) == OK):
        yield f"{language}: {name} was not compared, because it was not reached in {a.name}: {before[name]}"


def _reached(states: Mapping[str, str]) -> set[str]:
    return {name for name, state in states.items() if state == OK}


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 5} more pages" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
