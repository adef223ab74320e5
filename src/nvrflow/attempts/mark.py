"""A mark by which a refused password is known again, and from which nobody can learn the password."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

# Parameters of scrypt (RFC 7914): each guess takes 16 MB of memory, and some 50 ms on a computer that has nothing else to do.
_COST, _BLOCK, _LANES = 2**14, 8, 1
# Only so much of the result is kept: of a list of likely passwords very many fit such a mark, so that even with endless time
# nobody can tell which one it was. Another password is taken for the same one once in 65,536 times.
_KEPT = 2


@dataclass(frozen=True)
class PasswordMark:
    """Salt and mark, both hexadecimal; the mark is a part of a salted scrypt hash."""

    salt: str
    mark: str

    @classmethod
    def of(cls, password: str) -> PasswordMark:
        """A fresh mark: two of the same password differ."""
        salt = secrets.token_hex(16)
        return cls(salt, _marked(password, salt))

    def fits(self, password: str) -> bool:
        """Whether it may be of this password."""
        return hmac.compare_digest(self.mark, _marked(password, self.salt))


def _marked(password: str, salt: str) -> str:
    octets = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(octets, salt=bytes.fromhex(salt), n=_COST, r=_BLOCK, p=_LANES, dklen=32)[:_KEPT].hex()
