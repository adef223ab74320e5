"""How a selector file finds something: locators, lists of them, and conditions made of them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

WAYS_TO_FIND = ("role", "label", "text", "placeholder", "alt_text", "title", "test_id", "attribute", "css")


def as_list(value: Any) -> Any:
    """A list of one for what may be written without brackets."""
    return value if value is None or isinstance(value, list) else [value]


_LISTS_OF_LOCATORS = ("find", "shown_by", "visible", "gone", "checked_by", "announced_by", "refused_by")


def framed(value: Any, frame: list[str]) -> Any:
    """Locators (one, or a list) with `frame` added to each that names none; in a mapping, those below the keys that hold any."""
    if isinstance(value, list):
        return [framed(one, frame) for one in value]
    if not isinstance(value, dict):
        return value
    if "script" in value or any(key in value for key in _LISTS_OF_LOCATORS):
        return {key: framed(one, frame) if key in _LISTS_OF_LOCATORS else one for key, one in value.items()}
    return {"frame": frame, **value}


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
    def words(self) -> str | None:
        """The text that a person sees on what this locator finds, if it is found by one."""
        return next(
            (value for value in (self.name, self.label, self.text, self.title, self.placeholder) if value),
            self.has_text,
        )


Locators = Annotated[list[Locator], BeforeValidator(as_list, json_schema_input_type=Locator | list[Locator]), Field(min_length=1)]


class Condition(Strict):
    """Something that must hold: a JavaScript expression is true, or an element is visible."""

    script: str | None = Field(None, description="JavaScript expression, evaluated in the page")
    visible: Locators | None = Field(None, description="an element that must be visible")
    gone: Locators | None = Field(None, description="an element that must not be visible")
