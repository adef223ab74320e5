"""Every page of a recorder in one language, seen as a person sees it; nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nvrflow.address import normalised
from nvrflow.check.coverage import outcome_of
from nvrflow.check.walk import Walk
from nvrflow.firmware import Firmware
from nvrflow.flows.sign_in import sign_in
from nvrflow.recorder import Manner, Recorder, open_recorder
from nvrflow.recorder.camera import Camera
from nvrflow.recorder.steps import Steps
from nvrflow.report import Report

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass
class Visit:
    """One visit. `language` is the one that the pages really have, `lost` says for each page that was not reached why.

    `errors` are the errors of the pages' own scripts, each once, in words without addresses and numbers.
    """

    language: str
    reached: list[str] = field(default_factory=list)
    lost: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def visit(url: str, user: str, password: str, manner: Manner, language: str | None = None) -> Visit:
    """Visit every page of the selector file. Raises what ends a run before or during the sign-in."""
    seen = Visit(language or "")
    steps = Steps(Report(flow="regress", recorder=normalised(url)), camera=Camera(met=lambda page: _listen(page, seen)))
    manner = replace(manner, check=True, screenshots=False, spoken=language)
    with open_recorder(url, user, password, manner=manner, steps=steps) as recorder:
        seen.language = recorder.firmware.language or ""
        if language is None or seen.language == language:
            _see_pages(recorder, seen)
    return seen


def _listen(page: Page, seen: Visit) -> None:
    page.on("pageerror", lambda problem: _note(seen, str(problem)))


def _note(seen: Visit, problem: str) -> None:
    said = (problem.splitlines() or [""])[0].strip()
    if said and said not in seen.errors:
        seen.errors.append(said)


def _see_pages(recorder: Recorder, seen: Visit) -> None:
    """Walk through the pages as `nvrflow check` does: a page behind an element that is missing is lost."""
    walk = Walk(sign_in, _for_leaving, pictured=False)
    walk.go(recorder)
    missing = {one.element for one in outcome_of(walk, recorder.firmware, ()).judged if one.verdict == "missing"}
    seen.reached = [page for page, reached in walk.reached.items() if reached]
    seen.lost = {page: barrier.why for page, barrier in walk.barriers.items() if barrier.cause in missing}


def _for_leaving(firmware: Firmware) -> frozenset[str]:
    """The elements that may sign somebody out: they are used last."""
    account = firmware.file.pages.get("account")
    return frozenset(f"account.{name}" for name in account.elements) if account else frozenset()
