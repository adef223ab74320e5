"""The signs by which a firmware is identified, and where a recorder gives its model and version."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from nvrflow.firmware.locator import Strict


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


def _as_script(value: Any) -> Any:
    return {"script": value} if isinstance(value, str) else value


class Told(Strict):
    """Where the recorder says something of itself: in its page, in a file or page that it gives, or in an answer heard anyway."""

    script: str | None = Field(None, description="JavaScript expression that gives text, or nothing")
    fetch: str | None = Field(None, description="path that is asked with GET, for example /System/deviceInfo")
    answer: str | None = Field(None, description="the network answer (below `answers`) in which it stands")
    path: str | None = Field(
        None, description="with `fetch` or `answer`: dotted path in JSON, XML below its root, or lines of name=value"
    )

    @model_validator(mode="after")
    def _one_source(self) -> Told:
        named = [source for source in ("script", "fetch", "answer") if getattr(self, source) is not None]
        if len(named) != 1:
            raise ValueError(f"it is read in exactly one way: script, fetch or answer; this has {' and '.join(named) or 'none'}")
        if (self.path is None) is not (self.script is not None):
            raise ValueError("`path` says where it stands in what `fetch` or `answer` gives, and goes with these only")
        return self


Source = Annotated[Told | None, BeforeValidator(_as_script, json_schema_input_type=Told | str | None)]


class About(Strict):
    """Where the recorder gives its model and version; a text alone is JavaScript. They are read again after the sign-in.

    A `version` outside of the file's `firmware` means that the file does not fit.
    """

    model: Source = None
    version: Source = None

    @property
    def sources(self) -> dict[str, Told]:
        """What is known to be said, by its name: `model`, `version`."""
        return {name: told for name in ("model", "version") if (told := getattr(self, name)) is not None}


class OnScreen(Strict):
    """Where something can be read on the recorder's own monitor. The words alone are its menu in English, not `seen`."""

    menu: dict[str, str] = Field(description="the way there by language code, for example en: Main Menu > SECURITY", min_length=1)
    seen: bool = Field(False, description="whether somebody has read it there; false: a manual names the page, no more is known")
