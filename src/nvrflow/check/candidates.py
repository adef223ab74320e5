"""Candidates for an element that is missing: what a page shows, ranked by what the selector file knows about the element.

Role and accessible name count most. What another element of the file finds is not a candidate, and place or order never count.
A control that says another action, or shares no whole word with what is known, is shown and not taken.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nvrflow.capture.controls import WORDS, Control
from nvrflow.check.doubt import doubt
from nvrflow.firmware import Element, Firmware

_IN_BRACKETS = re.compile(r"\s*[(\[\uff08][^()\[\]\uff08\uff09]*[)\]\uff09]$")
SURE = 0.8  # a candidate below is only shown
CLEAR = 0.1  # by how much it has to be better than the next
_LIKE = 0.15  # the least score of a name that counts where the role is another, or the control is not new on the page
_SAME = 0.9  # how much a name has to be like a word of another language
_AGAINST = 0.3  # what speaks against a control makes its score smaller by this, and a person has to choose it
_MOST = 3
_FAMILIES = (
    {"button", "link", "tab", "menuitem", "treeitem", "clickable", "option"},
    {"textbox", "searchbox", "spinbutton", "combobox", "listbox"},
    {"checkbox", "switch", "radio", "menuitemcheckbox", "menuitemradio"},
)
_OF_A_FIELD = ("label", "placeholder")
# What a program made and makes otherwise the next time: a number at the end, a hash, a name with a counter.
_GENERATED = re.compile(
    r"\d{3,}|[-_:]\d+$|^[:_]|gen\d|^\d|(^|[-_])(?=[a-z0-9]*\d[a-z]+\d)[a-z0-9]{5,}($|[-_])|(^|[-_])[0-9a-f]{8,}($|[-_])", re.I
)
_STABLE = (
    "data-testid",
    "data-test-id",
    "data-test",
    "data-action",
    "data-field",
    "data-key",
    "data-name",
    "data-id",
    "name",
    "id",
)


@dataclass(frozen=True)
class Wanted:
    """What the selector file knows about an element: roles, words in the page's language and in others, frames, its own name.

    `is_text`: it is found by its text alone, so it may be words that no control is known to hold.
    """

    roles: frozenset[str]
    words: tuple[str, ...]
    foreign: tuple[str, ...]
    called: str
    frame: tuple[str, ...] = ()
    is_text: bool = False

    @property
    def known(self) -> tuple[str, ...]:
        """Every word that is known to mean the element, in any language, and its name in the file."""
        return tuple(one for one in (*self.words, *self.foreign, self.called) if one)


@dataclass(frozen=True)
class Ranked:
    """A control with its score from 0 to 1, what speaks for and against it, and what forbids to take it without a person.

    `note` is what a person has to look at before the change is taken.
    """

    control: Control
    score: float
    why: tuple[str, ...]
    forbidden: str = ""
    note: str = ""


def wanted_of(firmware: Firmware, name: str, element: Element) -> Wanted:
    """What is known about the element `name`."""
    roles = {one.role for one in element.find if one.role}
    if any(one.way in _OF_A_FIELD for one in element.find) and not roles:
        roles = {*_FAMILIES[1], *_FAMILIES[2]}
    values = [one.words for one in element.find if one.words]
    words = [word for value in values for word in firmware.words(value)]
    texts = [firmware.file.texts[value[1:]] for value in values if value.startswith("$")]
    foreign = [word for text in texts for code, said in text.items() if code != firmware.language for word in said]
    frame = tuple(element.find[0].frame or ())
    is_text = not roles and any(one.way == "text" for one in element.find)
    said, others = tuple(dict.fromkeys(words)), tuple(dict.fromkeys(foreign))
    return Wanted(frozenset(roles), said, others, name.replace("_", " "), frame, is_text)


def rank(
    controls: Sequence[Control], wanted: Wanted, taken: Mapping[int, str], above: Iterable[Control] = ()
) -> tuple[Ranked, ...]:
    """The best candidates, best first.

    `taken` says by the place of a control in `controls` which other element of the file finds it; `above` is what the page shows
    also before the page in question was opened.
    """
    before = {(one.role, one.name, one.box) for one in above}
    ranked = []
    for index, control in enumerate(controls):
        if index in taken or not control.name or (control.is_words and not wanted.is_text):
            continue
        one = _ranked(control, wanted, (control.role, control.name, control.box) in before)
        if one is not None:
            ranked.append(one)
    return tuple(sorted(ranked, key=lambda one: -one.score)[:_MOST])


def the_clear_one(ranked: Sequence[Ranked]) -> tuple[Ranked | None, str]:
    """The candidate that may be proposed, or why none may."""
    if not ranked:
        return None, "nothing on the page resembles it"
    best = ranked[0]
    if best.forbidden:
        return None, f"the most similar control is not taken, because {best.forbidden}"
    if best.score < SURE:
        return None, f"no candidate is similar enough (the best has {int(best.score * 100) / 100:.2f}, {SURE:.2f} is needed)"
    if len(ranked) > 1 and best.score - ranked[1].score < CLEAR:
        return None, "two candidates are about equally similar, so none is chosen"
    return best, ""


def is_generated(value: str) -> bool:
    """Whether an id or class looks as if a program had made it, and would make another one at the next start."""
    return _GENERATED.search(value) is not None


def stable_attribute(control: Control) -> dict[str, str] | None:
    """An attribute of the control that a later firmware will probably keep: the page's own key for its words, or a test id."""
    key, _, value = control.key.partition("=")
    if value and control.attributes.get(key) == value:
        return {key: value}
    kept = {key: control.attributes[key] for key in _STABLE if control.attributes.get(key)}
    return next(({key: value} for key, value in kept.items() if not is_generated(value)), None)


def likeness(word: str, name: str) -> float:
    """How much a name on the page is like a word of the file, from 0 to 1; a name that only holds the word is not the same."""
    one, other = word.casefold().strip(" :*"), name.casefold().strip(" :*")
    if one == other:
        return 1.0
    alike = difflib.SequenceMatcher(None, one, other).ratio()
    if one == _IN_BRACKETS.sub("", other):
        return 0.95
    holds = len(one) > 2 and re.search(rf"(?<!\w){re.escape(one)}(?!\w)", other) is not None
    return max(alike, 0.6) if holds else alike


def _ranked(control: Control, wanted: Wanted, was_there: bool) -> Ranked | None:
    """The control with its score; None for one that nothing speaks for."""
    why, score, forbidden = list[str](), 0.0, ""
    role, said = _role_score(control.role, wanted.roles)
    name, told = _name_score(control.name, wanted)
    if name < _LIKE and (was_there or control.role not in wanted.roles):
        return None
    score += role + name
    why += [*said, told]
    if control.frame == wanted.frame:
        score += 0.1
    elif wanted.frame or control.frame:
        why.append("in another frame")
    if not control.covered:
        score += 0.05
    else:
        why.append("covered by a window")
    if wanted.roles and role == 0.0:
        forbidden = f"its role is {control.role}, and {' or '.join(sorted(wanted.roles))} is expected"
    if was_there:
        score -= _AGAINST
        forbidden = forbidden or "it was on the screen before this page was opened"
        why.append("on the page before, too")
    if against := doubt(wanted.known, control.name):
        score -= _AGAINST
        forbidden = forbidden or f"of its label ({against})"
        why.append(against)
    note = said[0] if said and control.role not in wanted.roles else ""
    return Ranked(control, max(0.0, min(1.0, score)), tuple(why), forbidden, note)


def _role_score(role: str, expected: frozenset[str]) -> tuple[float, list[str]]:
    if not expected:
        return (0.2, ["words that no control holds"]) if role in WORDS else (0.3, [])
    if role in expected:
        return 0.35, [f"role {role} as expected"]
    said = " or ".join(sorted(expected)) if len(expected) < _MOST else "a field"
    if any(role in family and family & expected for family in _FAMILIES):
        return 0.25, [f"role {role} instead of {said}"]
    return 0.0, [f"role {role}, which is of another kind than {said}"]


def _name_score(name: str, wanted: Wanted) -> tuple[float, str]:
    """The score of a name, and in words why."""
    foreign = tuple(word for word in wanted.foreign if likeness(word, name) >= _SAME)
    kinds = (
        (wanted.words, 0.5, ""),
        (foreign, 0.47, " of another language"),
        ((wanted.called,), 0.38, ", its name in the file"),
    )
    scored = [
        (likeness(word, name) ** 2 * weight, likeness(word, name), word, kind) for words, weight, kind in kinds for word in words
    ]
    best = max(scored, default=(0.0, 0.0, "", ""))
    same = "the same words as" if best[1] == 1.0 else f"{best[1]:.0%} like"
    return best[0], f'named "{name}", {same} "{best[2]}"{best[3]}'
