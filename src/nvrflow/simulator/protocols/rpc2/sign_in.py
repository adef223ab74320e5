"""The sign-in: a challenge first, then the password's digest (docs/firmwares.md), remaining tries, lockout."""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets

from nvrflow.simulator.accounts import new_session_name
from nvrflow.simulator.admission import judged
from nvrflow.simulator.challenges import Proof
from nvrflow.simulator.device import Device
from nvrflow.simulator.protocols.rpc2.answers import (
    CHALLENGE,
    LOCKED,
    NOT_INITIALISED,
    TOO_MANY_SESSIONS,
    UNKNOWN_USER,
    USER_OR_PASSWORD,
    WRONG_PASSWORD,
    Body,
    done,
    refused,
)

_OPEN_CHALLENGES = 200


def digest(user: str, password: str, realm: str, random: str) -> str:
    """MD5 of user, random and the MD5 of user, realm and password; upper-case hexadecimal both times."""
    return _md5(f"{user}:{random}:{_md5(f'{user}:{realm}:{password}')}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


class SignIn:
    """The sign-ins of one recorder; a challenge is good for one try."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self.realm = f"Login to {device.serial}"
        self._challenges: dict[str, str] = {}

    def answer(self, params: Body, session: object, address: str) -> tuple[Body, str | None]:
        """The answer to one call, and the session that it opened."""
        user, password = str(params.get("userName", "")), str(params.get("password", ""))
        if not self._device.settings.initialised:
            return refused(NOT_INITIALISED, "Component error: device not initialised!"), None
        if self._device.accounts.lock_remaining(user, address) > 0:
            return self._locked(user, address), None
        random = self._challenges.pop(session, None) if isinstance(session, str) else None
        if random is None or not isinstance(session, str):
            return self._challenge(), None
        proof = Proof(user, lambda known: hmac.compare_digest(digest(user, known, self.realm, random), password.upper()))
        verdict = judged(self._device, proof, address)
        if verdict == "in":
            return self._let_in(user, address, session)
        return (self._locked if verdict == "locked" else self._wrong)(user, address) | {"session": session}, None

    def _challenge(self) -> Body:
        session, random = new_session_name(), str(secrets.randbelow(2**31))
        self._challenges[session] = random
        if len(self._challenges) > _OPEN_CHALLENGES:
            del self._challenges[next(iter(self._challenges))]
        params = {"realm": self.realm, "random": random, "encryption": "Default"}
        return refused(CHALLENGE, "Component error: login challenge!", params) | {"session": session}

    def _wrong(self, user: str, address: str) -> Body:
        accounts = self._device.accounts
        params = {"remainLoginTimes": accounts.tries_left(user, address), "remainLockSecond": 0}
        if not self._device.settings.tells_unknown_users:
            return refused(USER_OR_PASSWORD, "Component error: user or password not valid!", params)
        if user not in accounts.passwords:
            return refused(UNKNOWN_USER, "Component error: user does not exist!", params)
        return refused(WRONG_PASSWORD, "Component error: password not valid!", params)

    def _locked(self, user: str, address: str) -> Body:
        left = math.ceil(self._device.accounts.lock_remaining(user, address))
        return refused(LOCKED, "Component error: account locked!", {"remainLoginTimes": 0, "remainLockSecond": left})

    def _let_in(self, user: str, address: str, session: str) -> tuple[Body, str | None]:
        device = self._device
        if device.sessions.full():
            device.note("session-limit", user, address)
            return refused(TOO_MANY_SESSIONS, "the number of connection is maximal") | {"session": session}, None
        device.sessions.open(session, user, address)
        device.note("login", user, address)
        return done({"keepAliveInterval": device.settings.keep_alive_interval}) | {"session": session}, session
