"""sessionLogin: the sign-in of newer pages, with a password that is hashed with salt and challenge before it is sent.

Calls, fields and the hash are public: several client programs have them alike .
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from starlette.requests import Request
from starlette.responses import Response

from nvrflow.simulator.accounts import new_session_name
from nvrflow.simulator.challenges import Proof
from nvrflow.simulator.device import Device
from nvrflow.simulator.protocols.isapi.callers import Callers
from nvrflow.simulator.protocols.isapi.documents import document, read, said

_ROUNDS = 100
_OPEN = 200  # sign-ins under way that a recorder remembers


def hashed(user: str, password: str, salt: str, challenge: str, rounds: int = _ROUNDS) -> str:
    """The hash that a page sends instead of the password: SHA-256 in lower-case hexadecimal digits, applied repeatedly."""
    told = _sha256(_sha256(user + salt + password) + challenge)
    for _ in range(2, rounds):
        told = _sha256(told)
    return told


class SessionLogin:
    """The sign-ins under way of one recorder; each challenge is good for one try."""

    def __init__(self, device: Device, callers: Callers) -> None:
        self._device = device
        self._callers = callers
        self._secret = secrets.token_hex(32)
        self._challenges: dict[str, str] = {}

    async def capabilities(self, request: Request) -> Response:
        """The challenge and the salt for one user; no sign-in is needed to ask, and it costs no try."""
        if not self._device.settings.session_login:
            return said(request.url.path, "notSupport")
        session, challenge = new_session_name(), secrets.token_hex(16)
        self._challenges[session] = challenge
        if len(self._challenges) > _OPEN:
            del self._challenges[next(iter(self._challenges))]
        return document(
            "SessionLoginCap",
            {
                "sessionID": session,
                "challenge": challenge,
                "iterations": _ROUNDS,
                "isIrreversible": True,
                "salt": self._salt(request.query_params.get("username", "")),
                "sessionIDVersion": 2,
            },
        )

    async def sign_in(self, request: Request) -> Response:
        """Open a session for the right answer to a challenge. A wrong answer costs a try, one without a challenge does not."""
        sent = read(await request.body())
        if sent is None or not self._device.settings.session_login:
            return said(request.url.path, "badXmlContent" if sent is None else "notSupport")
        user, given = sent.get("userName", ""), sent.get("password", "").lower()
        challenge = self._challenges.pop(sent.get("sessionID", ""), None)
        if challenge is None:
            return said(request.url.path, "invalidSession")
        salt = self._salt(user)
        proof = Proof(user, lambda known: hmac.compare_digest(hashed(user, known, salt, challenge), given))
        return self._callers.let_in(request, "SessionLogin", proof)

    def _salt(self, user: str) -> str:
        """The salt of a user: it never changes for one user of one recorder, also if that user does not exist."""
        return _sha256(self._secret + user)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
