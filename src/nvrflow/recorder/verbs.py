"""What a person does with one element: click, type, choose - each as one step, with the wait for its result."""

from __future__ import annotations

from nvrflow.browser.playwright_errors import translated
from nvrflow.errors import WrongCall
from nvrflow.recorder.element import Element, Use
from nvrflow.recorder.outcome import outcome_of, raise_refusal
from nvrflow.recorder.popups import Popups
from nvrflow.recorder.secret_fields import mark_secret
from nvrflow.recorder.window import Window


def element_of(window: Window, page: str, name: str) -> Element:
    """The element `name` of the page. Raises WrongCall if the selector file has no such element."""
    elements = window.file.pages[page].elements
    if name not in elements:
        known, where = ", ".join(elements) or "none", f"{window.firmware.name}: {page}.{name}"
        raise WrongCall(f"{where}: the selector file has no such element; the page {page} has {known}")
    return Element(window, page, name, elements[name], Popups(window))


def click(element: Element, step_id: str = "") -> None:
    """Click, and wait for what the selector file says must follow: an answer on the network, or words on the screen.

    Elements that it names with `use_first` are used before; an element with a `value` is filled in instead of clicked.
    """
    window = element.window
    look_at_last_click(window)
    if element.spec.value is not None:
        fill_in(element, step_id)
        return
    use_first(element)
    signs_in = element.owner == "sign_in"
    with window.steps.described(), element.using("click", f"Click {element.called}", step_id=step_id) as use:
        tries = window.tries
        with outcome_of(element, signs_in) as heard, tries.counted() if signs_in else tries.heard():
            element.press(use)
            if heard.follow(use):
                tries.accepted_by_answer()
        window.pending = None if element.spec.announced_by else heard.pending
        turned(element, use)


def fill(element: Element, value: str) -> None:
    """Type `value` into a field, or choose it in a list; the value of a field marked `secret` appears in no output or file."""
    window = element.window
    look_at_last_click(window)
    shown = "" if element.spec.secret else value
    title = f"Fill in {element.called}" + (f": {shown}" if shown else "")
    with window.steps.described(), element.using("fill", title, shown) as use:
        _type(element, use, value)


def select(element: Element, option: str) -> None:
    """Choose `option` by its words in a drop-down list of HTML."""
    look_at_last_click(element.window)
    title = f"Select {option} in {element.called}"
    with element.window.steps.described(), element.using("select", title, option) as use, translated(element.at):
        use.match.found.select_option(label=option, timeout=element.window.timeout_ms)


def hover(element: Element) -> None:
    """Move the mouse over the element."""
    look_at_last_click(element.window)
    with element.window.steps.described(), element.using("hover", f"Point at {element.called}") as use, translated(element.at):
        use.match.found.hover(timeout=element.window.timeout_ms)


def press(element: Element, key: str) -> None:
    """Press a key while the element has the focus, and wait for the result as after a click."""
    window = element.window
    look_at_last_click(window)
    signs_in = element.owner == "sign_in"
    with window.steps.described(), element.using("press", f"Press {key} in {element.called}", key) as use:
        with outcome_of(element, signs_in) as heard, window.tries.counted() if signs_in else window.tries.heard():
            with translated(element.at):
                use.match.found.press(key, timeout=window.timeout_ms)
            if heard.follow(use):
                window.tries.accepted_by_answer()
        window.pending = None if element.spec.announced_by else heard.pending
        turned(element, use)


def fill_in(element: Element, step_id: str = "") -> None:
    """Give the element the `value` that its selector file names."""
    window, value, shown = element.window, element.value, element.shown_value
    title = f"Fill in {element.called}" + (f": {shown}" if shown else "")
    with window.steps.described(), element.using("fill", title, shown, step_id) as use:
        _type(element, use, value)


def use_first(element: Element) -> None:
    """Use the elements in `use_first` before this element, as far as the page offers them."""
    steps = element.window.steps
    if element.spec.use_first and not steps.held:
        element.find()
    for name in element.spec.use_first:
        other = element_of(element.window, element.owner, name)
        if steps.held or other.is_there():
            click(other)
        else:
            steps.report.notes.append(f"{other.at} is not on the page, so it was not used before {element.name}")


def look_at_last_click(window: Window) -> None:
    """Before the next step, raise the error if the page shows that the last click was refused."""
    if window.pending is not None:
        raise_refusal(window, window.pending)


def _type(element: Element, use: Use, value: str) -> None:
    if element.spec.secret:
        mark_secret(use.match.found)
    element.type_into(use, value)
    if element.spec.secret and element.owner == "sign_in":
        element.window.tries.typed(value)


def turned(element: Element, use: Use) -> None:
    """Remember how a switch was before this run turned it; after a click that writes, the switches of its page are saved."""
    unsaved = element.window.unsaved
    if element.spec.effect == "write":
        for full in [full for full in unsaved if full.rpartition(".")[0] == element.owner]:
            del unsaved[full]
    elif use.was_on is not None:
        unsaved.setdefault(element.full, use.was_on)
