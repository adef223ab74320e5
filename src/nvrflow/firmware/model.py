"""What a selector file may say: the model from which files are checked and the JSON Schema for editors is made."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from nvrflow.firmware.locator import Condition, Locator, Locators, Strict, as_list, framed

Method = Literal["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
Kind = Literal["not-initialised", "plugin-needed", "session-limit", "account-locked", "sign-in-refused", "product-defect"]


def _as_element(value: Any) -> Any:
    return {"find": value} if isinstance(value, list) else value


def _as_menu(value: Any) -> Any:
    return {"menu": {"en": value}} if isinstance(value, str) else value


class Choices(Strict):
    """The options of a drop-down that is a switch; `$text` or the words themselves."""

    on: str
    off: str


class Element(Strict):
    """Something a person uses or reads on a page."""

    find: Locators
    called: str | None = Field(None, description="what a person calls it, when no locator has its words")
    effect: Literal["read", "write"] = Field("read", description="write: using it changes the recorder")
    secret: bool = Field(False, description="what is typed here appears nowhere, and what is shown here is covered in pictures")
    checked_by: Locators | None = Field(None, description="visible exactly while a control that only looks like a checkbox is on")
    announced_by: Locators | None = Field(None, description="what appears to say that it worked")
    refused_by: Locators | None = Field(None, description="what appears to say that it did not")
    refused_saying: str | None = Field(None, description="regular expression for a native dialog that says that it did not")
    shown_as_text: bool = Field(False, description="a certificate that is shown here, to be read instead of downloaded")
    choices: Choices | None = Field(None, description="for a drop-down that switches: its options for on and off")
    off: str | None = Field(None, description="for a radio: the element of this page that switches it off")
    answered_by: str | None = Field(None, description="the network answer (below `answers`) that says how it went")


Elements = dict[str, Annotated[Element, BeforeValidator(_as_element, json_schema_input_type=Element | list[Locator])]]
Path = Annotated[list[str], BeforeValidator(as_list, json_schema_input_type=str | list[str])]


class Way(Strict):
    """One way to a page: from the page it lies on, by using these elements of that page in order."""

    on: str
    open: Path = []


class Page(Strict):
    """A page, tab, menu or window of the recorder's UI, and how a person gets there."""

    path: str | None = Field(None, description="URL path, for a page that is opened by its address")
    on: str | None = Field(None, description="the page it lies on")
    open: Path = Field([], description="elements of that page to use, in order")
    ways: list[Way] = Field([], description="alternatives to `on` and `open`, in order of preference")
    shown_by: Locators | None = Field(None, description="visible exactly while this page is shown")
    ready: Annotated[list[Condition], BeforeValidator(as_list, json_schema_input_type=Condition | list[Condition])] = Field(
        [], description="what must hold before anything is used"
    )
    frame: Path = Field([], description="frames by CSS, outermost first, in which all of this page is looked for")
    window: str | None = Field(
        None, description="regular expression for the address of the browser window of its own in which this page opens"
    )
    asked_by_browser: bool = Field(
        False, description="for `sign_in`: not a page, but the browser itself asks for user and password (HTTP Basic or Digest)"
    )
    close: Path = Field([], description="elements that close it, when the way goes on elsewhere")
    elements: Elements = {}

    @model_validator(mode="before")
    @classmethod
    def _into_frames(cls, data: Any) -> Any:
        """`frame` of the page is the frame of each of its locators that names none."""
        frame = as_list(data.get("frame")) if isinstance(data, dict) else None
        if not frame:
            return data
        parts = {key: framed(data[key], frame) for key in ("shown_by", "ready") if key in data}
        if isinstance(data.get("elements"), dict):
            parts["elements"] = {name: framed(element, frame) for name, element in data["elements"].items()}
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
    answer: Path
    elements: Elements


class Obstacle(Strict):
    """A screen on which the work ends: what shows it, and what it means."""

    shown_by: Locators
    means: Kind
    advice: str | None = Field(None, description="what the person can do about it")


class Meaning(Strict):
    """Which values of the answer's code mean what."""

    refused: list[str] = []
    locked: list[str] = []
    session_limit: list[str] = []
    not_initialised: list[str] = []
    expired: list[str] = []


class Answer(Strict):
    """The network's word on a click: where it comes from, and how its JSON - or XML, below the root - is read (dotted paths)."""

    url: str = Field(description="regular expression for the answer's URL")
    body: str | None = Field(
        None, description="regular expression that the request's body must match, where one URL answers every call"
    )
    accepted: dict[str, str] = Field(description="dotted path: value as text; all must hold")
    code: str | None = Field(None, description="dotted path of the error code")
    ignore: list[str] = Field([], description="codes of intermediate answers")
    means: Meaning = Meaning()
    tries_left: str | None = Field(None, description="dotted path: how many tries the recorder still grants")
    locked_for: str | None = Field(None, description="dotted path: seconds until the account is unlocked")


class Evidence(Strict):
    """One sign that this file fits the recorder."""

    has: str | None = Field(None, description="CSS of an element that is in the start page, visible or not")
    script: str | None = Field(None, description="JavaScript expression that is true on this firmware")
    title: str | None = Field(None, description="regular expression for the page's title")
    url: str | None = Field(None, description="regular expression for the address the start page ends at")
    challenge: str | None = Field(
        None,
        description="regular expression for the WWW-Authenticate header, where the browser itself asks who it is",
    )
    version: str | None = Field(None, description='range for the version that `about` reads, for example ">=4.3"')
    points: int = 1


class About(Strict):
    """What the pages say of the recorder itself: JavaScript expressions that give text, or nothing.

    A `version` outside of the file's `firmware` means that the file does not fit.
    """

    model: str | None = None
    version: str | None = None


class Language(Strict):
    """How the UI's language is read."""

    script: str = Field(description="JavaScript expression that gives the recorder's own name of the language")
    names: dict[str, str] = Field(description="recorder's name of a language: its code, for example Spanish: es")
    dictionary: Path = Field(
        [],
        description="where the recorder keeps its own words, tried in order: paths with {language}, to JSON of keys and words; "
        "there the English words are looked up, and then those of the recorder's language",
    )
    cookie: str | None = Field(None, description="cookie in which the page remembers the language that a person chose, by name")


class OnScreen(Strict):
    """Where something can be read on the recorder's own monitor. The words alone are its menu in English, not `seen`."""

    menu: dict[str, str] = Field(description="the way there by language code, for example en: Main Menu > SECURITY", min_length=1)
    seen: bool = Field(False, description="whether somebody has read it there; false: a manual names the page, no more is known")


class HarmlessRequest(Strict):
    """A request that changes nothing on the recorder, so `--check` lets it out; pages and files that are only read need none.

    Every pattern has to match the whole of what it is for.
    """

    url: str = Field(description="regular expression for the path, without host and query")
    method: Annotated[list[Method], BeforeValidator(as_list, json_schema_input_type=Method | list[Method])] = Field(
        [], description="POST and PUT if none is named, and with `query` also GET and HEAD"
    )
    query: str | None = Field(None, description="regular expression for the query; without it there may be digits only")
    calls: Path = Field(
        [], description="the calls that may be made (JSON with a `method`), in any number; `*` stands for letters and digits"
    )
    body: str | None = Field(None, description="regular expression for the body; where that is calls, for the name of each")
    websocket: bool = Field(False, description="a WebSocket that only listens; what is said on it is not looked at")


class WritingRequest(Strict):
    """A request that changes something although it looks like reading: `--check` keeps it back, whatever else is said."""

    url: str = Field(description="regular expression that is found anywhere in path and query")


class SelectorFile(Strict):
    """One selector file, after `extends` was resolved."""

    vendor: str
    lines: list[str] = []
    firmware: str = Field(description='range of firmware versions, for example ">=4.0, <5.0"')
    verified_on: list[str] = Field([], description="`simulated`, or model + firmware + date of a real recorder")
    extends: str | None = None
    identify: list[Evidence] = []
    about: About = About()
    texts: dict[str, dict[str, Annotated[list[str], BeforeValidator(as_list, json_schema_input_type=str | list[str])]]] = Field(
        {}, description="words on the screen, by a name for them and by language code"
    )
    language: Language | None = None
    scopes: dict[str, Locators] = {}
    busy: Locators | None = Field(None, description="masks: nothing is used while one is visible")
    volatile: Locators | None = Field(None, description="clock, video, counters: covered in a guide's pictures")
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
