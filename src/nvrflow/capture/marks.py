"""Marks by which two captures can be seen to come from one device, or to have one key, without saying which.

A mark is 5 hexadecimal digits of a hash: two different values have the same one once in a million times. That is rare enough
for two captures, and far too often to look a device up by it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from nvrflow.capture.scrubber import Scrubber
from nvrflow.certificate import Certificate

_DIGITS = 5
_OF_A_DEVICE = ("serial", "mac")


def mark_of(value: str) -> str:
    """The mark of a key or a number; punctuation and capitals make no difference to it."""
    plain = re.sub(r"[^0-9A-Za-z]", "", value).upper()
    return hashlib.sha256(b"nvrflow mark 1 " + plain.encode()).hexdigest()[:_DIGITS]


def key_mark(certificate: Certificate) -> str:
    """The mark of a certificate's public key."""
    return mark_of(certificate.spki_sha256)


def device_marks(scrubber: Scrubber, certificates: Iterable[str]) -> list[str]:
    """The marks of the serial numbers and MAC addresses that were seen.

    The serial numbers of `certificates` (hexadecimal) are left out: a device may have a new one, and be the same device.
    """
    fresh = {text for one in certificates for text in (one.lower(), one, str(int(one, 16)))}
    values = {value for value, kind in scrubber.kinds.items() if kind in _OF_A_DEVICE} - fresh
    return sorted({mark_of(value) for value in values})
