"""HTTP Digest with MD5 (RFC 2617): challenges, and the Authorization headers that answer them.

Recorders of both families demand it for everything that is not one of their pages (docs/firmwares.md).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote
from urllib.request import parse_http_list, parse_keqv_list

from nvrflow.simulator.accounts import Clock

_OPEN = 200  # challenges that a recorder remembers


@dataclass(frozen=True)
class Proof:
    """The user name that a request claims, and `fits(password)`: whether the request proves that its sender knows the password.

    `challenge` is the challenge that was answered, "" if there was none.
    """

    user: str
    fits: Callable[[str], bool]
    challenge: str = ""


@dataclass
class Challenges:
    """The challenges of one recorder; each can be answered for `lifetime` seconds, in any number of requests."""

    realm: str
    clock: Clock
    lifetime: float = 300
    _open: dict[str, float] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def new(self, stale: bool = False) -> str:
        """A new challenge, as the value of a WWW-Authenticate header; `stale`: the last answer came too late to count."""
        nonce = secrets.token_hex(16)
        self._open[nonce] = self.clock.elapsed() + self.lifetime
        while len(self._open) > _OPEN:
            oldest = next(iter(self._open))
            del self._open[oldest]
            self._used.discard(oldest)
        return f'Digest qop="auth", realm="{self.realm}", nonce="{nonce}", stale="{str(stale).upper()}"'

    def proof(self, header: str, method: str, target: str) -> Proof | None:
        """The proof in a Digest header for `method` and `target` (path and query); None if it answers no known challenge."""
        scheme, _, rest = header.partition(" ")
        if scheme.lower() != "digest":
            return None
        try:
            sent = parse_keqv_list(parse_http_list(rest))
        except (ValueError, IndexError):
            return None
        nonce = sent.get("nonce", "")
        if self._open.get(nonce, 0) <= self.clock.elapsed() or unquote(sent.get("uri", "")) != unquote(target):
            return None
        return Proof(sent.get("username", ""), lambda password: self._fits(sent, method, password), nonce)

    def is_first(self, proof: Proof) -> bool:
        """Whether this is the first right answer to its challenge: recorders log one sign-in per challenge, not per request."""
        first = not proof.challenge or proof.challenge not in self._used
        self._used.add(proof.challenge)
        return first

    def _fits(self, sent: dict[str, str], method: str, password: str) -> bool:
        secret = _md5(f"{sent.get('username', '')}:{self.realm}:{password}")
        request = _md5(f"{method}:{sent.get('uri', '')}")
        counted = [sent.get("nc", ""), sent.get("cnonce", ""), sent.get("qop", "")] if "qop" in sent else []
        expected = _md5(":".join([secret, sent["nonce"], *counted, request]))
        return hmac.compare_digest(expected.encode(), sent.get("response", "").lower().encode())


def basic(header: str) -> Proof | None:
    """The proof in a Basic header; None for any other header. An unreadable header gives an empty name and password."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, given = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        user, given = "", ""
    return Proof(user, lambda password: hmac.compare_digest(password.encode(), given.encode()))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
