"""From a step to what a reader is told: the sentence for its verb and its kind of control, with the words on the screen."""

from __future__ import annotations

from collections.abc import Iterator

from nvrflow.firmware import Element, Firmware, Locator
from nvrflow.guide.filming import Film
from nvrflow.guide.words import Sentence, Words
from nvrflow.report import Step

_ROLES = {"button": "button", "link": "link", "tab": "tab", "menuitem": "menu"}
_SUFFIXES = {"tab": "tab", "button": "button", "link": "link", "menu": "button"}


def sentences(film: Film, step: Step, words: Words) -> tuple[Sentence, ...]:
    """What to do, and what the recorder then says."""
    return tuple(_sentences(film, step, words))


def _sentences(film: Film, step: Step, words: Words) -> Iterator[Sentence]:
    spec = element_of(film.firmware, step)
    shot = film.studio.shots.get(step.id)
    values = {"called": _called(film, step, spec), "value": step.value, "address": step.value}
    row = _row(film.firmware, step, spec)
    yield words.say(f"steps.{_key(film, step, spec, bool(row))}", **values, **({"row": row} if row else {}))
    if shot is not None and shot.announced:
        yield words.say("steps.announced", words=shot.announced.rstrip(".。"))
    if step.verb == "download":
        yield words.say("steps.error")


def _key(film: Film, step: Step, spec: Element | None, in_row: bool) -> str:
    """Which of the sentences fits."""
    shot = film.studio.shots.get(step.id)
    verb = step.verb
    if verb == "click":
        if shot is not None and shot.optional:
            return "click.optional" if shot.picture else "click.unseen"
        return "click.in" if in_row else f"click.{kind_of(film, step, spec)}"
    if verb == "fill":
        if spec is not None and spec.secret:
            return "fill.secret"
        account = spec is not None and step.chapter == "Sign in"
        return "fill.account" if account else "fill"
    if verb == "download":
        return "download" if step.value else "download.unknown"
    if verb == "wait" and not any(one.effect == "write" for one in film.steps):
        return "already"
    if verb == "wait":
        by_hand = film.firmware.file.restart == "by_hand"
        return "wait.by_hand" if by_hand else "wait.https" if step.id == "await-https" else "wait"
    return verb if verb in ("open", "authenticate", "answer", "select", "check", "uncheck", "read") else "click.other"


def kind_of(film: Film, step: Step, spec: Element | None) -> str:
    """What kind of control a reader sees: button, tab, menu, link, other.

    A selector file says it by an element's name that ends in `_tab`, `_button` or `_link`, by a page that is a menu, or by the
    role of a locator; else the page's own ARIA role does.
    """
    page, _, element = step.element.rpartition(".")
    suffix = element.rpartition("_")[2]
    if suffix in _SUFFIXES and element != suffix:
        return _SUFFIXES[suffix]
    if page == "menu" or page.endswith("_menu"):
        return "menu"
    for locator in spec.find if spec else ():
        if locator.role in _ROLES:
            return _ROLES[locator.role]
    shot = film.studio.shots.get(step.id)
    return _ROLES.get(shot.role if shot else "", "other")


def element_of(firmware: Firmware, step: Step) -> Element | None:
    """The selector file's element of a step, None for a step without one."""
    page, _, name = step.element.rpartition(".")
    if page.startswith("handlers."):
        handler = firmware.file.handlers.get(page.removeprefix("handlers."))
        return handler.elements.get(name) if handler else None
    found = firmware.file.pages.get(page)
    return found.elements.get(name) if found else None


def _called(film: Film, step: Step, spec: Element | None) -> str:
    """The words on the target as the page shows them; else what the selector file calls it."""
    shot = film.studio.shots.get(step.id)
    shown = shot.words if shot else ""
    if spec is None:
        return shown
    if spec.called is None and shown and len(shown) <= 60:
        return shown
    return film.firmware.called(spec, step.element.rpartition(".")[2])


def _row(firmware: Firmware, step: Step, spec: Element | None) -> str:
    """The words of the row in which the target stands, where the locator that found it says which one."""
    if spec is None or step.fallback >= len(spec.find):
        return ""
    scope = (spec.find[step.fallback].within or "").removeprefix("$")
    return next((firmware.in_a_sentence(one.has_text) for one in _scope(firmware, scope) if one.has_text), "")


def _scope(firmware: Firmware, name: str) -> list[Locator]:
    return firmware.file.scopes.get(name, []) if name else []
