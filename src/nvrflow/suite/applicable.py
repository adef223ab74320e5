"""What a recorder does not offer is not applicable: it is said with its reason, and nothing fails."""

from __future__ import annotations

from typing import NoReturn

import pytest

NOT_APPLICABLE = "not applicable: "


def not_applicable(reason: str) -> NoReturn:
    """End the test, because the recorder does not offer what it is about."""
    pytest.skip(NOT_APPLICABLE + reason)
