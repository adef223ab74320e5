"""What a page shows: every control with its label, value and place, and every word that belongs to no control."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.capture.meanings import is_secret

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

Box = tuple[float, float, float, float]
_RANDOM = re.compile(r"[A-Za-z0-9_+/=-]{24,}")
_TYPED = ("textbox", "searchbox", "spinbutton")
FIELDS = ("textbox", "searchbox", "combobox", "listbox", "spinbutton", "slider", "checkbox", "radio", "switch")
WORDS = ("text", "heading", "columnheader", "cell")  # the roles of what nobody can use


@dataclass(frozen=True)
class Control:
    """One control or piece of text that a person sees.

    `role` is its ARIA role; `clickable` is an element without one that a person can click, `file` a field for files, and
    `text`, `heading`, `columnheader` and `cell` are words. `name` are the words of its label. `named` says how the label was
    found: `label`, `aria-label`, `text`, `alt`, `placeholder`, `title`, `column` for the title of a table's column, or `near`
    for words that only stand beside it. `value` is None where there is none, or where it is a password. `checked` is None for
    what cannot be on or off. `options` are those of a drop-down list of HTML. `unit` are the words behind a field. `key` is the
    attribute by which the page's own program names the words, such as `t=com.Download`. `group` are the titles above it,
    outermost first. `box` is x, y, width and height in CSS pixels of the window, `frame` the frames in which it lies, by CSS,
    outermost first. `covered` is what lies under a window. `row`, for what lies in a table of data: which table of the document
    (from 1), which row of it, and the title of the column. `demands` is what a field asks of what is typed into it: `readonly`,
    `required` (`yes`), `minlength`, `maxlength`, `min`, `max`, `step`, `pattern`; None for everything that is not a field.
    """

    role: str
    name: str = ""
    named: str = ""
    value: str | None = None
    checked: bool | None = None
    disabled: bool = False
    options: tuple[str, ...] = ()
    unit: str = ""
    box: Box = (0, 0, 0, 0)
    key: str = ""
    group: tuple[str, ...] = ()
    tag: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    frame: tuple[str, ...] = ()
    covered: bool = False
    secret: bool = False
    row: tuple[str, ...] = ()
    demands: Mapping[str, str] | None = None

    @property
    def is_words(self) -> bool:
        """Whether it is text that nobody can use."""
        return self.role in WORDS

    @property
    def holds_secret(self) -> bool:
        """Whether it shows or takes what lets somebody in: a password, or a key, PIN or the like by its names or its looks."""
        names = (self.name, self.key, *(self.attributes.get(name, "") for name in ("id", "name", "placeholder")))
        value = self.value or ""
        is_key = any(map(is_secret, names)) or (_RANDOM.fullmatch(value) is not None and _is_mixed(value))
        return self.secret or (self.role in _TYPED and is_key)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON and YAML, without what has its default value."""
        return {
            one.name: _plain(value)
            for one in fields(self)
            if (value := getattr(self, one.name)) not in (None, "", (), {}, False)
            or (one.name == "checked" and value is False)
            or (one.name == "demands" and value == {})
        }


def _is_mixed(value: str) -> bool:
    return all(re.search(kind, value) for kind in ("[a-z]", "[A-Z]", "[0-9]"))


def control_from(data: Mapping[str, Any]) -> Control:
    """The control from which `as_dict` made `data`. Raises KeyError or TypeError for anything else."""
    known = {one.name for one in fields(Control)}
    given = {name: value for name, value in data.items() if name in known}
    for name in ("options", "group", "frame", "box", "row"):
        if name in given:
            given[name] = tuple(given[name])
    return Control(**given)


def controls_of(page: Page, mark: bool = False) -> tuple[Control, ...]:
    """Everything that `page` shows now, its frames included, from top to bottom within each frame.

    `mark`: each field that holds a secret is marked in the page, so that no picture and no capture shows what stands in it.
    """
    return tuple(_in_frame(page.main_frame, (), (0.0, 0.0), mark))


def _in_frame(frame: Frame, chain: tuple[str, ...], origin: tuple[float, float], mark: bool) -> Iterator[Control]:
    """What one frame and the frames in it show; `origin` is where it begins in the window. One that goes away shows nothing."""
    try:
        handle = frame.evaluate_handle(_question())
        found = [_placed(one, chain, origin) for one in handle.evaluate("one => one.shown.map(({element, ...facts}) => facts)")]
        if mark and (secret := [at for at, one in enumerate(found) if one.holds_secret and not one.is_words]):
            handle.evaluate(_MARK, secret)
        handle.dispose()
    except PlaywrightError:
        return
    yield from found
    for child in frame.child_frames:
        try:
            element = child.frame_element()
            box_of_it = element.bounding_box()
            selector = element.evaluate(_FRAME_SELECTOR)
        except PlaywrightError:
            continue
        if box_of_it and box_of_it["width"] > 1 and box_of_it["height"] > 1:
            yield from _in_frame(child, (*chain, selector), (box_of_it["x"], box_of_it["y"]), mark)


def _placed(one: Mapping[str, Any], chain: tuple[str, ...], origin: tuple[float, float]) -> Control:
    """A control that a frame has told, by its place in the window."""
    x, y, width, height = one["box"]
    box = [round(value, 1) for value in (x + origin[0], y + origin[1], width, height)]
    return control_from({**one, "frame": chain, "box": box})


@cache
def _question() -> str:
    return (files("nvrflow.capture") / "controls.js").read_text(encoding="utf-8")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value


_MARK = "(one, places) => places.forEach(at => one.shown[at].element.setAttribute('data-nvrflow-secret', ''))"
# A frame is named by what stays the same: its id, its name, the path of its document; by its place only if it has nothing else.
_FRAME_SELECTOR = """frame => {
  const tag = frame.localName, quoted = text => '"' + text.replace(/(["\\\\])/g, '\\\\$1') + '"';
  const only = selector => frame.getRootNode().querySelectorAll(selector).length === 1 ? selector : '';
  const path = (frame.getAttribute('src') || '').split(/[?#]/)[0];
  const by = (key, sign, text) => text && only(tag + '[' + key + sign + quoted(text) + ']');
  return by('id', '=', frame.id) || by('name', '=', frame.name) || by('src', '^=', path) || only(tag)
    || tag + ' >> nth=' + [...document.querySelectorAll(tag)].indexOf(frame);
}"""
