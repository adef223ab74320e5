"""Who confirmed the fingerprint: a person, an expected value, an earlier run - or nobody, and then nothing is imported."""

from __future__ import annotations

from collections.abc import Callable

from nvrflow.errors import CertificateRefused, WrongCall
from nvrflow.trust.plan import Plan


def approve(
    plan: Plan,
    expect_sha256: str | None = None,
    yes: bool = False,
    confirm: Callable[[str], bool] | None = None,
) -> str:
    """How the fingerprint was confirmed, for the ledger. Raises CertificateRefused when it was not.

    `expect_sha256` must equal `plan.fingerprint` (colons and case do not matter); `confirm` asks a person at a terminal
    and is None without one. A fingerprint that changed since the last time is only taken with `expect_sha256`.
    """
    if plan.refusal:
        raise CertificateRefused(f"{plan.host}: {plan.refusal}")
    if expect_sha256 is not None:
        given = "".join(letter for letter in expect_sha256.upper() if letter not in ": -\t\n")
        if len(given) != 64 or any(letter not in "0123456789ABCDEF" for letter in given):
            raise WrongCall("--expect-sha256: a SHA-256 has 64 hexadecimal digits; copy it from the recorder's screen")
        if given == plan.fingerprint.replace(":", ""):
            return "expect-sha256"
        raise CertificateRefused(
            f"{plan.host}: the fingerprint of {plan.source.name!r} is {plan.fingerprint}, not the expected one; nothing"
            " was imported - compare it on the recorder's own screen"
        )
    if plan.known:
        return "known"
    if plan.changed_from:
        raise CertificateRefused(
            f"{plan.host}: its certificate has changed since it was trusted (then {plan.changed_from}, now"
            f" {plan.fingerprint}); nothing was imported. If the recorder made a new one, give the fingerprint from its"
            f" own screen with --expect-sha256, or take the old trust back first: nvrflow untrust {plan.host}"
        )
    if yes:
        return "yes (unseen)"
    if confirm is None:
        raise CertificateRefused(
            f"{plan.host}: nobody confirmed the fingerprint {plan.fingerprint}; nothing was imported - run it at a"
            " terminal, or give --expect-sha256 with the fingerprint from the recorder's own screen (or --yes, unseen)"
        )
    if confirm(plan.question):
        return "confirmed at the terminal"
    raise CertificateRefused(f"{plan.host}: the fingerprint was not confirmed; nothing was imported")
