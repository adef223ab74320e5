"""Whether a certificate is valid today, and how long it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from nvrflow.certificate.certificate import Certificate
from nvrflow.certificate.findings import ANEW, DEVICE, refusal, warning
from nvrflow.problem import Problem

_CLOCK_SLACK = timedelta(hours=26)  # further apart than any mistake about time zones
_APPLES_DAYS = 825  # https://support.apple.com/103769
_FIREFOX_BEGINS = datetime(1970, 1, 1, tzinfo=UTC)  # `TimeChoice` in pkixder.cpp: earlier years are SEC_ERROR_INVALID_TIME


def about_dates(certificate: Certificate, where: str, now: datetime, recorder_clock: datetime | None) -> Iterator[Problem]:
    """What is wrong with the validity at `now`; `recorder_clock` is what the recorder believes, if it says so (both aware)."""
    begins, ends = certificate.not_before, certificate.not_after
    if ends < begins:
        yield refusal(
            "ends-before-it-begins",
            where,
            f"ends on {ends:%Y-%m-%d}, before it begins ({begins:%Y-%m-%d}), as dates do that do not fit a 32-bit clock",
            "on the recorder ask for a shorter validity (ending before 2038), and create the certificate anew",
        )
    elif not begins <= now <= ends:
        yield _not_now(certificate, where, now, recorder_clock)
    elif begins < _FIREFOX_BEGINS:
        yield warning("date-encoding", where, f"begins in {begins.year}, and Firefox reads no year before 1970", ANEW, "firefox")
    days = (ends - begins).days
    if where == DEVICE and days > _APPLES_DAYS:
        sentence = f"is valid for {days} days; Chrome and Firefox take that, Safari and other Apple programs want 825 at most"
        yield warning("long-life", where, sentence, "ask the recorder for a shorter validity if Apple devices are to open it")


def _not_now(certificate: Certificate, where: str, now: datetime, recorder_clock: datetime | None) -> Problem:
    early = now < certificate.not_before
    if early:
        fact = f"is valid only from {certificate.not_before:%Y-%m-%d %H:%M} UTC on"
    else:
        fact = f"expired on {certificate.not_after:%Y-%m-%d %H:%M} UTC"
    clocks = f"this computer's clock says {now:%Y-%m-%d %H:%M} UTC"
    if recorder_clock is None:
        advice = f"check both clocks, then {ANEW}"
    elif abs(recorder_clock - now) <= _CLOCK_SLACK:
        clocks += " and the recorder's agrees"
        advice = ANEW
    else:
        clocks += f", the recorder's {recorder_clock:%Y-%m-%d %H:%M} UTC"
        advice = "set the clock that is wrong (on the recorder: automatic time, NTP), then create a new certificate on it"
    return refusal("not-yet-valid" if early else "expired", where, f"{fact} ({clocks})", advice)
