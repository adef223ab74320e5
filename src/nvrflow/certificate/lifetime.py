"""Whether a certificate is valid now, and for how long it is valid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from nvrflow.certificate.certificate import Certificate
from nvrflow.certificate.findings import DEVICE, RENEW, refusal, warning
from nvrflow.problem import Problem

_CLOCK_SLACK = timedelta(hours=26)  # more than a wrong time zone can explain
_APPLES_DAYS = 825  # https://support.apple.com/103769
_FIREFOX_BEGINS = datetime(1970, 1, 1, tzinfo=UTC)  # `TimeChoice` in pkixder.cpp: earlier years are SEC_ERROR_INVALID_TIME


def about_dates(certificate: Certificate, where: str, now: datetime, recorder_clock: datetime | None) -> Iterator[Problem]:
    """Yield what is wrong with the validity at `now`; `recorder_clock` is the recorder's clock if known (both timezone-aware)."""
    begins, ends = certificate.not_before, certificate.not_after
    if ends < begins:
        yield refusal(
            "ends-before-it-begins",
            where,
            f"ends on {ends:%Y-%m-%d}, before it begins ({begins:%Y-%m-%d}); that happens to dates beyond a 32-bit clock",
            "on the recorder, choose a shorter validity (ending before 2038) and create the certificate again",
        )
    elif not begins <= now <= ends:
        yield _not_now(certificate, where, now, recorder_clock)
    elif begins < _FIREFOX_BEGINS:
        sentence = f"begins in {begins.year}, and Firefox does not accept years before 1970"
        yield warning("date-encoding", where, sentence, RENEW, "firefox")
    days = (ends - begins).days
    if where == DEVICE and days > _APPLES_DAYS:
        sentence = f"is valid for {days} days; Chrome and Firefox accept that, Safari and other Apple programs accept at most 825"
        yield warning("long-life", where, sentence, "if Apple devices have to open it, choose a shorter validity on the recorder")


def _not_now(certificate: Certificate, where: str, now: datetime, recorder_clock: datetime | None) -> Problem:
    early = now < certificate.not_before
    if early:
        fact = f"is not valid before {certificate.not_before:%Y-%m-%d %H:%M} UTC"
    else:
        fact = f"expired on {certificate.not_after:%Y-%m-%d %H:%M} UTC"
    clocks = f"this computer's clock says {now:%Y-%m-%d %H:%M} UTC"
    if recorder_clock is None:
        advice = f"check both clocks, then {RENEW}"
    elif abs(recorder_clock - now) <= _CLOCK_SLACK:
        clocks += " and the recorder's clock agrees"
        advice = RENEW
    else:
        clocks += f", the recorder's clock {recorder_clock:%Y-%m-%d %H:%M} UTC"
        advice = f"correct the clock that is wrong (on the recorder: automatic time, NTP), then {RENEW}"
    return refusal("not-yet-valid" if early else "expired", where, f"{fact} ({clocks})", advice)
