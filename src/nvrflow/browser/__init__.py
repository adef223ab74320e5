"""The browser: finding or installing one, starting it behind a gate, and always ending it.

In reading order: `executable` (which browser), `installation` (how to get one), `driver`, `head_start` and `process`
(Playwright, and one browser), `playwright_errors`, `beat` and `pulse` (whether it still answers); then the recorder's page:
`entrance` (where it answers), `bounds` (the hosts that may be used), `session`, `response` (what came back), `inquiry` (what is
asked of a page), `clicks`, `transfer` (downloads), `motion` (what still moves), `visible` and `stage` (pictures), `encoder`
(videos), `trace`; then the gate that everything goes through: `gate`, `gate_certificate`, `conversation`, `refusals`,
`proxy_request`, `wire`, `upstream`; and `pdf`.
"""

from nvrflow.browser.driver import use_driver
from nvrflow.browser.executable import Browser, find_browser
from nvrflow.browser.installation import ensure_browser, ensure_tool
from nvrflow.browser.process import FLAGS, open_browser, that_shows_a_window, user_agent

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
