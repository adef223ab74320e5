"""A comparison in at most one screen of plain text, worst first."""

from __future__ import annotations

from collections.abc import Iterator

from nvrflow.compare.comparison import Comparison
from nvrflow.compare.difference import Difference
from nvrflow.compare.sentence import consequence_of, sentence
from nvrflow.compare.side import Side

SCREEN = 24  # lines of a terminal
_WIDE = 100  # characters of one line, at most
_HEADINGS = {"breaking": "Breaks", "drift": "Drifts or gets worse", "none": "To know"}


def summary_lines(comparison: Comparison, lines: int = SCREEN, width: int = _WIDE) -> list[str]:
    """Lines for a terminal; what does not fit is counted."""
    head = [f"{described(comparison.a)}  →  {described(comparison.b)}", *comparison.first]
    told = [*_told(comparison, width)]
    foot = [counted(comparison)]
    room = max(lines - len(head) - len(foot) - 3, 4)
    if len(told) > room:
        left = sum(1 for is_first, _ in told[room:] if is_first)
        told = told[:room]
        while told and not told[-1][1].startswith("    ") and not told[-1][0]:
            told.pop()  # a heading with nothing below it
        foot.insert(0, f"  and {left} more; --verbose shows all, and so do the HTML page and --json") if left else None
    return [*head, "", *(line for _, line in told), *([""] if told else []), *foot]


def counted(comparison: Comparison) -> str:
    """The number of differences by consequence, in words."""
    counts = comparison.counts()
    known = [f"{len(comparison.accepted)} accepted"] if comparison.accepted else []
    known += [f"{len(comparison.ignored)} ignored"] if comparison.ignored else []
    if not comparison.differences:
        told = "No difference was found in what was compared." if comparison.first else "Nothing has changed."
        return told + (f" ({', '.join(known)})" if known else "")
    words = {"breaking": "breaking", "drift": "drifting or worse", "none": "to know"}
    parts = [f"{counts[name]} {words[name]}" for name in counts if counts[name]] + known
    total = len(comparison.differences)
    return f"{total} {'difference' if total == 1 else 'differences'}: {', '.join(parts)}"


def described(side: Side) -> str:
    """A side in a few words: its name, model and version."""
    about = " ".join(filter(None, (side.variant.get("model"), side.version)))
    return f"{side.name} ({about})" if about else side.name


def _told(comparison: Comparison, width: int) -> Iterator[tuple[bool, str]]:
    """Each line, and whether it is the first one of a difference."""
    heading = ""
    for one in comparison.differences:
        if one.consequence != heading:
            heading = one.consequence
            yield False, _HEADINGS[heading]
        yield True, _cut(f"  {one.id}  {_short(one)}", width)
        meaning = consequence_of(one)
        if meaning:
            yield False, _cut(f"              {meaning}", width)
        if one.note:
            yield False, _cut(f"              {one.note}", width)


def _short(difference: Difference) -> str:
    return f"{difference.where.partition(':')[0]}: {sentence(difference)}"


def _cut(line: str, width: int) -> str:
    line = " " * (len(line) - len(line.lstrip())) + " ".join(line.split())
    return line if len(line) <= width else line[: width - 1] + "…"
