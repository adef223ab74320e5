"""Paragraphs for a person: wrapped between words at a terminal, and one line per paragraph everywhere else.

Text that people copy - an address, a path, a fingerprint, a command - is never broken; it gets its own line if it does not fit.
Output into a file or a pipe is not wrapped, so that whole sentences can be searched.
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
COMMANDS = (
    "secure",
    "run",
    "identify",
    "check",
    "try",
    "read",
    "guide",
    "picture",
    "compare",
    "regress",
    "history",
    "capture",
    "read",
    "verify",
    "trust",
    "untrust",
    "bundle",
    "lint",
    "new",
    "fleet",
    "worker",
    "simulate",
    "demo",
    "doctor",
)
# `nvrflow untrust http://192.0.2.10` counts as one word; so do an apt-get command and an option with its value.
_TOGETHER = re.compile(
    rf"nvrflow (?:{'|'.join(COMMANDS)})\b(?: (?:https?://\S+|[a-z]+_[a-z_]+|--[a-z][\w-]*(?:[ =][A-Z][A-Z0-9]*\b)?))*[.,;:)]*"
    r"|apt-get install [\w.-]+[.,;:)]*|--[a-z][\w-]* [A-Z][A-Z0-9]*\b[.,;:)]*"
)
_WIDE = r"[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]"  # scripts that have no spaces between words
_PART = re.compile(rf"{_WIDE}|(?:(?!{_WIDE}).)+")
_WORD = re.compile(rf"{_TOGETHER.pattern}|\S+")


def say(text: str, *, err: bool = False, indent: int = 0, first: int = 0) -> None:
    """Print `text` on standard output, or on standard error with `err`.

    The first line is indented by `first` columns, the others by `indent`. A line break in `text` begins a new paragraph.
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
    """A mark for found or not found, in characters that standard output can show."""
    marks = "✓✗" if (getattr(sys.stdout, "encoding", None) or "").lower().startswith("utf") else "+-"
    return marks[0] if found else marks[1]


def width_of(stream: TextIO) -> int | None:
    """The most columns of a line: 80, or those of a narrower terminal; None if the stream is not a terminal."""
    if not stream.isatty():
        return None
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return max(_NARROWEST, min(columns or WIDEST, WIDEST))


def paragraph(text: str, width: int | None, *, indent: int = 0, first: int = 0) -> list[str]:
    """Wrap `text` at `width` columns (None: one line per paragraph), and remove terminal commands."""
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
    """The lines of one paragraph; a word wider than a line gets its own line at the left edge."""
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
    """Each word with the spaces before it; characters of scripts without spaces are separate words."""
    end = 0
    for found in _WORD.finditer(text):
        gap, end = text[end : found.start()], found.end()
        for part in _PART.findall(found[0]):
            yield gap, part
            gap = ""


def columns(text: str) -> int:
    """The columns that `text` takes in a terminal: two for each character of a wide script."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _in_encoding(text: str, stream: TextIO) -> str:
    """`text` with question marks for characters that the stream cannot write."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
