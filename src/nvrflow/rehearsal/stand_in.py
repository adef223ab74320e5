"""A stand-in for a recorder: it answers from a selector file, and notes what the flow uses and the file does not have."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from nvrflow.errors import WrongCall
from nvrflow.firmware.model import Rows, SelectorFile
from nvrflow.rehearsal.branches import Question, Run
from nvrflow.rehearsal.values import Anything, Shown


class Missing(NamedTuple):
    """A page, or an element of a page, that the selector file does not have; `flow` is the flow whose source uses it."""

    page: str
    element: str | None
    flow: str


class Verb(NamedTuple):
    """One verb of a page: the names of its parameters in order, and the name of the type that it returns."""

    parameters: list[str]
    returns: str


@dataclass
class Notes:
    """The state of one run, and the findings of all runs; `touched` are pages with an element, rows, `rows.element`, or none."""

    file: SelectorFile
    flow: str
    flows: Mapping[Path, str]
    verbs: Mapping[str, Verb]
    run: Run = field(default_factory=Run)
    missing: dict[Missing, None] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)
    touched: set[tuple[str, str]] = field(default_factory=set)

    def ask(self, question: Question) -> bool:
        """Ask the screen; a question at another place of the flow counts as another question."""
        name, line = self._asked_at()
        return self.run.answer((*question, f"{name}:{line}"))

    def misses(self, page: str, element: str | None = None) -> None:
        """Note that the file does not have this page or element."""
        self.missing[Missing(page, element, self._asked_at()[0])] = None

    def _asked_at(self) -> tuple[str, int]:
        """The flow, with its line, that is the innermost caller."""
        frame = sys._getframe(1)
        while frame.f_back is not None:
            frame = frame.f_back
            if name := self.flows.get(Path(frame.f_code.co_filename)):
                return name, frame.f_lineno
        return self.flow, 0


class RecorderStandIn:
    """The `recorder` that a flow gets; attributes that are not defined here are `Anything`."""

    host, user, url = "recorder", "admin", "http://recorder"

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._signed_in: bool | None = None
        self._leaving: Callable[[Any], object] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(Anything(), name)

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in; before the first sign-in this is a question with two answers."""
        if self._signed_in is None:
            self._signed_in = self._notes.ask(("signed_in",))
        return self._signed_in

    def go_to(self, page: str) -> PageStandIn:
        """The page, noted if the file does not have it."""
        self._notes.touched.add((page, ""))
        if page not in self._notes.file.pages:
            self._notes.misses(page)
        return PageStandIn(self._notes, page)

    def arrive(self, page: str, ready: bool = True) -> PageStandIn:
        """The page, as `go_to` returns it, because a stand-in does not wait."""
        return self.go_to(page)

    def has(self, page: str) -> bool:
        """Whether the file has such a page."""
        return page in self._notes.file.pages

    def shows(self, page: str) -> bool:
        """Whether the page is shown: a question to the screen, if the file has it."""
        return self.has(page) and self._notes.ask(("shows", page))

    def password(self) -> str:
        """A made-up text in place of a password."""
        return "password"

    def cannot(self, what: str) -> WrongCall:
        """The error that a flow raises if it needs something that this recorder does not have."""
        return WrongCall(what)

    def signed_in_until(self, leaving: Callable[[Any], object]) -> None:
        """Note that somebody is signed in; `leaving` is called at the end of the rehearsal."""
        self._signed_in, self._leaving = True, leaving

    def signed_out(self) -> None:
        """Note that nobody is signed in any more."""
        self._signed_in = False

    def once_more(self, action: Callable[[Any], Any], again: Callable[[Any], object]) -> Any:
        """Do `action`, and also what a flow does if it fails."""
        result = action(self)
        self._signed_in = False
        again(self)
        return result

    def leave(self) -> None:
        """End the rehearsal: sign out, if somebody is signed in."""
        if self._signed_in and self._leaving is not None:
            self._leaving(self)


class PageStandIn:
    """A page of the selector file, with every verb of a real page; a page that the file does not have has no elements."""

    def __init__(self, notes: Notes, name: str) -> None:
        self.name = name
        self._notes = notes
        self._page = notes.file.pages.get(name)

    def __getattr__(self, name: str) -> Any:
        if name not in self._notes.verbs:
            return getattr(Anything(), name)

        def verb(*args: Any, **kwargs: Any) -> Any:
            return self._use(name, args, kwargs)

        return verb

    @property
    def asked_by_browser(self) -> bool:
        """Whether the browser itself asks for user and password, by the selector file."""
        return self._page is not None and self._page.asked_by_browser

    def has(self, element: str) -> bool:
        """Whether the file has such an element."""
        return self._page is not None and element in self._page.elements

    def offers(self, element: str) -> bool:
        """Whether the element is there: a question to the screen, if the file has it."""
        self._notes.touched.add((self.name, element))
        return self.has(element) and self._notes.ask(("offers", self.name, element))

    def has_used(self, element: str) -> bool:
        """Whether this run has used the element already."""
        return (self.name, element) in self._notes.used

    def row(self, rows: str, name: str) -> RowStandIn:
        """A row, for any name."""
        return RowStandIn(self._notes, self.name, rows, self._rows_of(rows))

    def rows(self, rows: str) -> list[dict[str, Any]]:
        """One row, with the cells that the file names and those that the flow asks for."""
        return [_CellsStandIn(self._notes, self.name, rows, self._rows_of(rows))]

    def _use(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        verb = self._notes.verbs[name]
        given = {**dict(zip(verb.parameters, args, strict=False)), **kwargs}
        for element in _elements_in(given):
            if self._page is not None and element not in self._page.elements:
                self._notes.misses(self.name, element)
            self._notes.used.add((self.name, element))
            self._notes.touched.add((self.name, element))
        return self._result((self.name, str(given.get("element")), name), verb.returns)

    def _rows_of(self, rows: str) -> Rows | None:
        self._notes.touched.add((self.name, rows))
        known = self._page.rows.get(rows) if self._page is not None else None
        if known is None and self._page is not None:
            self._notes.misses(self.name, rows)
        return known

    def _result(self, question: Question, returns: str) -> Any:
        if returns == "bool":
            return self._notes.ask(question)
        if returns == "str":
            return Shown(question, self._notes.ask)
        if returns == "int":
            return 443  # a port
        if returns == "None":
            return None
        return [Anything()] if returns.startswith("list") else Anything()


class _CellsStandIn(dict[str, Any]):
    """The cells of one row by their titles or names; a cell that the file does not have is noted."""

    def __init__(self, notes: Notes, page: str, rows: str, known: Rows | None) -> None:
        self._notes, self._page, self._rows, self._known = notes, page, rows, known
        super().__init__({cell: self._shown(cell) for cell in (known.cells if known is not None else ())})

    def __missing__(self, cell: str) -> Any:
        if self._known is not None and cell not in _cells_of(self._known, self._notes.file):
            self._notes.misses(self._page, f"{self._rows}.{cell}")
        return self._shown(cell)

    def _shown(self, cell: str) -> Shown:
        return Shown((self._page, self._rows, cell), self._notes.ask)


class RowStandIn:
    """One row; for every verb the first argument names a cell or an element of these rows."""

    def __init__(self, notes: Notes, page: str, rows: str, known: Rows | None) -> None:
        self._notes, self._page, self._rows, self._known = notes, page, rows, known

    def __getattr__(self, name: str) -> Any:
        def verb(element: str, *args: Any, **kwargs: Any) -> Any:
            question = (self._page, self._rows, element, name)
            self._notes.touched.add((self._page, f"{self._rows}.{element}"))
            if self._known is not None and element not in {*_cells_of(self._known, self._notes.file), *self._known.elements}:
                self._notes.misses(self._page, f"{self._rows}.{element}")
            if name.startswith(("is_", "has", "offers")):
                return self._notes.ask(question)
            return Shown(question, self._notes.ask)

        return verb


def _cells_of(rows: Rows, file: SelectorFile) -> set[str]:
    """The names of a cell that a flow may use: its name in the file, or the title of its column in any language."""
    titles = [title for cell in rows.cells.values() for title in (cell.column, cell.called) if title]
    texts = [file.texts.get(title[1:], {}) for title in titles if title.startswith("$")]
    return {*rows.cells, *titles, *(word for text in texts for words in text.values() for word in words)}


def _elements_in(given: Mapping[str, Any]) -> list[str]:
    """Every element among a verb's arguments."""
    named = [given.get("element"), given.get("of"), *(given.get("mark") or []), *(given.get("arrow") or [])]
    return [element for element in named if isinstance(element, str)]
