"""What the selector file says about a step's target: its words, its row, its kind, and whether it is secret."""

from __future__ import annotations

from nvrflow.firmware import Element, Firmware, Locator
from nvrflow.report import Target

_ROLES = {"button": "button", "link": "link", "tab": "tab", "menuitem": "menu"}
_WINDOWS = ("dialog", "alertdialog")
_SUFFIXES = {"tab": "tab", "button": "button", "link": "link", "menu": "button"}


def target_of(firmware: Firmware, spec: Element, full: str, index: int = 0) -> Target:
    """The target of a step on the element `spec`, whose name is `full` (`page.element`), found by its locator at `index`."""
    page, _, name = full.rpartition(".")
    return Target(
        called=firmware.called(spec, name),
        row=_row(firmware, spec, index),
        kind=_kind(spec, page, name),
        secret=spec.secret,
        named=spec.called is not None,
    )


def facts_of(firmware: Firmware) -> dict[str, object]:
    """What a reader of a report needs from the selector file: vendor, lines, versions, restart, languages offered."""
    file = firmware.file
    languages = list(dict.fromkeys(file.language.names.values())) if file.language and file.language.cookie else []
    return {
        "vendor": file.vendor,
        "lines": list(file.lines),
        "versions": file.firmware,
        "restart": file.restart,
        "offers": languages,
    }


def _kind(spec: Element, page: str, name: str) -> str:
    """The kind of a control for a reader: button, tab, menu, link or other.

    The selector file says it with the end of the element's name (`_tab`, `_button`, `_link`), with a page that is a menu, or with
    the role of a locator; otherwise the page's own ARIA role decides.
    """
    suffix = name.rpartition("_")[2]
    if suffix in _SUFFIXES and name != suffix:
        return _SUFFIXES[suffix]
    if page == "menu" or page.endswith("_menu"):
        return "menu"
    return next((_ROLES[locator.role] for locator in spec.find if locator.role in _ROLES), "other")


def _row(firmware: Firmware, spec: Element, index: int) -> str:
    """The words of the target's row, if the locator that found it says which row that is.

    A scope that is a window or a whole page is not a row: nothing stands next to its words.
    """
    if index >= len(spec.find):
        return ""
    scope = (spec.find[index].within or "").removeprefix("$")
    rows = [one for one in _scope(firmware, scope) if one.has_text and not _is_whole(firmware, one)]
    return next((firmware.in_a_sentence(one.has_text) for one in rows if one.has_text), "")


def _is_whole(firmware: Firmware, scope: Locator) -> bool:
    """Whether the scope is a dialog, or what shows that a page or a pop-up is there."""
    file = firmware.file
    shown_by = [*(page.shown_by or [] for page in file.pages.values()), *(one.shown_by for one in file.handlers.values())]
    return scope.role in _WINDOWS or any(scope in locators for locators in shown_by)


def _scope(firmware: Firmware, name: str) -> list[Locator]:
    return firmware.file.scopes.get(name, []) if name else []
