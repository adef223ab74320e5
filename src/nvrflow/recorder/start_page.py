"""What a recorder's start page shows to somebody who does not sign in: which firmware it has, and where it leads."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nvrflow.address import place_of
from nvrflow.browser import Browser
from nvrflow.browser.inquiry import Inquiry
from nvrflow.browser.playwright_errors import PlaywrightTimeout
from nvrflow.browser.response import answer_in_words
from nvrflow.errors import UnknownFirmware
from nvrflow.firmware.identification import Candidate, identify, the_one
from nvrflow.recorder.manner import Manner
from nvrflow.recorder.opening import session_for

_LEADS_SOON = 2.0  # seconds in which a start page that leads to HTTPS does so


@dataclass(frozen=True)
class Seen:
    """What a recorder's start page shows: the firmware that fits, or why none does, and every candidate, best first."""

    url: str
    firmware: str | None
    why: str
    candidates: tuple[Candidate, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        ranked = [
            {"name": one.firmware.name, "score": round(one.score, 3), "found": list(one.found), "missing": list(one.missing)}
            for one in self.candidates
        ]
        return {"recorder": self.url, "firmware": self.firmware, "reason": self.why or None, "candidates": ranked}


def look_at(
    url: str,
    selectors: Path | None = None,
    browser: Path | None = None,
    timeout: float = 30.0,
    follow_to: tuple[str, ...] = (),
) -> Seen:
    """Which firmware the recorder at `url` has, by its start page alone.

    Raises Unreachable, InvalidFile, WrongCall, and OtherHost where the start page leads to another host.
    """
    session = session_for(url, "", "", Manner(browser=browser, timeout=timeout, follow_to=follow_to), None)
    address = session.address
    try:
        candidates = tuple(identify(Inquiry(session.page, session.url), selectors, session.challenge))
        answered = answer_in_words(session.page, session.status, session.challenge)
        session.bounds.stop_if_moved()
    finally:
        session.close()
    try:
        return Seen(address.url, the_one(candidates, address.url, answered).name, "", candidates)
    except UnknownFirmware as problem:
        return Seen(address.url, None, str(problem).removeprefix(f"{address.url}: "), candidates)


def https_led_to(url: str, browser: Browser | Path | None = None, timeout: float = 10.0) -> str:
    """The address of HTTPS to which the start page at `url` leads by its script or `<meta>`; empty if it leads to none.

    Raises Unreachable, OtherHost, WrongCall.
    """
    session = session_for(url, "", "", Manner(browser=browser, timeout=timeout), None)
    try:
        page, end = session.page, time.monotonic() + _LEADS_SOON
        while not session.bounds.secured and time.monotonic() < end:
            with suppress(PlaywrightTimeout):
                page.wait_for_event("framenavigated", timeout=200)
        return place_of(session.bounds.secured).url if session.bounds.secured else ""
    finally:
        session.close()
