"""The check of a password, in one place, so that every way to sign in counts wrong tries and locks alike."""

from __future__ import annotations

from typing import Literal

from nvrflow.simulator.challenges import Proof
from nvrflow.simulator.device import Device

Verdict = Literal["in", "wrong", "locked", "not-initialised"]


def judged(device: Device, proof: Proof, address: str) -> Verdict:
    """Whether the proof admits its user from `address`. A wrong proof costs a try; the last try locks; the log has both."""
    accounts, user = device.accounts, proof.user
    if not device.settings.initialised:
        return "not-initialised"
    if accounts.lock_remaining(user, address) > 0:
        return "locked"
    expected = accounts.passwords.get(user)
    if expected is not None and proof.fits(expected):
        accounts.accepted(user, address)
        return "in"
    accounts.refused(user, address)
    device.note("login-refused", user, address)
    if accounts.lock_remaining(user, address) > 0:
        device.note("locked", user, address)
        return "locked"
    return "wrong"
