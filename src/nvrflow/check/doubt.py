"""Why a control is not taken for an element of the selector file, although much of it is similar: what its words say.

A label is taken by its words only if it shares a whole word with what the file knows. A key of the words (`t=com.Save`), a test
id, an attribute or an id by which a locator of the file finds the control is enough without that: the page's maker chose it for
this control. So are the recorder's own words, which count as known words. The place among neighbours is never enough, because
one button may be put where another was. Nothing is enough for a control that says another action, number or abbreviation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nvrflow.check.label_words import other_action, other_name, share_a_word
from nvrflow.firmware import Locator

OTHER_ACTION = "another action"
_POSITION = re.compile(r":nth|:first|:last|:only|nth=|[>+~]")
_OF_ITS_OWN = re.compile(r"[#.\[]")


def doubt(known: Sequence[str], name: str, by: Locator | None = None) -> str:
    """Why the control called `name` is not proposed for the element with the words `known`; empty if nothing forbids it.

    `by` is a locator of the file that finds the control.
    """
    if not name or not known:
        return ""
    if other_action(known, name):
        return OTHER_ACTION
    if other_name(known, name):
        return "another number or abbreviation"
    if share_a_word(known, name) or (by is not None and is_evidence(by)):
        return ""
    return "no word in common"


def is_evidence(locator: Locator) -> bool:
    """Whether what a locator finds is certain without its label: not by a role or a position alone."""
    if locator.css:
        return _OF_ITS_OWN.search(locator.css) is not None and _POSITION.search(locator.css) is None
    return not (locator.role and not locator.name)
