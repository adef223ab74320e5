"""A capture of the recorder under test, taken once for each real recorder."""

from __future__ import annotations

from pathlib import Path

import pytest

from nvrflow.pytest_plugin.subject import RecorderUnderTest

_TAKEN = pytest.StashKey[dict[str, Path]]()


@pytest.fixture
def capture(
    request: pytest.FixtureRequest, recorder_under_test: RecorderUnderTest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder with a capture of the recorder; it is taken once in a run of a real recorder, before the test's own browser."""
    from nvrflow.capture.tour import Wish, take
    from nvrflow.flows.sign_in import sign_in
    from nvrflow.recorder import Manner

    subject, taken = recorder_under_test, request.config.stash.setdefault(_TAKEN, {})
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
