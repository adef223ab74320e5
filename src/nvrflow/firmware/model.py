"""What a selector file may say: the model from which files are checked and the JSON Schema for editors is made."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from nvrflow.firmware.elements import Choices, Element, Elements, Names, Rows
from nvrflow.firmware.evidence import About, Evidence, OnScreen
from nvrflow.firmware.locator import Condition, Locators, Strict, as_list, framed, framed_below, framed_rows
from nvrflow.firmware.traffic import Answer, Fetched, HarmlessRequest, WritingRequest
from nvrflow.firmware.word import Words

__all__ = [
    "About",
    "Answer",
    "Choices",
    "Element",
    "Evidence",
    "Handler",
    "HarmlessRequest",
    "Kind",
    "Language",
    "Obstacle",
    "Page",
    "Rows",
    "SelectorFile",
    "Way",
    "WritingRequest",
]

Kind = Literal[
    "not-initialised",
    "plugin-needed",
    "session-limit",
    "account-locked",
    "sign-in-refused",
    "product-defect",
    "password-change",
    "end-user-agreement",
    "upgrade-in-progress",
]


def _as_menu(value: Any) -> Any:
    return {"menu": {"en": value}} if isinstance(value, str) else value


def _as_fetched(value: Any) -> Any:
    return {"fetch": value} if isinstance(value, str) else value


Dictionary = Annotated[Fetched, BeforeValidator(_as_fetched, json_schema_input_type=Fetched | str)]


class Way(Strict):
    """One way to a page: from the page it lies on, by using these elements of that page in order."""

    on: str
    open: Names = []


class Page(Strict):
    """A page, tab, menu or window of the recorder's UI, and how a person gets there."""

    path: str | None = Field(None, description="URL path, for a page that is opened by its address")
    on: str | None = Field(None, description="the page it lies on")
    open: Names = Field([], description="elements of that page to use, in order")
    ways: list[Way] = Field([], description="alternatives to `on` and `open`, in order of preference")
    shown_by: Locators | None = Field(None, description="visible exactly while this page is shown")
    ready: Annotated[list[Condition], BeforeValidator(as_list, json_schema_input_type=Condition | list[Condition])] = Field(
        [], description="what must hold before anything is used"
    )
    frame: Names = Field(
        [], description="frames by CSS, outermost first, in which all of this page is looked for, scopes that name no frame too"
    )
    window: str | None = Field(
        None, description="regular expression for the address of the browser window of its own in which this page opens"
    )
    asked_by_browser: bool = Field(
        False, description="for `sign_in`: not a page, but the browser itself asks for user and password (HTTP Basic or Digest)"
    )
    close: Names = Field([], description="elements that close it, when the way goes on elsewhere")
    optional: bool = Field(
        False,
        description="not every device of this firmware has it, or not at all times; `check` and `capture` then do not miss it",
    )
    elements: Elements = {}
    rows: dict[str, Rows] = Field({}, description="tables and lists of this page, by a name for each")

    @model_validator(mode="before")
    @classmethod
    def _into_frames(cls, data: Any) -> Any:
        """`frame` of the page is the frame of each of its locators that names none."""
        frame = as_list(data.get("frame")) if isinstance(data, dict) else None
        if not frame:
            return data
        parts: dict[str, Any] = {"shown_by": framed(data["shown_by"], frame)} if "shown_by" in data else {}
        if "ready" in data:
            parts["ready"] = [framed_below(condition, frame) for condition in as_list(data["ready"]) or []]
        if isinstance(data.get("elements"), dict):
            parts["elements"] = {name: framed_below(element, frame) for name, element in data["elements"].items()}
        if isinstance(data.get("rows"), dict):
            parts["rows"] = {name: framed_rows(rows, frame) for name, rows in data["rows"].items()}
        return {**data, **parts}

    @model_validator(mode="after")
    def _one_origin(self) -> Page:
        if bool(self.path) + bool(self.on) + bool(self.ways) > 1:
            raise ValueError("a page has one of `path`, `on` (with `open`) or `ways`")
        if self.open and not self.on:
            raise ValueError("`open` goes with `on`")
        return self

    @property
    def all_ways(self) -> list[Way]:
        """The ways to this page; empty for a page that is opened by its address or is simply there."""
        return self.ways or ([Way(on=self.on, open=self.open)] if self.on else [])


class Handler(Strict):
    """Something that may pop up at any time, and the elements a person uses, in order, to answer it."""

    shown_by: Locators
    answer: Names
    leave: Names = Field(
        [],
        description="elements a person uses to leave it without changing anything, such as Cancel; for a dry run",
    )
    elements: Elements


class Obstacle(Strict):
    """A screen on which the work ends: what shows it, and what it means."""

    shown_by: Locators
    means: Kind
    advice: str | None = Field(None, description="what the person can do about it")


class Language(Strict):
    """How the UI's language is read."""

    script: str = Field(description="JavaScript expression that gives the recorder's own name of the language")
    names: dict[str, str] = Field(
        {},
        description="recorder's name of a language: its code, for example Spanish: es; not needed for names like es or es-ES, "
        "nor for languages that only the dictionary has",
    )
    dictionary: Annotated[list[Dictionary], BeforeValidator(as_list, json_schema_input_type=Dictionary | list[Dictionary])] = (
        Field(
            [],
            description="where the recorder keeps its words, tried in order: paths with {language}, or requests; JSON, XML or "
            "lines of keys and words; there the English words are looked up, and then those of the recorder's language",
        )
    )
    cookie: str | None = Field(None, description="cookie in which the page remembers the language that a person chose, by name")


class SelectorFile(Strict):
    """One selector file, after `extends` was resolved."""

    vendor: str
    lines: list[str] = []
    firmware: str = Field(description='range of firmware versions, for example ">=4.0, <5.0"')
    verified_on: list[str] = Field([], description="`simulated`, or model + firmware + date of a real recorder")
    extends: str | None = None
    identify: list[Evidence] = []
    about: About = About()
    texts: dict[str, dict[str, Words]] = Field({}, description="words on the screen, by a name for them and by language code")
    language: Language | None = None
    scopes: dict[str, Locators] = {}
    busy: Locators | None = Field(None, description="masks: nothing is used while one is visible")
    volatile: Locators | None = Field(None, description="clock, video, counters: covered in a guide's pictures")
    explain: Names = Field(
        [], description="pages, or elements as `page.element`, that explain a failure: log, clock, version, sessions; in order"
    )
    restart: Literal["by_itself", "by_hand"] = Field("by_itself", description="how HTTPS comes into effect once it was switched")
    fingerprint_on_screen: Annotated[OnScreen | None, BeforeValidator(_as_menu, json_schema_input_type=OnScreen | str | None)] = (
        Field(None, description="where the recorder's own monitor shows the SHA-256 of its certificates")
    )
    native_dialogs: Literal["accept", "dismiss"] = "dismiss"
    handlers: dict[str, Handler] = {}
    obstacles: dict[str, Obstacle] = {}
    answers: dict[str, Answer] = {}
    harmless: list[HarmlessRequest] = Field([], description="what `--check` may send, beside GET of pages and files")
    writes: list[WritingRequest] = Field([], description="what `--check` may not send, although it is a GET")
    pages: dict[str, Page] = {}
