"""A capture of the recorder under test, taken once for each real recorder."""

from __future__ import annotations

from pathlib import Path

import pytest

from nvrflow.pytest_plugin.subject import RecorderUnderTest

_TAKEN = pytest.StashKey[dict[str, Path]]()


def capture_of(request: pytest.FixtureRequest, subject: RecorderUnderTest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the fixture `capture` gives."""
    from nvrflow.capture.tour import Wish, take
    from nvrflow.flows.sign_in import sign_in
    from nvrflow.recorder import Manner

    taken = request.config.stash.setdefault(_TAKEN, {})
    if subject.url not in taken or not subject.real:
        top = tmp_path_factory.mktemp("nvrflow-capture")
        manner = Manner(
            firmware=subject.firmware,
            selectors=request.config.getoption("--selectors"),
            state=None if subject.real else top / "state",
        )
        wish = Wish(subject.url, top / "capture", sign_in, user=subject.user, password=subject.password, manner=manner)
        take(wish)
        taken[subject.url] = wish.out
    return taken[subject.url]
