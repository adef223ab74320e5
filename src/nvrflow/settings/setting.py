"""One setting of a recorder, and how what the pages show becomes settings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nvrflow.capture.controls import Box, Control
from nvrflow.capture.meanings import meaning, names_a_port
from nvrflow.capture.patterns import without_secrets
from nvrflow.firmware.catalogue import Value, catalogue

_FIELDS = ("textbox", "combobox", "listbox", "slider", "spinbutton", "checkbox", "switch", "radio")
_MADE_UP = re.compile(r"\d{3,}|[-_:]\d+$|^\d|gen\d|[0-9a-f]{8,}", re.I)  # an id with a counter, or a random one
_FACT = re.compile(  # what a device is, in English, German, Spanish and Chinese
    r"^(device |product )?(model|type)( no\.?| name)?$|\bversion$|^modell|ger[äa]tetyp$|^modelo\b|^versi[oó]n\b|型号$|版本$", re.I
)
_WHOLE = re.compile(r"-?(0|[1-9]\d*)")
_NO_SETTINGS = ("tab", "option", "treeitem", "menuitem", "menuitemcheckbox", "menuitemradio", "link")


@dataclass(frozen=True)
class Setting:
    """One setting: its value as the page shows it, and where a person finds it.

    `name` is a name of the catalogue or `page/label`. `value` is true or false for what can be on or off, a text or number for
    anything else, and None for a password or a key that lets somebody in. `options` are those of a drop-down list of HTML or
    the labels of radios; `unit` are the words behind the field. `key` is the page's own name of the label, if it has one: it is
    the same in every language.
    """

    name: str
    value: Value
    label: str
    page: str
    options: tuple[str, ...] = ()
    unit: str = ""
    enabled: bool = True
    secret: bool = False
    key: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON and YAML, by the keys that the contract names; `name` is the key under which it stands."""
        told: dict[str, Any] = {"value": self.value, "label": self.label, "page": self.page}
        told |= {"options": list(self.options)} if self.options else {}
        told |= {"unit": self.unit} if self.unit else {}
        told |= {"enabled": False} if not self.enabled else {}
        told |= {"secret": True} if self.secret else {}
        return told | ({"key": self.key} if self.key else {})


@dataclass(frozen=True)
class Named:
    """A setting and what it may be called by: a name of the catalogue (or nothing), the titles above it, its field's own name."""

    setting: Setting
    catalogued: str
    above: tuple[str, ...]
    own_name: str
    in_row: bool


@dataclass(frozen=True)
class Sight:
    """What one page of the selector file showed: its controls, and the box of each element that has a name of the catalogue.

    `states` are those elements of which the selector file knows how to read whether they are on.
    """

    page: str
    controls: Sequence[Control]
    named: Mapping[str, Box] = field(default_factory=dict)
    states: Mapping[str, bool] = field(default_factory=dict)


def settings_of(sights: Iterable[Sight], menus: Collection[str] = ()) -> tuple[Setting, ...]:
    """Every setting, page by page. What several pages show belongs to the page whose element it is, else to the first of them.

    `menus` are pages that are only a way to others: what they show belongs to another page, if that shows it, too.
    """
    owner: dict[tuple[Any, ...], tuple[str, Control]] = {}
    given: dict[tuple[Any, ...], tuple[str, bool | None]] = {}
    for sight in sights:
        for control in sight.controls:
            if not _is_setting(control):
                continue
            identity = _identity(control)
            name = next((name for name, box in sight.named.items() if _same_place(box, control.box)), None)
            if name is not None:
                given[identity] = (name, sight.states.get(name))
            if identity not in owner or name is not None or owner[identity][0] in menus:
                owner[identity] = (sight.page, control)
    return tuple(_named(_joined(owner, given)))


def _joined(
    owner: Mapping[tuple[Any, ...], tuple[str, Control]], given: Mapping[tuple[Any, ...], tuple[str, bool | None]]
) -> list[Named]:
    """Each setting with what it may be called by; radios of one group are one setting."""
    found: list[Named] = []
    for page, control in owner.values():
        group = _radios(control, page, owner.values()) if control.role == "radio" else []
        if group and group[0] is not control:
            continue
        name, state = next((given[key] for one in group or [control] if (key := _identity(one)) in given), ("", None))
        if not name and _is_shown_only(control):
            continue
        made, above = _of_radios(group, page) if group else _of_one(control, page)
        entry = catalogue().get(name)
        value = made.value if state is None else state
        value = without_secrets(value) if isinstance(value, str) else value
        options = () if isinstance(value, bool) else made.options
        made = replace(made, value=entry.value(value) if entry else _number(control, value), options=options)
        found.append(Named(made, name, above, _own_name(control), bool(control.row)))
    return found


def _of_one(control: Control, page: str) -> tuple[Setting, tuple[str, ...]]:
    secret = control.holds_secret
    value = None if secret else control.value if control.checked is None else control.checked
    made = Setting("", value, control.name, page, control.options, control.unit, not control.disabled, secret, control.key)
    return made, control.group


def _of_radios(group: Sequence[Control], page: str) -> tuple[Setting, tuple[str, ...]]:
    """Of several radios, what is chosen; their label is the words beside the first of them, or the nearest title above."""
    first = group[0]
    chosen = next((one.name for one in group if one.checked), None)
    enabled = not all(one.disabled for one in group)
    label = first.group[-1] if first.group else first.name
    return Setting("", chosen, label, page, tuple(one.name for one in group), enabled=enabled), first.group[:-1]


def _radios(control: Control, page: str, all_of_them: Iterable[tuple[str, Control]]) -> list[Control]:
    """The radios of which only one can be on, together with `control`; empty if it stands alone."""
    name = control.attributes.get("name")
    group = [
        one
        for where, one in all_of_them
        if where == page and one.role == "radio" and one.frame == control.frame and name and one.attributes.get("name") == name
    ]
    return group if len(group) > 1 else []


def _named(found: Sequence[Named]) -> Iterable[Setting]:
    """Each with a name of its own: that of the catalogue, `page/label`, or with as many titles as tell it from the others.

    What lies in a row of a table always has the row's first words in its name, so that one more row renames nothing.
    """
    plain = Counter((one.setting.page, one.setting.label) for one in found)
    taken = Counter[str]()
    for one in found:
        made = one.setting
        above = one.above if plain[made.page, made.label] > 1 or not made.label or one.in_row else ()
        own = one.catalogued or "/".join([made.page, *above, made.label or one.own_name or "(no label)"])
        taken[own] += 1
        yield replace(made, name=own if taken[own] == 1 else f"{own}#{taken[own]}")


def _own_name(control: Control) -> str:
    """What the page's own program calls a field that has no label: its key, name or id; empty if a program made that up."""
    said = (
        control.key.partition("=")[2],
        *(control.attributes.get(key, "") for key in ("name", "data-name", "data-field", "id")),
    )
    return next((f"[{one}]" for one in said if one and not _MADE_UP.search(one)), "")


def _number(control: Control, value: Value) -> Value:
    """The value as a number where the field takes one: a field for numbers, or for a port."""
    names = (control.name, control.key, *(control.attributes.get(key, "") for key in ("id", "name")))
    takes = control.role in ("spinbutton", "slider") or any(map(names_a_port, names))
    return int(value) if takes and isinstance(value, str) and _WHOLE.fullmatch(value) else value


def _is_shown_only(control: Control) -> bool:
    """Whether a field that can only be read says what the recorder is, such as its model; a port in one is a setting."""
    is_read_only = control.role == "textbox" and "readonly" in (control.demands or ())
    return is_read_only and (_FACT.search(control.name) is not None or meaning(control.name) == "serial")


def _is_setting(control: Control) -> bool:
    if control.covered or control.role in _NO_SETTINGS:
        return False
    if control.row:  # the box by which a row is chosen is none, nor is a row that is chosen
        return control.role in _FIELDS and not (control.role == "checkbox" and not control.name)
    return control.role in _FIELDS or (control.checked is not None and not control.is_words)


def _identity(control: Control) -> tuple[Any, ...]:
    """What tells a control from every other one: its place counts, its value does not.

    With a name or id of its own it may stand higher on one page than on another, where something else is shown above it.
    """
    own = control.attributes.get("name"), control.attributes.get("id")
    place = (control.box[0], *control.box[2:]) if any(own) and control.role != "radio" and not control.row else control.box
    return (control.role, control.name, control.key, control.group, control.frame, own, place)


def _same_place(one: Box, other: Box) -> bool:
    """Whether two boxes lie upon each other: the middle of each is within the other."""

    def holds(outer: Box, inner: Box) -> bool:
        x, y = inner[0] + inner[2] / 2, inner[1] + inner[3] / 2
        return outer[0] <= x <= outer[0] + outer[2] and outer[1] <= y <= outer[1] + outer[3]

    return holds(one, other) and holds(other, one)
