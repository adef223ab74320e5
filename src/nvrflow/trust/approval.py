"""Who confirmed the fingerprint: a person, an expected value, an earlier run - or nobody, and then nothing is imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nvrflow.errors import CertificateRefused, WrongCall
from nvrflow.trust.plan import Plan

EXPECTED, KNOWN, UNSEEN, ASKED = "expect-sha256", "known", "yes (unseen)", "confirmed at the terminal"
_SAID = {
    EXPECTED: "the expected one (--expect-sha256)",
    KNOWN: "confirmed for this recorder before",
    UNSEEN: "accepted without comparing it (--yes)",
    ASKED: "confirmed at the terminal",
}


@dataclass(frozen=True)
class Approver:
    """Who can confirm a fingerprint.

    `expected` are SHA-256 fingerprints that somebody compared (64 hex digits; colons and case do not matter), `yes` accepts one
    unseen, `confirm` asks a person at a terminal and is None without one. Raises WrongCall for what is no fingerprint.
    """

    expected: tuple[str, ...] = ()
    yes: bool = False
    confirm: Callable[[str], bool] | None = None

    def __post_init__(self) -> None:
        for one in self.expected:
            digits = _digits(one)
            if len(digits) != 64 or any(letter not in "0123456789ABCDEF" for letter in digits):
                raise WrongCall("--expect-sha256: a SHA-256 has 64 hexadecimal digits; copy it from the recorder's screen")


@dataclass(frozen=True)
class Approval:
    """A plan whose fingerprint was confirmed, and how: what `apply` asks for. Only `approve` makes one."""

    plan: Plan
    how: str

    @property
    def shown(self) -> str:
        """How the fingerprint was confirmed, for the report."""
        return f"the fingerprint {self.plan.fingerprint[:23]}… was {_SAID[self.how]}"


def approve(plan: Plan, approver: Approver) -> Approval:
    """The approval of this plan. Raises CertificateRefused when nobody confirms, or when the plan may not be carried out.

    A fingerprint that was confirmed for this recorder before is not asked again. One that changed since the last time is only
    taken with an expected fingerprint.
    """
    plan.admit("Nothing was imported")
    if approver.expected:
        return _as_expected(plan, approver.expected)
    if is_known(plan):
        return Approval(plan, KNOWN)
    if before := changed_from(plan):
        raise _refused(
            "its certificate has changed since it was trusted",
            f"{plan.host}: its certificate has changed since it was trusted (then {before}, now {plan.fingerprint}); nothing was"
            " imported. If the recorder made a new one, give the fingerprint from its own screen with --expect-sha256, or take"
            f" the old trust back first: nvrflow untrust {plan.host}",
        )
    if approver.yes:
        return Approval(plan, UNSEEN)
    if approver.confirm is None:
        raise _refused(
            "nobody confirmed the fingerprint",
            f"{plan.host}: nobody confirmed the fingerprint {plan.fingerprint}, so nothing was imported; run it at a terminal, or"
            " give --expect-sha256 with the fingerprint from the recorder's own screen (or --yes, unseen)",
        )
    if approver.confirm(question(plan)):
        return Approval(plan, ASKED)
    raise _refused(
        "the fingerprint was not confirmed",
        f"{plan.host}: the fingerprint was not confirmed, so nothing was imported; run the command again to be asked again",
    )


def is_known(plan: Plan) -> bool:
    """Whether this very fingerprint was confirmed for this recorder before, so that nobody is asked again."""
    return any(plan.fingerprint in (one.source_sha256, one.device_sha256) for one in plan.earlier)


def changed_from(plan: Plan) -> str:
    """The fingerprint that was trusted for this recorder before, when neither it nor the device's is the same now; else empty."""
    devices = {one.device_sha256 for one in plan.earlier}
    if is_known(plan) or not devices or plan.material.device.sha256 in devices:
        return ""
    return plan.earlier[-1].source_sha256


def question(plan: Plan) -> str:
    """What a person is asked: first what they should know, then the fingerprint and where to compare it, then what it means."""
    lines = [*plan.warnings]
    lines.append(
        f"{plan.host}: the certificate {plan.source.name!r} came over the network, where anyone could have exchanged it."
        " Compare its SHA-256 fingerprint with the one on the recorder's own monitor:"
    )
    lines += [f"  {plan.fingerprint[:48]}", f"  {plan.fingerprint[48:]}"]  # half of it fits a line
    lines += [plan.request.shown_at, f"This computer will then trust the recorder {plan.judgement.reach}."]
    return "\n".join([*(line for line in lines if line), "Is it the same?"])


def _as_expected(plan: Plan, expected: tuple[str, ...]) -> Approval:
    if plan.fingerprint.replace(":", "") in {_digits(one) for one in expected}:
        return Approval(plan, EXPECTED)
    raise _refused(
        "the fingerprint is not the expected one",
        f"{plan.host}: the fingerprint of {plan.source.name!r} is {plan.fingerprint}, not the expected one; nothing was imported."
        " Compare it on the recorder's own screen",
    )


def _refused(reason: str, message: str) -> CertificateRefused:
    """The error for a fingerprint that nobody confirmed; `reason` is the short form for a report."""
    problem = CertificateRefused(message)
    problem.facts = {"reason": reason}
    return problem


def _digits(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter not in ": -\t\n")
