"""How a selector file finds something: locators, lists of them, and conditions made of them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

WAYS_TO_FIND = ("role", "label", "text", "placeholder", "alt_text", "title", "test_id", "attribute", "css")
_WITH_WORDS = ("name", "label", "text", "title", "placeholder")


def as_list(value: Any) -> Any:
    """A list of one for what may be written without brackets."""
    return value if value is None or isinstance(value, list) else [value]


_LISTS_OF_LOCATORS = ("find", "shown_by", "visible", "gone", "checked_by", "announced_by", "refused_by", "options")
_IN_THE_ROW = ("find", "checked_by")  # of an element of a row: looked for within the row, which lies in the frame already


def framed(locators: Any, frame: list[str]) -> Any:
    """One locator, or a list of them, with `frame` added to each that names none."""
    if isinstance(locators, list):
        return [framed(one, frame) for one in locators]
    return {"frame": frame, **locators} if isinstance(locators, dict) else locators


def framed_below(owner: Any, frame: list[str], but: tuple[str, ...] = ()) -> Any:
    """An element or condition with `frame` added below the keys that hold locators; an element may be a list of them."""
    if not isinstance(owner, dict):
        return owner if but else framed(owner, frame)
    return {key: framed(one, frame) if key in _LISTS_OF_LOCATORS and key not in but else one for key, one in owner.items()}


def framed_rows(rows: Any, frame: list[str]) -> Any:
    """The rows of a page with `frame` added where something is looked for on the page, and not within a row."""
    if not isinstance(rows, dict):
        return rows
    found = {key: framed(rows[key], frame) for key in ("find", "titles") if key in rows}
    elements = rows.get("elements")
    if isinstance(elements, dict):
        found["elements"] = {name: framed_below(element, frame, _IN_THE_ROW) for name, element in elements.items()}
    return {**rows, **found}


class Strict(BaseModel):
    """A part of a selector file: it has the keys it names and no others, of exactly these types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Locator(Strict):
    """One way to find an element, named after Playwright's `get_by_*`; a value `$name` is a text or a scope of this file."""

    role: str | None = Field(None, description="ARIA role, with `name`: the accessible name")
    name: str | None = Field(None, description="accessible name, whole and in any case; only with `role`")
    label: str | None = Field(None, description="text of the field's label")
    text: str | None = Field(None, description="whole text of the element, in any case")
    placeholder: str | None = Field(None, description="placeholder of an input")
    alt_text: str | None = Field(None, description="alternative text of a picture")
    title: str | None = Field(None, description="title attribute")
    test_id: str | None = Field(None, description="data-testid attribute")
    attribute: dict[str, str] | None = Field(None, description="attributes with exactly these values")
    css: str | None = Field(None, description="CSS selector; the last resort")
    has_text: str | None = Field(None, description="a text that stands inside the element")
    within: str | None = Field(None, description="`$scope`: only inside this scope")
    frame: Annotated[list[str], BeforeValidator(as_list, json_schema_input_type=str | list[str])] | None = Field(
        None, description="frames by CSS, outermost first"
    )
    firmware: str | None = Field(None, description='the versions for which it counts, for example ">=4.3"; default: all')

    @model_validator(mode="after")
    def _one_way(self) -> Locator:
        named = [way for way in WAYS_TO_FIND if getattr(self, way) is not None]
        if len(named) != 1:
            raise ValueError(
                f"a locator needs exactly one of {', '.join(WAYS_TO_FIND)}; this one has {' and '.join(named) or 'none'}"
            )
        if self.name is not None and self.role is None:
            raise ValueError("`name` goes with `role` only")
        return self

    @property
    def way(self) -> str:
        """Which of the ways to find this locator uses."""
        return next(way for way in WAYS_TO_FIND if getattr(self, way) is not None)

    @property
    def scope(self) -> str | None:
        """The name of the scope within which it is looked for."""
        return self.within.removeprefix("$") if self.within else None

    @property
    def texts(self) -> list[str]:
        """Everything in it that may be a text of the file, `$name`, or words."""
        return [value for key in (*_WITH_WORDS, "alt_text", "has_text") if (value := getattr(self, key))]

    @property
    def words(self) -> str | None:
        """The text that a person sees on what this locator finds, if it is found by one."""
        return next((value for key in _WITH_WORDS if (value := getattr(self, key))), self.has_text)


Locators = Annotated[list[Locator], BeforeValidator(as_list, json_schema_input_type=Locator | list[Locator]), Field(min_length=1)]


class Condition(Strict):
    """Something that must hold: a JavaScript expression is true, an element is visible or not, or the page has become quiet."""

    script: str | None = Field(None, description="JavaScript expression, evaluated in the page")
    visible: Locators | None = Field(None, description="an element that must be visible")
    gone: Locators | None = Field(None, description="an element that must not be visible")
    quiet: bool = Field(False, description="true: no request of the page may be under way; for forms whose values come late")

    @model_validator(mode="after")
    def _says_something(self) -> Condition:
        if not (self.script or self.visible or self.gone or self.quiet):
            raise ValueError("a condition needs `script`, `visible`, `gone` or `quiet: true`")
        return self
