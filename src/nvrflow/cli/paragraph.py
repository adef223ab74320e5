"""A paragraph for a person: lines that end between words, at a terminal; one line for each paragraph anywhere else.

What is copied - an address, a path, a fingerprint, a command - is never broken: it gets a line of its own where it does not fit.
What goes into a file or a pipe is not wrapped, so that it can be searched for whole sentences.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from typing import TextIO

import click

from nvrflow.report.plain import plain

WIDEST = 80
_NARROWEST = 20
# `nvrflow untrust http://192.0.2.10` is one word here; so are apt-get's command and an option with its value.
_TOGETHER = re.compile(
    r"nvrflow [a-z]+(?: (?:https?://\S+|[a-z]+_[a-z_]+|--[a-z][\w-]*(?:[ =][A-Z][A-Z0-9]*\b)?))*[.,;:)]*"
    r"|apt-get install [\w.-]+[.,;:)]*|--[a-z][\w-]* [A-Z][A-Z0-9]*\b[.,;:)]*"
)
_WIDE = r"[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]"  # scripts that have no spaces between words
_PART = re.compile(rf"{_WIDE}|(?:(?!{_WIDE}).)+")
_WORD = re.compile(rf"{_TOGETHER.pattern}|\S+")


def say(text: str, *, err: bool = False, indent: int = 0, first: int = 0) -> None:
    """Print `text` on standard output, or on standard error with `err`.

    Its first line is indented by `first` columns, the others by `indent`. A line end in `text` begins a new paragraph.
    """
    stream = sys.stderr if err else sys.stdout
    for line in paragraph(text, width_of(stream), indent=indent, first=first):
        click.echo(_in_encoding(line, stream), err=err)


def say_exactly(line: str, *, err: bool = False, indent: int = 0) -> None:
    """Print a command or a path on a line of its own, however long it is."""
    click.echo(_in_encoding(" " * indent + plain(line), sys.stderr if err else sys.stdout), err=err)


def agreed(question: str) -> bool:
    """Ask a yes-or-no question on standard error; no is the default. Raises click.Abort on Ctrl-C."""
    asked = "\n".join(paragraph(question, width_of(sys.stderr)))
    return click.confirm(_in_encoding(asked, sys.stderr), default=False, err=True)


def found_mark(found: bool) -> str:
    """A mark for what was found and what was not, in characters that standard output has."""
    marks = "✓✗" if (getattr(sys.stdout, "encoding", None) or "").lower().startswith("utf") else "+-"
    return marks[0] if found else marks[1]


def width_of(stream: TextIO) -> int | None:
    """How many columns a line may have: 80, or what a narrower terminal has; None where it is no terminal."""
    if not stream.isatty():
        return None
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return max(_NARROWEST, min(columns or WIDEST, WIDEST))


def paragraph(text: str, width: int | None, *, indent: int = 0, first: int = 0) -> list[str]:
    """`text` in lines of at most `width` columns, without terminal commands; None: each paragraph is one line."""
    lines: list[str] = []
    for number, one in enumerate(plain(text).rstrip("\n").split("\n")):
        own = len(one) - len(one.lstrip(" "))
        start, rest = (first if number == 0 else indent) + own, indent + own
        if width is None:
            lines.append((" " * start + one.strip()).rstrip())
        else:
            lines.extend(_filled(one.strip(), width, start, rest))
    return lines


def _filled(text: str, width: int, start: int, rest: int) -> Iterator[str]:
    """The lines of one paragraph; a word that is wider than a line stands alone at the left edge."""
    line, used, empty = " " * start, start, True
    for gap, word in _pieces(text):
        wide = columns(word)
        if not empty and used + len(gap) + wide > width:
            yield line
            line, used, gap = " " * rest, rest, ""
        if rest + wide > width:
            if line.strip():
                yield line
            line, used = word, width
        else:
            line, used = line + gap + word, used + len(gap) + wide
        empty = False
    yield line.rstrip()


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Each word after the spaces before it; signs of scripts without spaces are words of their own."""
    end = 0
    for found in _WORD.finditer(text):
        gap, end = text[end : found.start()], found.end()
        for part in _PART.findall(found[0]):
            yield gap, part
            gap = ""


def columns(text: str) -> int:
    """How many columns of a terminal `text` takes: two for each sign of a wide script."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _in_encoding(text: str, stream: TextIO) -> str:
    """`text` with question marks for what the stream cannot write."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
