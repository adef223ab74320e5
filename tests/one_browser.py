"""One browser for the tests of this process that need only a window of their own: Recorder gets it as its `running` browser.

What needs a process of its own (a pin, a dry run) gets one from the session anyway; a test that is about starting a browser says
`running=None`.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from nvrflow.browser import find_browser, open_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_open = ExitStack()
_running: list[Browser] = []


def one_browser() -> Browser:
    """The browser of this process, which starts on first use, and anew when a test has ended it."""
    if _running and _running[0].is_connected():
        return _running[0]
    end_it()
    _running.append(_open.enter_context(open_browser(find_browser())))
    return _running[0]


def end_it() -> None:
    """Close the browser, if one runs."""
    _running.clear()
    _open.close()
