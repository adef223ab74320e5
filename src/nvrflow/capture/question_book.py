"""What was asked of a recorder's pages, and what they answered: written down live, and answered again from a capture."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nvrflow.errors import NvrflowError
from nvrflow.firmware import available, load_firmware
from nvrflow.firmware.model import SelectorFile
from nvrflow.firmware.shown_page import NoJavaScript, ShownPage, quietly

_PATIENCE = 2.0  # seconds


@dataclass
class QuestionBook:
    """The answers of scripts by their text, and of requests by method, path and body, as `asked_of` writes them."""

    scripts: dict[str, Any] = field(default_factory=dict)
    fetched: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Recording:
    """A page that answers, and whose answers to requests are written down; it is a `ShownPage`."""

    page: ShownPage
    book: QuestionBook

    def evaluate(self, function: str, argument: Any = None) -> Any:
        """What the page answers. Raises NoJavaScript, NvrflowError."""
        answer = self.page.evaluate(function, argument)
        if (name := asked_of(argument)) and answer:
            self.book.fetched[name] = str(answer)
        return answer

    def becomes_true(self, function: str, seconds: float) -> bool:
        """Whether the page says so in time; it has been shown for a while already."""
        return self.page.becomes_true(function, min(seconds, _PATIENCE))


@dataclass(frozen=True)
class Answering:
    """A captured page, for which a book answers what only its scripts and the recorder could say; it is a `ShownPage`."""

    page: ShownPage
    book: QuestionBook

    def evaluate(self, function: str, argument: Any = None) -> Any:
        """What the page and the book answer together; a request that was never made gets an empty answer."""
        if name := asked_of(argument):
            return self.book.fetched.get(name, "")
        return self.page.evaluate(self._filled(function), argument)

    def becomes_true(self, function: str, seconds: float) -> bool:
        """Whether it is so; nothing on a captured page changes later."""
        return bool(self.page.evaluate(self._filled(function)))

    def _filled(self, function: str) -> str:
        """`function` with the answer in the place of each script that the book knows."""
        for script in sorted(self.book.scripts, key=len, reverse=True):
            function = function.replace(f"\n{script}\n", f"\n({json.dumps(self.book.scripts[script])})\n")
        return function


def asked_of(argument: Any) -> str:
    """The name of a request that `nvrflow.firmware.shown_page.fetched` makes, for a book; empty for any other question."""
    if not isinstance(argument, Mapping) or not {"path", "method"} <= set(argument):
        return ""
    return f"{argument['method']} {argument['path']}" + (f" {argument['body']}" if argument.get("body") else "")


def ask_every_file(page: ShownPage, book: QuestionBook, own: Path | None = None) -> None:
    """Write down what the start page answers to every selector file's scripts, so that each file can be tried later."""
    for name in available(own):
        try:
            file = load_firmware(name, own).file
        except NvrflowError:
            continue  # whoever needs that file is told
        for script in _scripts(file):
            if script not in book.scripts:
                book.scripts[script] = value_of(page, script)


def value_of(page: ShownPage, script: str) -> Any:
    """What a script gives on the page, as far as that is plain data; else whether it gives something."""
    plain = "['string', 'number', 'boolean'].includes(typeof said)"
    try:
        return page.evaluate(f"() => {{ const said = {quietly(script)}; return {plain} ? said : Boolean(said) }}")
    except (NoJavaScript, NvrflowError):
        return False


def _scripts(file: SelectorFile) -> Iterator[str]:
    yield from (sign.script for sign in file.identify if sign.script)
    yield from (told.script for told in file.about.sources.values() if told.script)
    if file.language is not None:
        yield file.language.script
