"""Confirming the fingerprint: by a person, an expected value or an earlier run. Without confirmation nothing is imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nvrflow.errors import CertificateRefused, WrongCall
from nvrflow.trust.plan import Plan

EXPECTED, KNOWN, UNSEEN, ASKED = "expect-sha256", "known", "yes (unseen)", "confirmed at the terminal"
_SAID = {
    EXPECTED: "as expected (--expect-sha256)",
    KNOWN: "confirmed earlier for this recorder",
    UNSEEN: "accepted without a comparison (--yes)",
    ASKED: "confirmed at the terminal",
}


@dataclass(frozen=True)
class Approver:
    """The ways in which a fingerprint can be confirmed.

    `expected` are SHA-256 fingerprints that somebody compared (64 hex digits; colons and case do not matter). `yes` accepts any
    fingerprint unseen. `confirm` asks a person at a terminal; it is None without a terminal. Raises WrongCall for an expected
    value that is not a fingerprint.
    """

    expected: tuple[str, ...] = ()
    yes: bool = False
    confirm: Callable[[str], bool] | None = None

    def __post_init__(self) -> None:
        for one in self.expected:
            digits = _digits(one)
            if len(digits) != 64 or any(letter not in "0123456789ABCDEF" for letter in digits):
                raise WrongCall("--expect-sha256: this does not have 64 hexadecimal digits; copy it from the recorder's screen")


@dataclass(frozen=True)
class Approval:
    """A plan with a confirmed fingerprint, which `apply` requires. Only `approve` creates it."""

    plan: Plan
    how: str

    @property
    def shown(self) -> str:
        """How the fingerprint was confirmed, for the report."""
        return f"the fingerprint {self.plan.fingerprint[:23]}… was {_SAID[self.how]}"


def approve(plan: Plan, approver: Approver) -> Approval:
    """Approve this plan. Raises CertificateRefused when nobody confirms, or when the plan may not be carried out.

    A fingerprint that was confirmed earlier for this recorder is not asked for again. A fingerprint that changed since then is
    accepted only with an expected value.
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
            " imported. If the recorder made a new certificate, give the fingerprint from its own screen with --expect-sha256, or"
            f" remove the old trust first: nvrflow untrust {plan.host}",
        )
    if approver.yes:
        return Approval(plan, UNSEEN)
    if approver.confirm is None:
        raise _refused(
            "nobody confirmed the fingerprint",
            f"{plan.host}: nobody confirmed the fingerprint {plan.fingerprint}, so nothing was imported; run this at a terminal,"
            " or give --expect-sha256 with the fingerprint from the recorder's own screen (or --yes to accept it unseen)",
        )
    if approver.confirm(question(plan)):
        return Approval(plan, ASKED)
    raise _refused(
        "the fingerprint was not confirmed",
        f"{plan.host}: the fingerprint was not confirmed, so nothing was imported; run the command again to be asked again",
    )


def is_known(plan: Plan) -> bool:
    """Whether this fingerprint was confirmed earlier for this recorder, so that nobody is asked again."""
    return any(plan.fingerprint in (one.source_sha256, one.device_sha256) for one in plan.earlier)


def changed_from(plan: Plan) -> str:
    """The fingerprint trusted earlier for this recorder, if both it and the device's have changed; otherwise empty."""
    devices = {one.device_sha256 for one in plan.earlier}
    if is_known(plan) or not devices or plan.material.device.sha256 in devices:
        return ""
    return plan.earlier[-1].source_sha256


def question(plan: Plan) -> str:
    """The question for a person: first the warnings, then the fingerprint and where to compare it, then what it means."""
    lines = [*plan.warnings]
    lines.append(
        f"{plan.host}: the certificate {plan.source.name!r} came over the network, where somebody could have replaced it."
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
    """Make the error for a fingerprint that nobody confirmed; `reason` is the short form for a report."""
    problem = CertificateRefused(message)
    problem.facts = {"reason": reason}
    return problem


def _digits(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter not in ": -\t\n")
