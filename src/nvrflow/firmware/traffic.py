"""The network traffic in a selector file: answers that decide, and requests that only read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from nvrflow.firmware.elements import Names
from nvrflow.firmware.locator import Strict, as_list

Method = Literal["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
ANYTHING = "*"  # as the value of a path in `accepted`: the field is there, whatever it says

_Code = Annotated[int, Field(ge=100, le=599)]
_Codes = Annotated[list[_Code], BeforeValidator(as_list, json_schema_input_type=_Code | list[_Code])]


class Meaning(Strict):
    """Which values of the answer's code mean what."""

    refused: list[str] = []
    locked: list[str] = []
    session_limit: list[str] = []
    not_initialised: list[str] = []


class Statuses(Strict):
    """Which HTTP statuses of the answer mean what; a status that is not named says nothing."""

    accepted: _Codes = Field(default=[], description="it worked, for example [200, 204]; what `accepted` asks must hold as well")
    refused: _Codes = Field(default=[], description="user or password is wrong, for example 401")
    locked: _Codes = Field(default=[], description="the account is locked, for example 423")
    session_limit: _Codes = Field(default=[], description="too many people are signed in, for example 503")
    not_initialised: _Codes = Field(default=[], description="the recorder has no password yet")
    ignore: _Codes = Field(default=[], description="an intermediate answer, such as the 401 before the browser sends its digest")

    @model_validator(mode="after")
    def _one_meaning(self) -> Statuses:
        named = [code for codes in self.model_dump().values() for code in codes]
        if twice := sorted({code for code in named if named.count(code) > 1}):
            raise ValueError(f"the status {twice[0]} has two meanings here; leave it in one list")
        return self


class Answer(Strict):
    """The network's word on a click: where it comes from, and how its status and body are read.

    A body is JSON, or XML below its root, or lines of `name=value`; a dotted path names a field in it.
    """

    url: str = Field(description="regular expression for the answer's URL")
    body: str | None = Field(
        None, description="regular expression that the request's body must match, where one URL answers every call"
    )
    accepted: dict[str, str] = Field(
        {}, description='dotted path: value as text, or "*" for a field that is there, whatever it says; all must hold'
    )
    status: Statuses = Field(Statuses(), description="what the HTTP status means, where the body does not say it")
    code: str | None = Field(None, description="dotted path of the error code")
    ignore: list[str] = Field([], description="codes of intermediate answers")
    means: Meaning = Meaning()
    tries_left: str | None = Field(None, description="dotted path: how many tries the recorder still grants")
    locked_for: str | None = Field(None, description="dotted path: seconds until the account is unlocked")

    @model_validator(mode="after")
    def _can_accept(self) -> Answer:
        if not self.accepted and not self.status.accepted:
            raise ValueError("nothing says when it was accepted: add `accepted` (fields of the body) or `status: {accepted: …}`")
        return self


class Fetched(Strict):
    """One text that the recorder gives to a request from its own page; `fetch` and `body` may hold {language} in a dictionary."""

    fetch: str = Field(description="the path that is asked, for example /lang/{language}.xml")
    method: Literal["GET", "POST"] = Field("GET", description="with POST, `--check` sends it only if it is declared `harmless`")
    body: str | None = Field(None, description="what is sent with POST: JSON, XML or the fields of a form")
    path: str | None = Field(None, description="dotted path to it in the answer: JSON, XML below its root, or name=value")

    @model_validator(mode="after")
    def _body_is_posted(self) -> Fetched:
        if self.body is not None and self.method != "POST":
            raise ValueError("`body` goes with `method: POST`")
        return self


class HarmlessRequest(Strict):
    """A request that changes nothing on the recorder, so `--check` lets it out; pages and files that are only read need none.

    Every pattern has to match the whole of what it is for.
    """

    url: str = Field(description="regular expression for the path, without host and query")
    method: Annotated[list[Method], BeforeValidator(as_list, json_schema_input_type=Method | list[Method])] = Field(
        [], description="POST and PUT if none is named, and with `query` also GET and HEAD"
    )
    query: str | None = Field(None, description="regular expression for the query; without it there may be digits only")
    calls: Names = Field(
        [], description="the calls that may be made (JSON with a `method`), in any number; `*` stands for letters and digits"
    )
    body: str | None = Field(None, description="regular expression for the body; where that is calls, for the name of each")
    websocket: bool = Field(False, description="a WebSocket that only listens; what is said on it is not looked at")


class WritingRequest(Strict):
    """A request that changes something although it looks like reading: `--check` keeps it back, whatever else is said."""

    url: str = Field(description="regular expression that is found anywhere in path and query")
