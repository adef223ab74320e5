"""The form of answers, and the status codes; all of them are our inventions."""

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
    """The answer to a call that worked."""
    return 0, "Succeed", data or {}


def refused(code: int, words: str, data: dict[str, Any] | None = None) -> Answer:
    """The answer to a call that was refused."""
    return code, words, data or {}
