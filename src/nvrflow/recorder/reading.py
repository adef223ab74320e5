"""What a page shows, read as text: the value of a field, and the port in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nvrflow.errors import SelectorDrift

if TYPE_CHECKING:
    from playwright.sync_api import Locator


def text_of(found: Locator) -> str:
    """The value of a field, or the text of anything else."""
    tag = found.evaluate("element => element.tagName")
    return (found.input_value() if tag in ("INPUT", "TEXTAREA", "SELECT") else found.inner_text()).strip()


def port_in(text: str, where: str) -> int:
    """The port that `text` is, or ends with behind a colon. Raises SelectorDrift for anything else; `where` names the element."""
    found = re.search(r"(?:^|:)(\d{1,5})$", text)
    if not found or not 0 < int(found[1]) < 65536:
        raise SelectorDrift(f"{where}: shows {text!r}; a port from 1 to 65535, alone or behind a colon, was expected")
    return int(found[1])
