"""The form of calls and answers, and the error codes: those in docs/firmwares.md, and a few of our own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Body = dict[str, Any]

UNKNOWN_USER = 268632070
WRONG_PASSWORD = 268632071
TOO_MANY_SESSIONS = 268632075
CHALLENGE = 268632079
LOCKED = 268632081
USER_OR_PASSWORD = 268632085
NOT_INITIALISED = 268632086

# Not found in public material (docs/firmwares.md: ours): the numbers are in the range that recorders use for bad requests.
BROKEN_REQUEST = 268894209
UNKNOWN_METHOD = 268894210
BAD_PARAMETER = 268894211
DOWNLOAD_FAILED = 268959743
NO_CERTIFICATE = 268959744
PORT_TAKEN = 268959745


@dataclass(frozen=True)
class Call:
    """One call of somebody who is signed in."""

    params: Body
    session: str
    user: str
    address: str


Method = Callable[[Call], Body]


def done(params: Body | None = None) -> Body:
    """The answer to a call that worked."""
    return {"result": True, "params": params or {}}


def refused(code: int, message: str, params: Body | None = None) -> Body:
    """The answer to a call that was refused."""
    return {"result": False, "error": {"code": code, "message": message}, "params": params or {}}
