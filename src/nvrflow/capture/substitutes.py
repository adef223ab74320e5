"""Made-up values: for each original of a kind another one of the same shape, the same each time within one capture."""

from __future__ import annotations

import random
import re
import string
from collections import Counter
from dataclasses import dataclass, field

from nvrflow.capture.meanings import Kind

_HEX = set(string.hexdigits)
_WORDS: dict[Kind, str] = {"host": "host", "user": "user", "name": "Name ", "key": "private-key-", "certificate": "certificate-"}


@dataclass
class Substitutes:
    """Gives each original its made-up value. `made` are all that it gave.

    Numbers count in the order of the originals, and nothing is computed from these."""

    counts: Counter[str] = field(default_factory=Counter)
    made: set[str] = field(default_factory=set)
    _given: dict[tuple[Kind, str], str] = field(default_factory=dict)

    def of(self, kind: Kind, original: str) -> str:
        """The made-up value of `original`."""
        key = kind, _plain(kind, original)
        if key not in self._given:
            self.counts[kind] += 1
            self._given[key] = self._made(kind, key[1], self.counts[kind])
        made = self._given[key]
        made = _like(original, made) if kind in ("mac", "fingerprint") else made
        self.made.add(made)
        return made

    def _made(self, kind: Kind, original: str, number: int) -> str:
        if kind == "address":
            return f"2001:db8::{number:x}" if ":" in original else f"192.0.2.{(number - 1) % 254 + 1}"
        if kind == "mac":
            return f"020000{number:06x}"
        if kind == "mail":
            return f"user{number}@example.com"
        if kind == "password":
            return "*" * 8
        if kind in _WORDS:
            return f"{_WORDS[kind]}{number}"
        return _shaped(re.sub("%[0-9A-Fa-f]{2}", "0", original), random.Random(f"{kind} {number}"))


def _plain(kind: Kind, original: str) -> str:
    """What counts of an original: of a MAC address and a fingerprint only the digits."""
    return re.sub("[^0-9a-f]", "", original.lower()) if kind in ("mac", "fingerprint") else original


def _like(original: str, digits: str) -> str:
    """`digits` in the spelling of `original`: its separators, and upper or lower case."""
    digits = digits.upper() if any(sign in "ABCDEF" for sign in original) else digits.lower()
    left = iter(digits)
    return "".join(next(left, "0") if sign in _HEX else sign for sign in original)


def _shaped(original: str, chance: random.Random) -> str:
    """A text of the same length with a digit for each digit and a letter for each letter; hexadecimal stays so."""
    is_hex = all(sign in _HEX for sign in original if sign.isalnum())
    lower, upper = ("abcdef", "ABCDEF") if is_hex else (string.ascii_lowercase, string.ascii_uppercase)
    kinds = ((str.isdigit, string.digits), (str.isupper, upper), (str.islower, lower))
    return "".join(next((chance.choice(signs) for test, signs in kinds if test(sign)), sign) for sign in original)
