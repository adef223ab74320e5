"""What a person uses or reads on a page: single elements, and rows that have the same cells and elements each."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from nvrflow.firmware.locator import Locator, Locators, Strict, as_list

PLACEHOLDERS = ("user", "password", "host")  # what `value` may take from the run, as {user}
_IN_BRACES = re.compile(r"\{([^{}]*)\}")


def _as_element(value: Any) -> Any:
    return {"find": value} if isinstance(value, list) else value


def _as_cell(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else _as_element(value)


Names = Annotated[list[str], BeforeValidator(as_list, json_schema_input_type=str | list[str])]


class Choices(Strict):
    """The options of a drop-down, or the texts of a field, that is a switch; `$text` or the words themselves."""

    on: str
    off: str


class Element(Strict):
    """Something a person uses or reads on a page."""

    find: Locators
    called: str | None = Field(None, description="what a person calls it, when no locator has its words")
    effect: Literal["read", "write"] = Field("read", description="write: using it changes the recorder")
    secret: bool = Field(False, description="what is typed here appears nowhere, and what is shown here is covered in pictures")
    value: str | None = Field(
        None,
        description="using this element types this or chooses this option instead of clicking; for a checkbox `on` or `off`. "
        "`$text` for words of this file; {user}, {password} and {host} for the account and the recorder's address",
    )
    use_first: Names = Field([], description="elements beside this one that are used before it, in order, each with its `value`")
    checked_by: Locators | None = Field(None, description="visible exactly while a control that only looks like a checkbox is on")
    announced_by: Locators | None = Field(None, description="what appears to say that it worked")
    refused_by: Locators | None = Field(None, description="what appears to say that it did not")
    refused_saying: str | None = Field(None, description="regular expression for a native dialog that says that it did not")
    shown_as_text: bool = Field(False, description="a certificate that is shown here, to be read instead of downloaded")
    choices: Choices | None = Field(None, description="for a drop-down or field that switches: what it shows for on and off")
    options: Locators | None = Field(
        None, description="for a drop-down drawn by hand: every option of the list that a click on it opens"
    )
    off: str | None = Field(None, description="for a radio: the element of this page that switches it off")
    answered_by: str | None = Field(None, description="the network answer (below `answers`) that says how it went")
    column: str | None = Field(None, description="only in `rows`: the title of its column; `$text` or the words")
    setting: str | None = Field(None, description="the name of docs/settings.md for the setting that is read and set here")
    after: str | None = Field(None, description="the element beside this one after whose use this one is shown, and not before")
    optional: bool = Field(
        False, description="not every device of this firmware has it, or not at all times; `check` then does not miss it"
    )

    @property
    def placeholders(self) -> list[str]:
        """What `value` takes from the run: the words in braces, in order."""
        return _IN_BRACES.findall(self.value or "")


Elements = dict[str, Annotated[Element, BeforeValidator(_as_element, json_schema_input_type=Element | list[Locator])]]


class Cell(Strict):
    """What is read in each row: the cell below a column's title, or what its locators find within the row."""

    column: str | None = Field(None, description="the title of its column; `$text` or the words")
    find: Locators | None = Field(None, description="looked for within the row; with `column`, within that cell")
    called: str | None = Field(None, description="what a person calls it, when neither column nor locator has its words")
    secret: bool = Field(False, description="what is shown here appears nowhere, and is covered in pictures")

    @model_validator(mode="after")
    def _is_somewhere(self) -> Cell:
        if self.column is None and self.find is None:
            raise ValueError("a cell needs `column` (the title above it) or `find`")
        return self


Cells = Annotated[
    dict[str, Annotated[Cell, BeforeValidator(_as_cell, json_schema_input_type=Cell | list[Locator] | str)]], Field(min_length=1)
]


class Rows(Strict):
    """Rows of a table or list: which they are, what is read in each of them, and what a person uses there."""

    find: Locators = Field(description="every row: all that the first of these locators finds of which any is visible")
    cells: Cells = Field(description="what is read in each row, by a name for it; a text alone is the title of the column")
    elements: Elements = Field({}, description="what is used in a row, by name; `find` and `checked_by` look within the row")
    named_by: str | None = Field(
        None, description="the cell whose text identifies a row (default: the first); what has none does not count as a row"
    )
    titles: Locators | None = Field(
        None, description="the cells with the titles of the columns, where they are no `th` and have no role `columnheader`"
    )
    cell: Locators | None = Field(None, description="each cell within the row, where it is no `td` and has no role `cell`")

    @model_validator(mode="after")
    def _names_are_told_apart(self) -> Rows:
        if self.named_by is not None and self.named_by not in self.cells:
            raise ValueError(f"`named_by` has to be one of the cells {', '.join(self.cells)}; {self.named_by!r} is none")
        if both := sorted({*self.cells} & {*self.elements}):
            raise ValueError(f"{both[0]!r} is a cell and an element; give the element another name")
        return self

    @property
    def key(self) -> str:
        """The name of the cell whose text identifies a row."""
        return self.named_by or next(iter(self.cells))
