"""The nouns of a guide: chapters of numbered instructions, each with its sentences, picture, commands or table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nvrflow.guide.words import Sentence

Cell = Sentence | str


@dataclass(frozen=True)
class Figure:
    """The picture of one step; `alt` describes it to a person who cannot see it."""

    step_id: str
    number: str
    alt: str


@dataclass(frozen=True)
class Listing:
    """A caption and the commands to type."""

    lines: tuple[str, ...]
    caption: Cell = ""


@dataclass(frozen=True)
class Table:
    """A table: headings and rows."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Item:
    """One instruction; its `number` is like 2b, and is also in the picture."""

    number: str
    anchor: str
    sentences: tuple[Sentence, ...]
    figure: Figure | None = None
    blocks: tuple[Listing | Table | Sentence, ...] = ()


@dataclass(frozen=True)
class Problem:
    """Why the guide ends here: a heading, a sentence, and the exact message of the run."""

    heading: str
    sentence: str
    detail: str


@dataclass(frozen=True)
class Chapter:
    """A heading with its items."""

    number: int
    anchor: str
    title: str
    intro: tuple[Sentence, ...]
    items: tuple[Item, ...]
    problem: Problem | None = None


@dataclass(frozen=True)
class Guide:
    """The whole guide in one language; `facts` stand on the title page, `date` is YYYY-MM-DD."""

    language: str
    title: str
    recorder: str
    facts: tuple[tuple[str, Cell], ...]
    chapters: tuple[Chapter, ...]
    date: str
    video: str = ""

    def figures(self) -> Iterator[Figure]:
        """Every picture in order."""
        for chapter in self.chapters:
            for item in chapter.items:
                if item.figure is not None:
                    yield item.figure


def lettered(chapter: int, index: int) -> str:
    """The number of the item `index` (from 0) of a chapter: 2a, 2b … 2z, 2aa."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return f"{chapter}{letters}"
