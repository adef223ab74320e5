"""A mark that recognises a refused password, and from which nobody can learn the password."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

# Parameters of scrypt (RFC 7914): each guess takes 16 MB of memory and about 50 ms on an idle computer.
_COST, _BLOCK, _LANES = 2**14, 8, 1
# Only this many bytes of the result are kept. Very many likely passwords have the same mark, so that nobody can tell which of
# them it was, even with unlimited time. Another password is mistaken for the refused one once in 65,536 times.
_KEPT = 2


@dataclass(frozen=True)
class PasswordMark:
    """Salt and mark, both hexadecimal; the mark is part of a salted scrypt hash."""

    salt: str
    mark: str

    @classmethod
    def of(cls, password: str) -> PasswordMark:
        """Make a new mark; two marks of the same password differ."""
        salt = secrets.token_hex(16)
        return cls(salt, _marked(password, salt))

    def fits(self, password: str) -> bool:
        """Whether the mark may belong to this password."""
        return hmac.compare_digest(self.mark, _marked(password, self.salt))


def _marked(password: str, salt: str) -> str:
    octets = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(octets, salt=bytes.fromhex(salt), n=_COST, r=_BLOCK, p=_LANES, dklen=32)[:_KEPT].hex()
