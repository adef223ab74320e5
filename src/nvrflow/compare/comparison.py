"""Two firmwares compared: every difference, worst first, with what it means for flows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nvrflow.capture.archive import Capture
from nvrflow.compare.difference import CONSEQUENCES, Difference
from nvrflow.compare.entries import entries_of
from nvrflow.compare.gist import Gist, gists
from nvrflow.compare.in_common import said_of_pages
from nvrflow.compare.pace import on_the_way, paces, slower_pages
from nvrflow.compare.pairs import identity
from nvrflow.compare.phrases import word_clues
from nvrflow.compare.protection import protection
from nvrflow.compare.runs import run_differences
from nvrflow.compare.screen import Screen
from nvrflow.compare.sentence import consequence_of, sentence
from nvrflow.compare.side import Side
from nvrflow.compare.sights import looks, pictured
from nvrflow.compare.toll import charged, sores, with_lost_pages
from nvrflow.compare.tongue import Tongue
from nvrflow.compare.usage import Usage, usage_of, verifying_flows
from nvrflow.errors import WrongCall
from nvrflow.firmware import SelectorFile, digest_of, load_firmware
from nvrflow.report import nvrflow_version

Patch = Callable[["Comparison"], str]


@dataclass(frozen=True)
class Comparison:
    """Two sides and their differences, worst first. `first` is what has to be said before everything else.

    `accepted` and `ignored` are differences that a file says are known. `patch` is a change of the selector file that
    nvrflow.check proposes; empty where there is none.
    """

    a: Side
    b: Side
    differences: tuple[Difference, ...]
    first: tuple[str, ...] = ()
    accepted: tuple[Difference, ...] = ()
    ignored: tuple[Difference, ...] = ()
    patch: str = field(default="", repr=False)

    def fails(self, on: str) -> bool:
        """Whether there is a difference as bad as `on`: `breaking`, `drift`, `any` (one at all) or `never`."""
        return any(one.is_as_bad_as(on) for one in self.differences)

    def counts(self) -> dict[str, int]:
        """How many differences have each consequence."""
        return {name: sum(one.consequence == name for one in self.differences) for name in CONSEQUENCES}

    def as_dict(self) -> dict[str, Any]:
        """The document of `--json`."""
        return {
            "nvrflow": nvrflow_version(),
            "a": self.a.as_dict(),
            "b": self.b.as_dict(),
            "first": list(self.first),
            "counts": self.counts(),
            "findings": [data_of(one) for one in self.differences],
            "accepted": [data_of(one) for one in self.accepted],
            "ignored": [one.id for one in self.ignored],
            "patch": self.patch,
        }


def data_of(difference: Difference) -> dict[str, Any]:
    """One difference as plain data, with the keys of the contract and a few more."""
    before, after = (dict(value) if isinstance(value, Mapping) else value for value in (difference.before, difference.after))
    return {
        "id": difference.id,
        "kind": difference.kind,
        "change": difference.change,
        "aspect": difference.aspect,
        "where": difference.where,
        "what": sentence(difference),
        "name": difference.name,
        "before": before,
        "after": after,
        "consequence": difference.consequence,
        "means": consequence_of(difference),
        "flows": list(difference.flows),
        "pages": list(difference.pages),
        "lost_pages": list(difference.lost_pages),
        "languages": list(difference.languages),
        "elements": [{**vars(one), "consequence": one.consequence} for one in difference.elements],
        "note": difference.note,
    }


def compare(a: Side, b: Side, flows: Path | None = None, selectors: Path | None = None) -> Comparison:
    """Compare two sides. Raises InvalidFile for a damaged capture, WrongCall for one without a selector file."""
    name = a.firmware or b.firmware
    if name is None:
        raise WrongCall(f"{a.name} and {b.name}: no selector file fits either of them; name one with --firmware when capturing")
    usage = usage_of(name, load_firmware(name, selectors).file, flows, selectors)
    first = (*_said_first(a, b), *_said_of_the_file(usage.file, a, b), *said_of_pages(a, b))
    found = _of_captures(a.capture, b.capture, usage) if a.capture and b.capture else [*run_differences(a.report, b.report)]
    found += protection(a.device, b.device, verifying_flows(flows))
    found += slower_pages(paces(a.seconds, b.seconds), usage.file)
    return Comparison(a, b, tuple(sorted(found, key=lambda one: one.rank)), first)


def _of_captures(a: Capture, b: Capture, usage: Usage) -> list[Difference]:
    languages = [language for language in a.languages if language in b.languages]
    reference = "en" if "en" in languages else next(iter(languages), "")
    entries = entries_of(usage.file, (a, b))
    tongues = {language: (Tongue(a, language, reference), Tongue(b, language, reference)) for language in languages}
    screens = [
        Screen(page, other, *tongues[language], entries, _beneath(page.name, language, usage.file, (a, b)))
        for language in languages
        for page in a.pages(language)
        if (other := {one.name: one for one in b.pages(language)}.get(page.name)) is not None
    ]
    clues = [clue for screen in screens for clue in screen.clues]
    clues += [clue for pair in tongues.values() for clue in word_clues(*pair, *tongues[reference])]
    told: list[Gist] = charged(gists(clues, reference), sores(screens), usage)
    told = with_lost_pages(told, a, b, usage)
    return [pictured(gist, screens, reference) for gist in told] + looks(screens, reference)


def _beneath(page: str, language: str, file: SelectorFile, captures: tuple[Capture, Capture]) -> frozenset[str]:
    """The identities of all controls on the pages that lie on this one, in both captures."""
    below = [one for capture in captures for one in capture.pages(language) if page in on_the_way(file, one.name)]
    return frozenset(identity(control) for one in below for control in one.controls)


def _said_first(a: Side, b: Side) -> Iterable[str]:
    """What makes two captures hard to compare: other devices, other selector files, other languages."""
    for what in ("model", "hardware", "oem", "region"):
        before, after = a.variant.get(what), b.variant.get(what)
        if before and after and before != after:
            yield f"The two are different devices: {what} {before} and {what} {after}. Differences may come from that."
    if a.firmware != b.firmware:
        fits = f"{a.firmware or 'none'} and {b.firmware or 'none'}"
        yield f"Different selector files fit: {fits}. Only pages that both of them name are compared."
    only = set(a.languages) ^ set(b.languages)
    if only and a.languages and b.languages:
        yield f"Only one of the two was captured in {', '.join(sorted(only))}."


def _said_of_the_file(file: SelectorFile, *sides: Side) -> Iterable[str]:
    """Captures know what the selector file of their day found; what a later one finds, only `check` knows."""
    for side in sides:
        known = side.capture.summary.selectors if side.capture else None
        if known is not None and known != digest_of(file):
            yield (
                f"{side.name} was captured with another state of the selector file {side.firmware}. What breaks is said for that "
                f"state; `nvrflow check {side.name}` says it for the present one."
            )


def with_patch(comparison: Comparison, patch: Patch | None) -> Comparison:
    """The comparison with the change of the selector file that `patch` proposes for what breaks or drifts."""
    concerned = any(one.elements and one.consequence != "none" for one in comparison.differences)
    return replace(comparison, patch=patch(comparison)) if patch and concerned else comparison
