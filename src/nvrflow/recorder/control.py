"""Controls that have a state: checkboxes, radios, switches drawn by the page, drop-downs, and fields that are read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nvrflow.browser.playwright_errors import PlaywrightTimeout, translated
from nvrflow.errors import ProductDefect, SelectorDrift
from nvrflow.firmware.model import Choices
from nvrflow.recorder.element import Element
from nvrflow.recorder.finder import Match
from nvrflow.recorder.verbs import click, look_at_last_click, turned
from nvrflow.recorder.window import SLICE

if TYPE_CHECKING:
    from playwright.sync_api import Locator


# The value of a field, the words of what is chosen in a list, the text of anything else. A lamp or icon without text says what
# its name or its tooltip says, or what its style sheet writes.
_SAID = """one => {
  if (one.tagName === 'SELECT') return [...one.selectedOptions].map(option => option.label.trim()).join(', ');
  if (['INPUT', 'TEXTAREA'].includes(one.tagName)) return one.value;
  const text = one.innerText ?? one.textContent;
  if (text.trim()) return text;
  for (const part of [one, ...one.querySelectorAll('*')]) {
    const name = part.ariaLabel || part.alt || part.title;
    if (typeof name === 'string' && name.trim()) return name;
  }
  return ['::before', '::after'].map(side => (getComputedStyle(one, side).content.match(/^"(.*)"$/) ?? ['', ''])[1])
    .join(' ').replace(/\\p{Co}/gu, '');
}"""


def is_on(element: Element, match: Match) -> bool:
    """Whether the control is on now, saved or not."""
    spec = element.spec
    if spec.checked_by:
        return element.looks_on()
    with translated(element.at):
        if spec.choices:
            return _means_on(element, spec.choices, match.found)
        return match.found.is_checked()


def is_checked(element: Element) -> bool:
    """Whether the control is on, once the page has its values; a switch turned by this run and not saved counts as before."""
    window = element.window
    if element.full in window.unsaved:
        return window.unsaved[element.full]
    if not window.file.busy and not window.file.pages[element.owner].ready:
        element.find()
        window.calm_down()
    match = element.find()
    window.settle()
    return is_on(element, match)


def turn(element: Element, wanted: bool) -> None:
    """Switch the control on or off, and wait until it is; nothing is clicked if it is already. Raises ProductDefect."""
    spec, window = element.spec, element.window
    look_at_last_click(window)
    match = element.find()
    window.settle()
    if is_on(element, match) is wanted:
        return
    if spec.off and not wanted:
        off = window.file.pages[element.owner].elements[spec.off]
        click(Element(window, element.owner, spec.off, off, element.in_the_way))
        return
    verb, title = ("check", "Switch on") if wanted else ("uncheck", "Switch off")
    with (
        window.steps.described(),
        element.using(*(_typing(element, match, wanted) or (verb, f"{title} {element.called}"))) as use,
    ):
        if spec.choices:
            _choose(element, spec.choices, wanted, use.match.found)
        else:
            element.press(use)
        patience = window.patience()
        while is_on(element, use.match) is not wanted:
            if patience.deadline_is_over:
                raise ProductDefect(f"{element.at}: it was clicked and is still not {'on' if wanted else 'off'}")
            window.happens("requestfinished", SLICE)
        turned(element, use)


def read(element: Element) -> str:
    """The value of a field, or the text of anything else."""
    look_at_last_click(element.window)
    match = element.find()
    element.window.settle()
    with translated(element.at):
        return text_of(match.found)


def text_of(found: Locator) -> str:
    """The value of a field, the words of the chosen option of a list, or the text or name of anything else."""
    return str(found.evaluate(_SAID)).strip()


def port_in(text: str, where: str) -> int:
    """The port in `text`: alone, or at its end behind a colon. Raises SelectorDrift otherwise; `where` names the element."""
    found = re.search(r"(?:^|:)(\d{1,5})$", text)
    if not found or not 0 < int(found[1]) < 65536:
        raise SelectorDrift(f"{where}: shows {text!r}; a port from 1 to 65535, alone or behind a colon, was expected")
    return int(found[1])


def choose(element: Element, option: str) -> None:
    """Choose `option` by its words in a drop-down that the page draws: click it, then click the option in the list that opens."""
    window, spec = element.window, element.spec
    look_at_last_click(window)
    with window.steps.described(), element.using("select", f"Select {option} in {element.called}", option) as use:
        with translated(element.at):
            if use.match.found.evaluate("one => one.tagName") == "SELECT":
                use.match.found.select_option(label=option, timeout=window.timeout_ms)
                return
        element.press(use)
        wanted = window.firmware.words(option)
        words = re.compile(rf"^\s*(?:{'|'.join(map(re.escape, wanted))})\s*$", re.I)
        offered = window.finder.any_of(spec.options) if spec.options else window.page.get_by_role("option").filter(visible=True)
        with translated(element.at):
            try:
                offered.filter(has_text=words).first.click(timeout=window.timeout_ms if spec.options else 5000)
            except PlaywrightTimeout:
                shown = ", ".join(repr(text.strip()) for text in offered.all_inner_texts()[:12]) or "none"
                raise SelectorDrift(f"{element.at}: no option {option!r}; the list shows {shown}") from None


def _means_on(element: Element, choices: Choices, found: Locator) -> bool:
    """Whether a drop-down shows the option for on; a field is on with any text but that for off."""
    words = element.window.firmware.words
    wanted, unwanted = ({word.casefold() for word in words(one)} for one in (choices.on, choices.off))
    said = text_of(found).casefold()
    return said in wanted or (_is_typed(found) and said not in unwanted)


def _typing(element: Element, match: Match, wanted: bool) -> tuple[str, str, str] | None:
    """Verb, title and value of the step that switches a field; None if it is not a field."""
    choices = element.spec.choices
    if choices is None or not _is_typed(match.found):
        return None
    value = element.window.firmware.words(choices.on if wanted else choices.off)[0]
    return "fill", f"Fill in {element.called}: {value}" if value else f"Empty {element.called}", value


def _is_typed(found: Locator) -> bool:
    return bool(found.evaluate("one => ['INPUT', 'TEXTAREA'].includes(one.tagName)"))


def _choose(element: Element, choices: Choices, wanted: bool, found: Locator) -> None:
    """Select the option of a drop-down that means on or off, or type the text that does."""
    words = element.window.firmware.words(choices.on if wanted else choices.off)
    with translated(element.at):
        if _is_typed(found):
            found.fill(words[0], timeout=element.window.timeout_ms)
            return
        offered = [option.strip() for option in found.locator("option").all_inner_texts()]
        label = next((option for option in offered if option.casefold() in map(str.casefold, words)), words[0])
        found.select_option(label=label, timeout=element.window.timeout_ms)
