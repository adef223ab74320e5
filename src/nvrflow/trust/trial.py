"""A new browser in a temporary home trusts what a plan would trust and nothing else: would it open the recorder?"""

from __future__ import annotations

import tempfile
from pathlib import Path

from nvrflow.browser import Browser
from nvrflow.environment import in_home
from nvrflow.trust.clients.answer import Answer
from nvrflow.trust.clients.chromium import prove
from nvrflow.trust.plan import Plan
from nvrflow.trust.throwaway_home import into_home


def can_rehearse(plan: Plan) -> bool:
    """Whether this system can give a browser a store of its own: Linux with NSS's certutil."""
    return plan.computer.system == "linux" and bool(plan.computer.has("certutil"))


def rehearsed(plan: Plan, url: str, browser: Browser, timeout: float) -> Answer:
    """What that browser says of `url` within `timeout` seconds; this computer's own stores are not touched."""
    with tempfile.TemporaryDirectory(prefix="nvrflow-proof-") as home:
        into_home(plan, Path(home))
        return prove(url, browser, in_home(Path(home)), timeout)
