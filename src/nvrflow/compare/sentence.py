"""What a difference says to a person, in one sentence; made here only, from its codes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nvrflow.compare.difference import Difference

_CONTROLS = {
    "button": "button",
    "clickable": "control",
    "searchbox": "field",
    "slider": "slider",
    "listbox": "list",
    "textbox": "field",
    "combobox": "drop-down list",
    "spinbutton": "field",
    "text": "text",
    "columnheader": "column",
    "heading": "heading",
}
# By kind, change and aspect; {what} is the thing with its name, {before} and {after} its values.
_SENTENCES = {
    ("page", "added", ""): "the page {name} is new in the menu",
    ("page", "removed", ""): "the page {name} is gone from the menu",
    ("page", "moved", "order"): "{name} stands {after} in the menu now (was {before})",
    ("page", "moved", "other-page"): "the entry {name} has moved from {before} to {after}",
    ("page", "removed", "reached"): "the page {name} cannot be reached any more",
    ("page", "added", "reached"): "the page {name} can be reached now",
    ("page", "changed", "enabled"): "the menu entry {name} is {after} now",
    ("control", "added", ""): "the {what} is new",
    ("control", "removed", ""): "the {what} is gone",
    ("control", "added", "popup"): "a window {name} appears that was not there before",
    ("control", "removed", "popup"): "the window {name} does not appear any more",
    ("control", "added", "twice"): "{name} is there twice",
    ("control", "removed", "twice"): "{name} is there once less",
    ("control", "added", "together"): "the controls {name}, which stand together, are new",
    ("control", "removed", "together"): "the controls {name}, which stood together, are gone",
    ("control", "moved", "order"): "{name} stands {after} now (was {before})",
    ("control", "moved", "other-page"): "the {what} has moved from {before} to {after}",
    ("control", "changed", "kind"): "{name} is a {after} now, no {before}",
    ("control", "changed", "enabled"): "the {what} is {after} now",
    ("control", "changed", "readonly"): "the {what} is {after} now",
    ("control", "changed", "required"): "the {what} is {after} now",
    ("control", "changed", "limits"): "the {what} takes {after} now, no longer {before}",
    ("control", "changed", "found"): "{name} is not found as before",
    ("label", "added", ""): "the text {name} is new",
    ("label", "removed", ""): "the text {name} is gone",
    ("label", "moved", "other-page"): "the text {name} has moved from {before} to {after}",
    ("label", "renamed", "words"): "{name} has another label: {change}",
    ("label", "renamed", "spaces"): "only the white space in the label {name} is different: {change}",
    ("label", "renamed", "key"): "the key of the text {name} is {after} now, no longer {before}",
    ("label", "changed", "untranslated"): "{name} has lost its translation: {change}",
    ("setting", "changed", "default"): "{name} is {after} now, no longer {before}",
    ("setting", "changed", "options"): "{name} has other choices: {after} (was {before})",
    ("setting", "changed", "order"): "the choices of {name} stand in another order: {after} (was {before})",
    ("picture", "changed", "icon"): "the icon of {name} is another one",
    ("picture", "changed", "colour"): "a colour has changed from {before} to {after}{of}",
    ("picture", "changed", "look"): "the page looks different{of}",
    ("time", "changed", "slower"): "the page {name} takes {after}, not {before}",
    ("time", "changed", "faster"): "the page {name} takes only {after}, not {before}",
    ("flow", "changed", ""): "the flow {name} ended as {after}, no longer as {before}",
    ("flow", "changed", "found"): "{name} is found by {after}, no longer by {before}",
    ("flow", "added", ""): "the step {name} is new",
    ("flow", "removed", ""): "the step {name} is gone",
    ("certificate", "changed", "shared"): "the two are different devices, but their certificates have the same key",
    ("tls", "added", "port"): "{name} is a new field for a port ({after}): the recorder may listen there now",
    ("certificate", "changed", "*"): "{fact} of the certificate: {after}, no longer {before}",
    ("certificate", "added", "*"): "HTTPS has a certificate now",
    ("certificate", "removed", "*"): "HTTPS serves no certificate any more",
    ("tls", "added", "*"): "{name}: {after} now",
    ("tls", "removed", "*"): "{name}: not {before} any more",
    ("tls", "changed", "*"): "{name}: {after}, no longer {before}",
}
_UNSEEN = re.compile(r"^\s+|\s+$|\s{2,}|[^\S ]")
_FACTS = {"names": "the kinds of names", "key": "the key", "signature": "the signature", "validity": "the validity"}


def sentence(difference: Difference) -> str:
    """The difference in one sentence, beginning with a capital letter, without a full stop."""
    form = _SENTENCES.get((difference.kind, difference.change, difference.aspect))
    form = form or _SENTENCES.get((difference.kind, difference.change, "*"), "{name}: {after} (was {before})")
    role = difference.identity.partition(":")[0]
    name = (
        quoted(difference.name)
        if difference.kind in ("control", "page", "label", "setting", "picture") or difference.aspect == "port"
        else difference.name
    )
    told = form.format(
        name=name or "something",
        what=f"{_CONTROLS.get(role, role)} {name}",
        fact=_FACTS.get(difference.name, f"the {difference.name}"),
        before=_value(difference.before),
        after=_value(difference.after),
        change=_words(difference),
        languages=", ".join(difference.languages),
        of=f" ({difference.name})" if difference.name else "",
    )
    return told[:1].upper() + told[1:]


def quoted(name: str) -> str:
    """A name as a person would quote it; what the selector file calls a page or an element stands as it is."""
    return f'"{name}"' if name and not (name.islower() and name.replace("_", "").replace(".", "").isalnum()) else name


def consequence_of(difference: Difference) -> str:
    """What it means for flows and elements, in a few words; empty if it means nothing."""
    broken = [one.element for one in difference.elements if one.consequence == "breaking"]
    drifting = [one.element for one in difference.elements if one.consequence == "drift" and one.element not in broken]
    parts = [f"breaks {', '.join(dict.fromkeys(broken))}"] if broken else []
    parts += [f"another locator finds {', '.join(dict.fromkeys(drifting))}"] if drifting else []
    parts += [f"not reached: {', '.join(difference.lost_pages)}"] if difference.lost_pages else []
    parts += [f"flows: {', '.join(difference.flows)}"] if difference.flows else []
    return "; ".join(parts)


def _value(value: str | Mapping[str, str] | None) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return ", ".join(f"{language}: {words}" for language, words in value.items())
    return value or "empty"


def _words(difference: Difference) -> str:
    """Words before and after, by language where there are several or only one of several."""
    before, after = difference.before, difference.after
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return f"{_value(after)} (was {_value(before)})"
    spaces = difference.aspect == "spaces"
    pairs = {language: (with_spaces(words), with_spaces(after.get(language, ""))) if spaces else (words, after.get(language, ""))
             for language, words in before.items()}  # fmt: skip
    return ", ".join(f"{_spoken(language)}{quoted(new)} (was {quoted(old)})" for language, (old, new) in pairs.items())


def _spoken(language: str) -> str:
    """The language before a label; nothing for a page that does not say its language (`und`)."""
    return "" if language == "und" else f"{language}: "


def with_spaces(words: str) -> str:
    """Words with a mark for each space that nobody would see: double ones, those at the ends, and other kinds of white space."""
    return _UNSEEN.sub(lambda found: "␣" * len(found[0]), words)
