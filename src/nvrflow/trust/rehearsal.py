"""A fresh browser in a throw-away home that trusts what a plan would trust and nothing else: would it open the recorder?"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from nvrflow.browser import Browser
from nvrflow.trust.clients.answer import Answer
from nvrflow.trust.clients.chromium import prove
from nvrflow.trust.home import environment_of, into_home
from nvrflow.trust.plan import Plan


def can_rehearse(plan: Plan) -> bool:
    """Whether this system can give a browser a store of its own: Linux with NSS's certutil."""
    return plan.computer.system == "linux" and bool(plan.computer.has("certutil"))


def rehearsed(plan: Plan, url: str, browser: Browser, timeout: float) -> Answer:
    """What that browser says of `url` within `timeout` seconds; this computer's own stores are not touched."""
    with tempfile.TemporaryDirectory(prefix="nvrflow-proof-") as home:
        into_home(plan, Path(home))
        return prove(url, browser, environment_of(os.environ, Path(home)), timeout)
