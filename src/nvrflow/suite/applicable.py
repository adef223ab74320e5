"""What does not apply: a promise about something that a recorder does not offer, and putting back what stays."""

from __future__ import annotations

from typing import NoReturn

import pytest

from nvrflow.recorder import Recorder

NOT_APPLICABLE = "not applicable: "


def not_applicable(reason: str) -> NoReturn:
    """End the test, because the recorder does not offer what it is about."""
    pytest.skip(NOT_APPLICABLE + reason)


def leave_as_is(recorder: Recorder) -> None:
    """Put nothing back: a certificate that was made cannot be unmade, and HTTPS is put back after the last test."""
