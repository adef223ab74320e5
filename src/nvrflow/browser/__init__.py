"""The browser: finding or installing one, starting it behind a gate, and always ending it."""

from nvrflow.browser.driver import use_driver
from nvrflow.browser.executable import Browser, find_browser
from nvrflow.browser.installing import ensure_browser, ensure_tool
from nvrflow.browser.process import FLAGS, open_browser, that_shows_a_window, user_agent

_FLAGS = FLAGS  # the name that benchmarks/by_hand.py imports

__all__ = [
    "FLAGS",
    "Browser",
    "ensure_browser",
    "ensure_tool",
    "find_browser",
    "open_browser",
    "that_shows_a_window",
    "use_driver",
    "user_agent",
]
