"""The sign-in: user and password in one request, the password in Base64, which everybody on the way can read without HTTPS."""

from __future__ import annotations

import base64
import binascii
import hmac
import math
from typing import Any

from nvrflow.simulator.accounts import new_session_name
from nvrflow.simulator.admission import judged
from nvrflow.simulator.challenges import Proof
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

    def answer(self, proof: Proof, address: str) -> tuple[Answer, str | None]:
        """The answer to one sign-in, and the session that it opened."""
        device, user = self._device, proof.user
        told = self.judged(proof, address)
        if told[0] != 0:
            return told, None
        if device.sessions.full():
            device.note("session-limit", user, address)
            return refused(TOO_MANY_USERS, "Max Users Reached"), None
        session = new_session_name()
        device.sessions.open(session, user, address)
        device.note("login", user, address)
        return done({"UserName": user, "KeepAlive": device.settings.keep_alive_interval}), session

    def judged(self, proof: Proof, address: str) -> Answer:
        """Whether the proof admits its user; no session is opened."""
        verdict = judged(self._device, proof, address)
        if verdict == "not-initialised":
            return refused(NOT_INITIALISED, "Not Activated")
        if verdict == "locked":
            left = math.ceil(self._device.accounts.lock_remaining(proof.user, address))
            return refused(LOCKED, "User Locked", {"RemainTimes": 0, "LockSeconds": left})
        if verdict == "wrong":
            tries = self._device.accounts.tries_left(proof.user, address)
            return refused(WRONG_PASSWORD, "User Or Password Error", {"RemainTimes": tries})
        return done()


def proof_of(sent: dict[str, Any]) -> Proof:
    """The user and the password, in Base64, of a sign-in's body."""
    given = _decoded(sent.get("Password"))
    return Proof(str(sent.get("UserName", "")), lambda password: hmac.compare_digest(password.encode(), given))


def _decoded(password: object) -> bytes:
    try:
        return base64.b64decode(str(password), validate=True)
    except binascii.Error:
        return b""
