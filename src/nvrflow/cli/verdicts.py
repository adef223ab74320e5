"""The verdicts of a check for a person: a short list, worst first, at most one screen of it, and the outcome in a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nvrflow.cli.paragraph import WIDEST, paragraph
from nvrflow.cli.terminal import counted, seconds

if TYPE_CHECKING:
    from nvrflow.check.examination import Examination
    from nvrflow.check.verdict import Candidate, Judged
    from nvrflow.cli.progress import Progress
    from nvrflow.report import Report

_SCREEN = 15  # lines of the list, wrapped; what stands around it takes the rest of a screen
_LONGEST = 200
_WORDS = {
    "missing": "missing",
    "drift": "drift",
    "not-reachable": "not reachable",
    "not-applicable": "not applicable",
    "found": "found",
}


def print_verdicts(
    progress: Progress, job: Examination, report: Report, folder: Path, verbose: bool, written: str | None
) -> None:
    """Print the list, the coverage, the run folder and the outcome; `written` says what became of the patch."""
    judged = job.outcome.judged
    lines = list(_every(judged) if verbose else _short(judged))
    shown = lines if verbose else list(_one_screen(lines))
    notes = [("Note", note) for note in report.notes]
    if len(lines) > len(shown):
        shown.append(("", f"and {len(lines) - len(shown)} more; --verbose lists everything"))
    if verbose:
        notes += list(_not_covered(job))
    if written:
        notes.append(("Patch", written))
    elif written is None and any(one.changes for one in judged):
        notes.append(("What to do", "the same command with --write-patch FILE writes these changes as a diff"))
    progress.conclusion(report, [*shown, *notes, ("Run folder", str(folder))], _sentence(judged, report))


def _one_screen(lines: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """As many of the lines as a screen has room for, each as high as it is where lines are wrapped; the first in any case."""
    room = _SCREEN
    for label, text in lines:
        high = len(paragraph(f"{label}: {text}", WIDEST, indent=2))
        if high > room and room < _SCREEN:
            return
        room -= high
        yield label, text


def _short(judged: Sequence[Judged]) -> Iterator[tuple[str, str]]:
    """What needs a person's attention: each missing element and each drift, and the rest in few lines."""
    for verdict in ("missing", "drift"):
        for one in judged:
            if one.verdict == verdict:
                yield _WORDS[verdict], f"{one.element}: {_why(one)}"
    yield from _unreached(judged)
    disabled = [one.element for one in judged if one.verdict == "found" and one.reason]
    if disabled:
        yield _WORDS["found"], _cut(f"{', '.join(disabled)}; disabled now")
    absent = [one.element for one in judged if one.verdict == "not-applicable"]
    if absent:
        yield _WORDS["not-applicable"], _cut(", ".join(absent))


def _unreached(judged: Sequence[Judged]) -> Iterator[tuple[str, str]]:
    """What was not reached, by its cause: one line for many elements."""
    causes = Counter(one.cause for one in judged if one.verdict == "not-reachable" and one.cause)
    for cause, count in causes.most_common():
        yield _WORDS["not-reachable"], f"{counted(count, 'element')} behind {cause}"
    unseen = [one for one in judged if one.verdict == "not-reachable" and not one.cause]
    popups = sum(one.page in ("handlers", "obstacles") for one in unseen)
    if popups:
        yield _WORDS["not-reachable"], f"{counted(popups, 'element')} of pop-ups and obstacles that were not shown"
    reasons: dict[str, list[str]] = {}
    for one in unseen:
        if one.page not in ("handlers", "obstacles"):
            reasons.setdefault(one.reason, []).append(one.element)
    for reason, elements in reasons.items():
        which = elements[0] if len(elements) == 1 else counted(len(elements), "element")
        yield _WORDS["not-reachable"], f"{which}: {_cut(reason)}"


def _every(judged: Sequence[Judged]) -> Iterator[tuple[str, str]]:
    from nvrflow.check.verdict import WORST_FIRST

    for one in sorted(judged, key=lambda each: WORST_FIRST.index(each.verdict)):
        told = (
            _why(one, whole=True) if one.verdict in ("missing", "drift") else "; ".join(filter(None, (one.locator, one.reason)))
        )
        yield _WORDS[one.verdict], f"{one.element}: {told}" if told else one.element


def _why(one: Judged, whole: bool = False) -> str:
    """Why, and what would correct it or what is similar to it."""
    told = one.reason if whole else _cut(one.reason)
    if one.proposal:
        return f"{told}. Change: {one.proposal}"
    near = [f'{each.role} "{each.name}" ({each.score:.2f}{_elsewhere(one, each)})' for each in one.candidates]
    return f"{told}. Similar: {', '.join(near)}" if near else told


def _elsewhere(one: Judged, candidate: Candidate) -> str:
    return "" if candidate.page == one.page else f", on the page {candidate.page}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _not_covered(job: Examination) -> Iterator[tuple[str, str]]:
    labels = {
        "elements_unused": "No flow uses",
        "pages_not_reached": "Pages not reached",
        "languages_not_seen": "Languages not seen",
        "texts_not_seen": "Words not seen",
    }
    for key, label in labels.items():
        if found := job.outcome.coverage.get(key):
            yield label, ", ".join(found)


def _sentence(judged: Sequence[Judged], report: Report) -> str:
    counts = Counter(str(one.verdict) for one in judged)
    told = ", ".join(f"{counts[verdict]} {word}" for verdict, word in _WORDS.items() if counts[verdict])
    return f"{told or 'nothing was looked at'}; {counted(len(report.steps), 'step')} in {seconds(report.seconds)}"
