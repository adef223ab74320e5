"""The order in which a tour visits the pages of a selector file, and which of them a device may be without."""

from __future__ import annotations

from nvrflow.errors import WrongCall
from nvrflow.firmware import SelectorFile, Way
from nvrflow.recorder import Recorder
from nvrflow.recorder.window import lineage


def may_lack(file: SelectorFile, name: str) -> bool:
    """Whether the file says that a device may have no way to the page: each has an optional element in it."""
    page = file.pages[name]

    def is_optional(way: Way) -> bool:
        elements = file.pages[way.on].elements
        return any(one in elements and elements[one].optional for one in way.open) or (way.on != name and may_lack(file, way.on))

    return bool(page.all_ways) and all(map(is_optional, page.all_ways))


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
