"""The guide as Markdown; its pictures are files beside it, each with a link to the whole screen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nvrflow.guide.manual import Cell, Chapter, Guide, Item, Listing, Table
from nvrflow.guide.words import Sentence, Words

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def as_markdown(guide: Guide, words: Words) -> str:
    """`guide` as CommonMark with tables; its pictures are in `pictures/`."""
    return "\n".join(_lines(guide, words)).rstrip() + "\n"


def _lines(guide: Guide, words: Words) -> Iterator[str]:
    yield from (f"# {_plain(guide.title)}", "", f"{_plain(words.label('guide'))}: {_plain(guide.recorder)}", "")
    yield from ("| | |", "| --- | --- |")
    yield from (f"| {_plain(name)} | {_cell(value)} |" for name, value in guide.facts)
    yield ""
    if guide.video:
        yield from (f"[{words.label('video')}]({guide.video})", "")
    yield from (f"## {_plain(words.label('contents'))}", "")
    yield from (f"{chapter.number}. [{_plain(chapter.title)}](#{chapter.anchor})" for chapter in guide.chapters)
    yield ""
    for chapter in guide.chapters:
        yield from _chapter(chapter, words)
    yield from ("---", "", _plain(words.label("made")))


def _chapter(chapter: Chapter, words: Words) -> Iterator[str]:
    yield from (f'<a id="{chapter.anchor}"></a>', "", f"## {chapter.number}. {_plain(chapter.title)}", "")
    for sentence in chapter.intro:
        yield from (_told(sentence), "")
    for item in chapter.items:
        yield from _item(item, words)
    if chapter.problem is not None:
        problem = chapter.problem
        yield from (f"> **{_plain(problem.heading)}.** {_plain(problem.sentence)}".rstrip(), ">")
        yield from (f">     {line}" for line in problem.detail.splitlines())
        yield ""


def _item(item: Item, words: Words) -> Iterator[str]:
    yield f'<a id="{item.anchor}"></a>'
    yield ""
    yield f"**{words.label('step')} {item.number}.** " + " ".join(_told(sentence) for sentence in item.sentences)
    yield ""
    if item.figure is not None:
        picture = f"pictures/{item.figure.step_id}"
        yield f"[![{_plain(item.figure.alt)}]({picture}.png)]({picture}-whole.png)"
        yield ""
        yield f"[{_plain(words.label('enlarge'))}]({picture}-whole.png)"
        yield ""
    for block in item.blocks:
        if isinstance(block, Listing):
            yield from ((_cell(block.caption), "") if block.caption else ())
            yield from ("```", *block.lines, "```", "")
        elif isinstance(block, Table):
            yield f"| {' | '.join(map(_plain, block.head))} |"
            yield f"|{' --- |' * len(block.head)}"
            yield from (f"| {' | '.join(map(_cell, row))} |" for row in block.rows)
            yield ""
        else:
            yield from (_told(block), "")


def _cell(cell: Cell) -> str:
    return _told(cell) if isinstance(cell, Sentence) else _plain(cell)


def _told(sentence: Sentence) -> str:
    marks = {"plain": _plain, "screen": lambda text: f"**{_plain(text)}**", "code": _code}
    return "".join(marks[kind](text) for kind, text in sentence.parts())


def _code(text: str) -> str:
    """Text as code, which may have back-ticks in it."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def _plain(text: str) -> str:
    """`text` escaped, so that it shows as it is; white space becomes single spaces."""
    return _SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", text))
