"""The two dates of a certificate's validity: how they are written, and which moment they mean.

Browsers read only the spelling of RFC 5280: `YYMMDDHHMMSSZ` as UTCTime (00-49 is 20YY, 50-99 is 19YY) or `YYYYMMDDHHMMSSZ` as
GeneralizedTime. Sources: `ParseUTCTime` and `ParseGeneralizedTime` in BoringSSL's pki/parse_values.cc, `TimeChoice` in
mozilla::pkix's pkixder.cpp. This module reads other spellings too, so that a message can say what is wrong; asn1crypto reads
only some of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
_REST = r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?([.,]\d+)?(Z|z|[+-]\d\d(?:\d\d)?)?"
_SPELLINGS = {UTC_TIME: re.compile(r"(\d\d)" + _REST), GENERALIZED_TIME: re.compile(r"(\d{4})" + _REST)}


@dataclass(frozen=True)
class Moment:
    """One date of the validity: `written` is the text in the certificate, `meant` the moment in UTC.

    `oddity` says in a few words why browsers cannot read this spelling; it is empty for a correct spelling.
    """

    written: str
    meant: datetime
    oddity: str = ""


def moment(tag: int, content: bytes) -> Moment:
    """Read a date in any spelling; without an offset, UTC is assumed. Raises ValueError when it is not a date."""
    written = content.decode("ascii", errors="replace")
    found = _SPELLINGS[tag].fullmatch(written) if tag in _SPELLINGS else None
    if found is None:
        raise ValueError(f"{written!r} is not a date")
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        when = datetime(_year(year), int(month), int(day), int(hour), int(minute), tzinfo=UTC)
        when += timedelta(seconds=int(second or 0)) - _offset(zone or "Z")
    except (ValueError, OverflowError):
        raise ValueError(f"{written!r} is a date that does not exist") from None
    odd = {
        "a fraction of a second": fraction,
        "an offset from UTC": zone and zone not in "Zz",
        "no seconds": not second,
        "no Z at the end": zone is None,
        "a lower-case z": zone == "z",
        "a second that does not exist": int(second or 0) > 59,
    }
    return Moment(written, when, " and ".join(what for what, is_so in odd.items() if is_so))


def canonical(when: datetime) -> bytes:
    """Encode the moment as a DER GeneralizedTime in the spelling that every parser reads."""
    text = f"{when.year:04}{when:%m%d%H%M%S}Z".encode()
    return bytes([GENERALIZED_TIME, len(text)]) + text


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 50 else 1900)


def _offset(zone: str) -> timedelta:
    if zone in "Zz":
        return timedelta()
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5] or 0))
    return ahead if zone[0] == "+" else -ahead
