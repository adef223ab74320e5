"""The order in which a tour visits the pages of a selector file, and which of them a device may be without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nvrflow.capture.archive import NOT_OFFERED, OK
from nvrflow.errors import SelectorDrift, WrongCall
from nvrflow.firmware import SelectorFile, Way
from nvrflow.recorder import Recorder
from nvrflow.recorder.navigation import NoWay
from nvrflow.recorder.window import lineage
from nvrflow.report import Step


def may_lack(file: SelectorFile, name: str) -> bool:
    """Whether the file says that a device may be without the page, or without each way to it: an optional element is in it."""
    page = file.pages[name]
    if page.optional:
        return True

    def is_optional(way: Way) -> bool:
        elements = file.pages[way.on].elements
        return any(one in elements and elements[one].optional for one in way.open) or (way.on != name and may_lack(file, way.on))

    return bool(page.all_ways) and all(map(is_optional, page.all_ways))


@dataclass
class Obstacles:
    """What has failed on the way to pages: each cause is tried once, and what lies behind it too is said to share it.

    `pages` are the pages that were not reached, each with the page at which its cause was seen first; `elements` are the
    elements (`page.element`) that failed, each with that page. `absent` are those pages that this device does not offer.
    `by_chance`: something took too long or broke off, so that another try may succeed.
    """

    file: SelectorFile
    pages: dict[str, str] = field(default_factory=dict)
    elements: dict[str, str] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    by_chance: bool = False

    def met(self, name: str, steps: Sequence[Step], problem: Exception) -> str:
        """Note that the page `name` was not reached, in which of these steps it failed, and return why."""
        failed = next((step.element for step in reversed(steps) if step.outcome == "failed" and step.element), "")
        self.pages[name] = name
        if failed:
            self.elements.setdefault(failed, name)
        self.by_chance = self.by_chance or not isinstance(problem, SelectorDrift)
        why = str(problem).splitlines()[0]
        is_absent = self._is_optional(failed, name) if failed else isinstance(problem, NoWay)
        if not (isinstance(problem, SelectorDrift) and is_absent and may_lack(self.file, name)):
            return why
        self.absent.add(name)
        return f"{NOT_OFFERED}; {why}"

    def before(self, name: str) -> str:
        """Why the page `name` cannot be reached, if that is known from other pages; empty if a way is worth a try."""
        page, causes = self.file.pages[name], list[str]()
        if page.path is not None:
            return ""
        for way in page.all_ways:
            at_elements = (self.elements.get(f"{way.on}.{one}", "") for one in way.open)
            causes.append(self.pages.get(way.on) or next(filter(None, at_elements), ""))
        if not causes or not all(causes):
            return ""
        cause = self.pages[name] = causes[0]
        if cause in self.absent:
            return f"{NOT_OFFERED}, as {cause}, through which the way leads"
        return f"not tried: the way to it begins as the one to {cause}, which failed"

    def _is_optional(self, element: str, name: str) -> bool:
        """Whether the file says that a device may be without the element, or without the page `name` that it opens."""
        page, _, one = element.partition(".")
        known = self.file.pages[page].elements if page in self.file.pages else {}
        wanted = self.file.pages[name]
        opens = any(way.on == page and one in way.open for way in wanted.all_ways)
        return (one in known and known[one].optional) or (wanted.optional and opens)


def was_passed(file: SelectorFile, name: str, states: Mapping[str, str]) -> bool:
    """Whether a page was reached that lies on this one: then this one is there, and was missed by chance."""
    return any(state == OK and name in lineage(file, other) for other, state in states.items())


def before_and_after(recorder: Recorder, wanted: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The names of the pages that may be shown without a sign-in, and of the others, those with the shortest way first.

    Raises WrongCall for a wanted page that the selector file does not have.
    """
    file = recorder.firmware.file
    if unknown := [name for name in wanted if name not in file.pages]:
        known = ", ".join(file.pages)
        raise WrongCall(f"--pages: {recorder.firmware.name}: the selector file has no page {unknown[0]!r}; it has {known}")
    ordered = sorted(wanted or file.pages, key=lambda name: len(lineage(file, name)))
    if "sign_in" not in file.pages:
        return ordered, []
    early = [
        name for name in ordered if "sign_in" in lineage(file, name) or (file.pages[name].path is not None and name != "home")
    ]
    early = [name for name in early if not file.pages[name].asked_by_browser]
    return early, [name for name in ordered if name not in early]
