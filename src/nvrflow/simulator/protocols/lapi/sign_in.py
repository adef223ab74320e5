"""The sign-in: user and password in one request, the password in Base64 - readable by anybody on the way, without HTTPS."""

from __future__ import annotations

import base64
import binascii
import hmac
import math
from typing import Any

from nvrflow.simulator.accounts import new_session_name
from nvrflow.simulator.device import Device
from nvrflow.simulator.protocols.lapi.answers import (
    LOCKED,
    NOT_INITIALISED,
    TOO_MANY_USERS,
    WRONG_PASSWORD,
    Answer,
    done,
    refused,
)


class SignIn:
    """The sign-ins of one recorder."""

    def __init__(self, device: Device) -> None:
        self._device = device

    def answer(self, sent: dict[str, Any], address: str) -> tuple[Answer, str | None]:
        """The answer to one sign-in, and the session that it opened."""
        device, user = self._device, str(sent.get("UserName", ""))
        if not device.settings.initialised:
            return refused(NOT_INITIALISED, "Not Activated"), None
        if device.accounts.lock_remaining(user, address) > 0:
            return self._locked(user, address), None
        expected = device.accounts.passwords.get(user)
        if expected is None or not hmac.compare_digest(expected.encode(), _decoded(sent.get("Password"))):
            return self._wrong(user, address), None
        device.accounts.accepted(user, address)
        if device.sessions.full():
            device.note("session-limit", user, address)
            return refused(TOO_MANY_USERS, "Max Users Reached"), None
        session = new_session_name()
        device.sessions.open(session, user, address)
        device.note("login", user, address)
        return done({"UserName": user, "KeepAlive": device.settings.keep_alive_interval}), session

    def _wrong(self, user: str, address: str) -> Answer:
        accounts = self._device.accounts
        accounts.refused(user, address)
        self._device.note("login-refused", user, address)
        if accounts.lock_remaining(user, address) > 0:
            self._device.note("locked", user, address)
            return self._locked(user, address)
        return refused(WRONG_PASSWORD, "User Or Password Error", {"RemainTimes": accounts.tries_left(user, address)})

    def _locked(self, user: str, address: str) -> Answer:
        left = math.ceil(self._device.accounts.lock_remaining(user, address))
        return refused(LOCKED, "User Locked", {"RemainTimes": 0, "LockSeconds": left})


def _decoded(password: object) -> bytes:
    try:
        return base64.b64decode(str(password), validate=True)
    except binascii.Error:
        return b""
