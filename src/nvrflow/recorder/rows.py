"""Rows of a table or list on a page: read as data, or used one at a time by the text that names the row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nvrflow.browser.playwright_errors import translated
from nvrflow.errors import SelectorDrift, WrongCall
from nvrflow.firmware.elements import Cell, Rows
from nvrflow.recorder.control import choose, is_on, read, text_of, turn
from nvrflow.recorder.downloads import download_file, upload
from nvrflow.recorder.element import Element
from nvrflow.recorder.nearest import hints
from nvrflow.recorder.popups import Popups
from nvrflow.recorder.verbs import click, fill, hover, look_at_last_click, press, select
from nvrflow.recorder.window import SLICE, Window
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from playwright.sync_api import Locator

_TITLES = "th, [role=columnheader]"
_LINES = """all => all.map(one => {
  const options = [...one.querySelectorAll('option')].map(option => option.text.trim());
  return one.innerText.split('\\n').map(line => line.trim()).filter(line => line && !options.includes(line));
})"""
_CELLS = "td, th[scope=row], [role=cell], [role=gridcell], [role=rowheader]"


@dataclass(frozen=True)
class Table:
    """The rows `name` of a page, as the selector file describes them; reading them makes no step, using a row does."""

    window: Window
    page: str
    name: str
    spec: Rows

    @property
    def at(self) -> str:
        """Selector file, page and name of the rows, for messages."""
        return f"{self.window.firmware.name}: {self.page}.{self.name}"

    def read(self) -> list[dict[str, str]]:
        """Every row as a mapping of its `cells`, each by the title of its column as the page shows it."""
        look_at_last_click(self.window)
        rows, columns = self._rows(), self.columns()
        return [self._texts(row, columns) for row in rows]

    def row(self, key: str) -> Row:
        """The row whose naming cell says `key`. Raises SelectorDrift if no row or several rows say so."""
        columns = self.columns()
        named = [(self.text_in(row, self.spec.key, columns), row) for row in self._rows()]
        found = [row for text, row in named if text.casefold() == key.strip().casefold()]
        if len(found) != 1:
            there = ", ".join(repr(text) for text, _ in named[:12]) or "none"
            raise SelectorDrift(f"{self.at}: {len(found)} rows are named {key!r}, instead of one. The rows are {there}")
        return Row(self, key, found[0])

    def _rows(self) -> list[Locator]:
        """Wait for the visible rows and return them; a row without a name, such as the row of titles, does not count."""
        window, patience = self.window, self.window.patience()
        window.turn_to(self.page)
        window.settle()
        with waiting(f"the rows {self.name}", window.timeout), translated(self.at):
            while not window.comes(self.spec.find, SLICE):
                if patience.is_over(window.page):
                    if self._titles().count():
                        return []  # a table with its titles and without rows
                    tried = ", ".join(map(window.finder.describe, self.spec.find))
                    raise SelectorDrift(f"{self.at}: no row {patience.told}; tried {tried}{hints(window.finder, self.spec.find)}")
                Popups(window).answer_any()
            columns = self.columns()
            for locator in self.spec.find:
                rows = window.finder.visible(locator).all()
                if rows:
                    return [row for row in rows if self.text_in(row, self.spec.key, columns)]
        return []

    def _titles(self) -> Locator:
        finder = self.window.finder
        if self.spec.titles:
            return finder.any_of(self.spec.titles)
        return finder.around(self.spec.find[0]).locator(_TITLES).filter(visible=True)

    def columns(self) -> list[str]:
        """The titles of the columns in order, each with its lines; the options of a list in a title are none of its words."""
        lines: list[list[str]] = self._titles().evaluate_all(_LINES)
        return ["\n".join(" ".join(line.split()) for line in title) for title in lines]

    def _texts(self, row: Locator, columns: list[str]) -> dict[str, str]:
        told = {}
        for name, cell in self.spec.cells.items():
            if not cell.secret:
                told[self.title_of(name, cell, columns)] = self.text_in(row, name, columns)
        return told

    def title_of(self, name: str, cell: Cell, columns: list[str]) -> str:
        """The name of a cell in the result: the title of its column as the page shows it, or else its name in the file."""
        place = self._place(cell.column, columns) if cell.column else None
        if place is not None:
            lines = columns[place].split("\n")
            words = self._words(cell.column or "")
            return next((line for line in lines if line.casefold() in words), " ".join(lines))
        said = cell.column or cell.called
        return self.window.firmware.in_a_sentence(said) if said else name

    def has_column(self, column: str, columns: list[str]) -> bool:
        """Whether one of `columns` has this title, which is a text of the file or words."""
        return self._place(column, columns) is not None

    def _place(self, column: str, columns: list[str]) -> int | None:
        """Which column has this title, or as the only one a line of its title that says so, beside buttons or switches."""
        words = self._words(column)
        whole = [index for index, title in enumerate(columns) if " ".join(title.split()).casefold() in words]
        partly = [index for index, title in enumerate(columns) if words & set(title.casefold().split("\n"))]
        return whole[0] if whole else partly[0] if len(partly) == 1 else None

    def _words(self, column: str) -> set[str]:
        return {word.casefold() for word in self.window.firmware.words(column)}

    def text_in(self, row: Locator, name: str, columns: list[str]) -> str:
        """The text of the cell `name` of a row; empty if the row has no such cell."""
        cell = self.spec.cells[name]
        found = self.below(row, cell.column, columns, name) if cell.column else row
        if cell.find:
            found = self.window.finder.inside(found, cell.find)
        return " ".join(text_of(found.first).split()) if found.count() else ""

    def below(self, row: Locator, column: str, columns: list[str], where: str) -> Locator:
        """The cell of a row below the title `column`. Raises SelectorDrift if no column has that title."""
        place = self._place(column, columns)
        if place is None:
            said, titles = (
                " / ".join(self.window.firmware.words(column)),
                ", ".join(" ".join(one.split()) for one in columns) or "none",
            )
            raise SelectorDrift(f"{self.at}.{where}: no column is titled {said!r}; the titles are {titles}")
        cells = self.window.finder.inside(row, self.spec.cell) if self.spec.cell else row.locator(_CELLS)
        return cells.nth(place)

    def element_in(self, row: Locator, key: str, name: str) -> Element:
        """The element `name` within a row. Raises WrongCall if the selector file has no such element."""
        elements = self.spec.elements
        if name not in elements:
            known = ", ".join(elements) or "none"
            raise WrongCall(f"{self.at}.{name}: the selector file has no such element of these rows; they have {known}")
        spec = elements[name]
        base = self.below(row, spec.column, self.columns(), name) if spec.column else row
        return Element(self.window, f"{self.page}.{self.name}", name, spec, Popups(self.window), base, key)


@dataclass(frozen=True)
class Row:
    """One row, found by the text of its naming cell; its verbs are those of a page, for the elements in the row."""

    table: Table
    key: str
    found: Locator

    def click(self, element: str) -> None:
        """Click an element of this row."""
        click(self._element(element))

    def fill(self, element: str, value: str) -> None:
        """Type `value` into a field of this row."""
        fill(self._element(element), value)

    def select(self, element: str, option: str) -> None:
        """Choose `option` in a drop-down list of this row."""
        select(self._element(element), option)

    def choose(self, element: str, option: str) -> None:
        """Choose `option` in a drop-down of this row that the page draws itself."""
        choose(self._element(element), option)

    def hover(self, element: str) -> None:
        """Move the mouse over what stands in this row."""
        hover(self._element(element))

    def press(self, element: str, key: str) -> None:
        """Press a key while a field of this row has the focus."""
        press(self._element(element), key)

    def upload(self, element: str, file: str | Path) -> None:
        """Give the page a file, through what stands in this row."""
        upload(self._element(element), file)

    def download_file(self, element: str) -> Path:
        """Click what stands in this row, receive the file that comes, and keep it; raises DownloadFailed."""
        return download_file(self._element(element))

    def read(self, element: str) -> str:
        """The value of a field of this row, or the text of anything else in it."""
        return read(self._element(element))

    def offers(self, element: str) -> bool:
        """Whether the element is there in this row now."""
        return self._element(element).is_there()

    def check(self, element: str) -> None:
        """Switch a checkbox of this row on."""
        turn(self._element(element), True)

    def uncheck(self, element: str) -> None:
        """Switch a checkbox of this row off."""
        turn(self._element(element), False)

    def is_checked(self, element: str) -> bool:
        """Whether a checkbox of this row is on."""
        target = self._element(element)
        return is_on(target, target.find())

    def text(self, cell: str) -> str:
        """The text of a cell, by its name in the selector file or the title of its column."""
        table = self.table
        columns = table.columns()
        name = next(
            (name for name, spec in table.spec.cells.items() if cell in (name, table.title_of(name, spec, columns))), None
        )
        if name is None:
            raise WrongCall(f"{table.at}: the rows have no cell {cell!r}; they have {', '.join(table.spec.cells)}")
        return table.text_in(self.found, name, columns)

    def _element(self, name: str) -> Element:
        return self.table.element_in(self.found, self.key, name)


def table_of(window: Window, page: str, name: str) -> Table:
    """The rows `name` of the page. Raises WrongCall if the selector file has no such rows."""
    known = window.file.pages[page].rows
    if name not in known:
        there = ", ".join(known) or "none"
        raise WrongCall(f"{window.firmware.name}: {page}: the selector file has no rows {name!r}; it has {there}")
    return Table(window, page, name, known[name])
