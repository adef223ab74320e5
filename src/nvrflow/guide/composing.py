"""From a run to a guide: chapters, numbers, sentences and pictures in the order of the flow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nvrflow.guide.elsewhere import drafts
from nvrflow.guide.instructions import sentences
from nvrflow.guide.manual import Chapter, Figure, Guide, Item, Problem, lettered
from nvrflow.guide.placeholder import with_placeholder
from nvrflow.guide.source import Source
from nvrflow.guide.words import Sentence, Words, joins_next
from nvrflow.report import Said, Step


@dataclass
class _Part:
    """A chapter before it is written: the flow's heading, its steps, and the flow's own sentences among them."""

    heading: str
    steps: list[Step]


def compose(source: Source, words: Words, date: str) -> Guide:
    """The guide in the language of `words`; its title page shows the model and version that the recorder gives, if it does."""
    parts = list(_parts(source))
    numbers = {"import": _chapter_of(parts, "import"), "enable": _chapter_of(parts, "await-https")}
    chapters = [_chapter(source, words, number, part, numbers) for number, part in enumerate(parts, 1)]
    if source.problem is not None and chapters:
        chapters[-1] = Chapter(**{**_fields(chapters[-1]), "problem": _problem(source, words)})
    said = source.report.firmware or {}
    version = said.get("version") or _range(said.get("versions", ""))
    vendor, lines = said.get("vendor", ""), ", ".join(said.get("lines", ()))
    named = said.get("model") or lines
    named = named if named.split(" ")[0] == vendor else f"{vendor} {named}"
    facts: list[tuple[str, Any]] = [
        (words.label("recorder"), named.strip()),
        (words.label("firmware"), f"{version} ({said['name']})"),
        (words.label("address"), Sentence("{address}", {"address": source.report.recorder})),
    ]
    if source.report.language:
        facts.append((words.label("pages_in"), words.language_name(source.report.language)))
    facts.append((words.label("date"), date))
    recorder = f"{vendor} {said.get('model', '')}".strip() + f" · {words.label('firmware')} {version}"
    title = words.title(source.report.flow, source.report.title)
    return with_placeholder(Guide(words.language, title, recorder, tuple(facts), tuple(chapters), date), source)


def _range(firmware: str) -> str:
    """A range of versions as a reader sees it."""
    return firmware.replace(">=", "≥ ").replace("<=", "≤ ").replace("<", "< ").replace("<  ", "< ")


def _fields(chapter: Chapter) -> dict[str, Any]:
    return {name: getattr(chapter, name) for name in chapter.__dataclass_fields__}


def _parts(source: Source) -> Iterator[_Part]:
    """The flow's chapters in order; a chapter that only leads to the next one becomes part of that chapter."""
    parts: list[_Part] = []
    for step in source.steps:
        last = parts[-1] if parts else None
        if last is not None and (step.chapter == last.heading or joins_next(last.heading)):
            last.heading = step.chapter
            last.steps.append(step)
        else:
            parts.append(_Part(step.chapter, [step]))
    if len(parts) > 1 and joins_next(parts[-1].heading):
        last = parts.pop()
        parts[-1].steps += last.steps
    yield from parts


def _chapter_of(parts: list[_Part], step_id: str) -> str:
    """The number of the chapter with that step; the number of the last chapter if no chapter has it."""
    found = [number for number, part in enumerate(parts, 1) if any(step.id == step_id for step in part.steps)]
    return str(found[0] if found else len(parts))


def _chapter(source: Source, words: Words, number: int, part: _Part, numbers: dict[str, str]) -> Chapter:
    title, intro = words.chapter(part.heading, source.report.chapters.get(part.heading, {}))
    items: list[Item] = []
    for step, own in _with_own(source, part, words):
        elsewhere = drafts(source, step, words, numbers)
        for draft in elsewhere or ():
            items.append(draft.numbered(lettered(number, len(items)), f"{step.id}-{len(items) + 1}"))
        if elsewhere is None:
            items.append(_item(source, step, words, lettered(number, len(items)), own))
    return Chapter(number, f"chapter-{number}", title, (intro,) if intro else (), tuple(items))


def _with_own(source: Source, part: _Part, words: Words) -> Iterator[tuple[Step, tuple[list[Sentence], list[Sentence]]]]:
    """Each step with the flow's own sentences before it, and after the last step of a chapter those that follow."""
    places = {step.id: index for index, step in enumerate(source.steps)}
    for step in part.steps:
        mine = [one for one in source.report.said if one.chapter == step.chapter]
        before = [_own(one, words) for one in mine if one.before == places[step.id]]
        last = step is part.steps[-1]
        yield step, (before, [_own(one, words) for one in mine if last and one.before > places[step.id]])


def _own(said: Said, words: Words) -> Sentence:
    return Sentence(said.translations.get(words.language, said.sentence))


def _item(source: Source, step: Step, words: Words, number: str, own: tuple[list[Sentence], list[Sentence]]) -> Item:
    before, after = own
    told = (*before, *sentences(source, step, words), *after)
    figure = None
    if step.raw is not None:
        key = "labels.alt" if step.target is not None and step.target.box is not None else "labels.alt_plain"
        main = sentences(source, step, words)[0].text
        figure = Figure(step.id, number, words.say(key, number=number, sentence=main).text)
    return Item(number, step.id, told, figure)


def _problem(source: Source, words: Words) -> Problem:
    assert source.problem is not None
    stopped = source.report.error is None
    heading = words.label("undescribed" if stopped else "cannot")
    return Problem(heading, "" if stopped else words.problem(source.problem.kind), str(source.problem))
