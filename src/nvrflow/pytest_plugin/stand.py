"""The test stand: a browser at the recorder under test, as pytest-playwright's options want it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nvrflow.errors import WrongCall
from nvrflow.pytest_plugin.artefacts import ARTEFACTS, Artefacts
from nvrflow.pytest_plugin.flags import browser_options, camera_for
from nvrflow.pytest_plugin.restoration import put_back
from nvrflow.pytest_plugin.selection import Kind, wanted_by
from nvrflow.pytest_plugin.subject import RecorderUnderTest

if TYPE_CHECKING:
    from nvrflow.recorder import Recorder
    from nvrflow.recorder.camera import Camera
    from nvrflow.report import Report

REPORT: pytest.StashKey[Report] = pytest.StashKey()


@dataclass(frozen=True)
class Stand:
    """What a test's browser is opened with: options of `Manner`, the camera, and where the files of the test go."""

    options: dict[str, Any]
    camera: Camera
    artefacts: Artefacts


@pytest.fixture
def recorder_options() -> dict[str, Any]:
    """Further options of `Manner` for the recorder's browser, for example {"timeout": 60}; override it."""
    return {}


@pytest.fixture
def _recorder_stand(
    request: pytest.FixtureRequest,
    recorder_options: dict[str, Any],
    browser_type_launch_args: dict[str, Any],
    browser_context_args: dict[str, Any],
    output_path: str,
    tmp_path: Path,
) -> Stand:
    """How the recorder's browser is opened: what pytest-playwright's options and fixtures say, then `recorder_options`."""
    artefacts = Artefacts(request.config, Path(output_path), tmp_path / "nvrflow-artefacts")
    try:
        options = {**browser_options(browser_type_launch_args, request.config), "trace": artefacts.trace, **recorder_options}
        camera = camera_for(browser_type_launch_args, browser_context_args, artefacts.video)
    except WrongCall as problem:
        pytest.fail(str(problem), pytrace=False)
    return Stand(options, camera, artefacts)


@pytest.fixture
def recorder(
    request: pytest.FixtureRequest,
    recorder_under_test: RecorderUnderTest,
    _recorder_stand: Stand,
    playwright: Any,
    tmp_path: Path,
) -> Iterator[Recorder]:
    """The recorder in its own browser, not signed in; it is signed out and closed after the test."""
    from nvrflow.browser import use_driver
    from nvrflow.recorder import open_recorder

    if "capture" in request.fixturenames:
        request.getfixturevalue("capture")  # it opens a browser of its own, and needs the recorder for itself
    use_driver(playwright)
    item, subject = request.node, recorder_under_test
    options = _options(_recorder_stand, subject, request.config, None if subject.real else tmp_path / "nvrflow-state")
    account = (subject.url, subject.user, subject.password)
    with (
        _files_of(item, _recorder_stand),
        open_recorder(*account, **options, downloads=tmp_path / "downloads") as opened,
    ):
        item.stash[REPORT] = opened.report
        _prepare(item, opened, request.config)
        secure = opened.url.startswith("https:")
        yield opened
        _conclude(item, opened, _recorder_stand, secure if subject.real else None)


@pytest.fixture
def signed_in(recorder: Recorder) -> Recorder:
    """The recorder, signed in."""
    from nvrflow.flows.sign_in import sign_in

    sign_in(recorder)
    return recorder


def _options(stand: Stand, subject: RecorderUnderTest, config: pytest.Config, state: Path | None) -> dict[str, Any]:
    """What `open_recorder` is given beside the account: manner and steps."""
    from nvrflow.address import normalised
    from nvrflow.recorder import Manner
    from nvrflow.recorder.steps import Steps
    from nvrflow.report import Report

    given = {"firmware": subject.firmware, "selectors": config.getoption("--selectors"), "state": state, **stand.options}
    steps = Steps(Report(flow="test", recorder=normalised(subject.url)), camera=stand.camera)
    return {"manner": Manner(**given), "steps": steps}


@contextmanager
def _files_of(item: pytest.Item, stand: Stand) -> Iterator[None]:
    """Keep the files of a test once its browser is closed."""
    item.stash[ARTEFACTS] = stand.artefacts
    broken = True
    try:
        yield
        broken = False
    finally:
        stand.artefacts.finish(broken or has_failed(item), stand.camera.videos)


def _prepare(item: pytest.Item, recorder: Recorder, config: pytest.Config) -> None:
    """Skip the test if the recorder turns out not to be what its marker asks for; let nothing write with `--read-only`."""
    known = recorder.report.firmware or {}
    unlike = wanted_by(item).unlike(Kind(known.get("vendor", ""), known.get("version") or "", wanted_by(item).tags))
    if unlike:
        pytest.skip(unlike)
    if config.getoption("--read-only"):
        recorder.steps.before_first_write = _refuse_to_write


def _refuse_to_write() -> None:
    raise WrongCall("--read-only: the test wants to change the recorder; give it the marker recorder(writes=True)")


def _conclude(item: pytest.Item, recorder: Recorder, stand: Stand, secure_before: bool | None) -> None:
    """After the test, while its browser is still open: the pictures that are wanted, and the recorder put back.

    `secure_before` None: the recorder ends with the test.
    """
    failed = has_failed(item)
    if failed and recorder.report.steps and recorder.report.steps[-1].failure is None:
        recorder.steps.photograph_failure(recorder.report.steps[-1])
    stand.artefacts.picture(recorder, failed)
    if secure_before is not None:
        put_back(recorder, wanted_by(item), secure_before)


def has_failed(item: pytest.Item) -> bool:
    """Whether the setup or the test itself has failed, as pytest-playwright notes it."""
    done = [getattr(item, f"rep_{when}", None) for when in ("setup", "call")]
    return any(one is not None and one.failed for one in done)
