"""The visit to every page of a recorder that reads its settings and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nvrflow.capture.archive import Capture
from nvrflow.capture.controls import Box, controls_of
from nvrflow.capture.replay import Viewer, opened
from nvrflow.errors import SelectorDrift, TimedOut
from nvrflow.firmware import SelectorFile
from nvrflow.recorder import Manner, Recorder, open_recorder
from nvrflow.recorder.control import is_on
from nvrflow.recorder.finder import Match
from nvrflow.recorder.steps import Steps
from nvrflow.recorder.verbs import element_of
from nvrflow.report import Listener, Report, Silence
from nvrflow.report.secrecy import Gate
from nvrflow.running import find_flow
from nvrflow.settings.setting import Setting, Sight, settings_of


@dataclass(frozen=True)
class Reader:
    """Who reads a recorder's settings, and how: the account, the manner of driving, own flows, and who hears of progress."""

    user: str = "admin"
    password: str | Callable[[], str] | None = None
    manner: Manner = field(default_factory=Manner)
    flows: Path | None = None
    listener: Listener = field(default_factory=Silence)


@dataclass(frozen=True)
class Settings:
    """What was read: the selector file, each setting, and the pages that were not read, each with the reason."""

    firmware: str
    language: str | None
    settings: tuple[Setting, ...]
    not_read: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Plain data by the contract's keys."""
        named = {one.name: one.as_dict() for one in self.settings}
        return {"firmware": self.firmware, "language": self.language, "settings": named, "not_read": self.not_read}


def read_settings(place: str, reader: Reader | None = None) -> Settings:
    """Sign in at an address, look at every page of the selector file, and sign out; or look at the pages of a capture's folder.

    Nothing is changed. Raises whatever ends a run.
    """
    reader = reader or Reader()
    captured = Capture.is_at(Path(place))
    with _captured(Path(place), reader) if captured else _live(place, reader) as recorder:
        if not captured and (recorder.has("sign_in") or reader.flows is not None):
            find_flow("sign_in", reader.flows)(recorder)
        sights, not_read = _sights(recorder)
        found = settings_of(sights, menus_of(recorder.firmware.file))
        gate = Gate(recorder.session.secrets, recorder.firmware.names)
        kept = tuple(
            replace(one, value=gate.data(one.value), name=gate.text(one.name), label=gate.text(one.label)) for one in found
        )
        return Settings(recorder.firmware.name, recorder.firmware.language, kept, gate.data(not_read))


def _live(url: str, reader: Reader) -> AbstractContextManager[Recorder]:
    steps = Steps(Report(flow="read", recorder=url), reader.listener)
    manner = replace(reader.manner, check=True, screenshots=False)
    return open_recorder(url, reader.user, reader.password, manner=manner, steps=steps)


def _captured(folder: Path, reader: Reader) -> AbstractContextManager[Recorder]:
    manner = reader.manner
    viewer = Viewer(manner.browser, manner.headed, manner.selectors, manner.firmware, reader.listener)
    return opened(folder, manner.language, viewer)


def menus_of(file: SelectorFile) -> set[str]:
    """The pages that are only a way to others: nothing on them is used but to open another page."""
    ways = {(way.on, step) for page in file.pages.values() for way in page.all_ways for step in way.open}
    return {name for name, page in file.pages.items() if page.elements and all((name, one) in ways for one in page.elements)}


def _sights(recorder: Recorder) -> tuple[list[Sight], dict[str, str]]:
    """What each page shows, and why a page was not shown."""
    sights, not_read = list[Sight](), dict[str, str]()
    for name, page in recorder.firmware.file.pages.items():
        if name == "sign_in" or page.asked_by_browser:
            continue
        ways = [way.on for way in page.all_ways]
        if ways and set(ways) <= set(not_read):
            not_read[name] = f"it lies on {' and '.join(dict.fromkeys(ways))}, which could not be shown"
            continue
        try:
            recorder.go_to(name)
            recorder.window.calm_down()
            recorder.window.settle()
            sights.append(_sight(recorder, name))
        except (SelectorDrift, TimedOut) as problem:
            not_read[name] = str(problem)
    return sights, not_read


def _sight(recorder: Recorder, name: str) -> Sight:
    named, states = dict[str, Box](), dict[str, bool]()
    for element_name, spec in recorder.firmware.file.pages[name].elements.items():
        if spec.setting is None:
            continue
        element = element_of(recorder.window, name, element_name)
        match = element.probe()
        box = match.found.bounding_box() if isinstance(match, Match) else None
        if isinstance(match, Match) and box:
            named[spec.setting] = (box["x"], box["y"], box["width"], box["height"])
            if spec.checked_by or spec.choices or spec.off:
                states[spec.setting] = is_on(element, match)
    return Sight(name, controls_of(recorder.page), named, states)
