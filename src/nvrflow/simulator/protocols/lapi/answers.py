"""What a call comes back with, and the status codes; all of them ours (facts grade G)."""

from __future__ import annotations

from typing import Any

Answer = tuple[int, str, dict[str, Any]]

BAD_PARAMETER = 1
NO_SESSION = 4
WRONG_PASSWORD = 60001
LOCKED = 60002
TOO_MANY_USERS = 60003
NOT_INITIALISED = 60004
PORT_TAKEN = 60010
NO_CERTIFICATE = 60011


def done(data: dict[str, Any] | None = None) -> Answer:
    """A call that did what it should."""
    return 0, "Succeed", data or {}


def refused(code: int, words: str, data: dict[str, Any] | None = None) -> Answer:
    """A call that was refused."""
    return code, words, data or {}
