"""The test stand: a browser at the recorder under test, as pytest-playwright's options want it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nvrflow.errors import WrongCall
from nvrflow.pytest_plugin.allure_results import TIMES, Times
from nvrflow.pytest_plugin.artefacts import ARTEFACTS, Artefacts
from nvrflow.pytest_plugin.collector import COLLECTED, Collected, collect
from nvrflow.pytest_plugin.failure import FAILURE, failure_of, of_drift
from nvrflow.pytest_plugin.flags import browser_options, camera_for, report_folder
from nvrflow.pytest_plugin.leases import LEASES, teller
from nvrflow.pytest_plugin.restoration import await_free_seat, put_back
from nvrflow.pytest_plugin.selection import Kind, wanted_by
from nvrflow.pytest_plugin.subject import RecorderUnderTest
from nvrflow.pytest_plugin.test_record import write_record

if TYPE_CHECKING:
    from nvrflow.pytest_plugin.kept_session import KeptSession
    from nvrflow.recorder import Recorder
    from nvrflow.recorder.camera import Camera
    from nvrflow.recorder.steps import Steps
    from nvrflow.report import Report

REPORT: pytest.StashKey[Report] = pytest.StashKey()
SECURE = pytest.StashKey[bool]()
SECRETS = pytest.StashKey[set[str]]()
STEPS: pytest.StashKey[Steps] = pytest.StashKey()


@dataclass(frozen=True)
class Stand:
    """What a test's browser is opened with: options of `Manner`, the camera, and where the files of the test go."""

    options: dict[str, Any]
    camera: Camera
    artefacts: Artefacts


def stand_for(
    request: pytest.FixtureRequest, own: dict[str, Any], launch: dict[str, Any], context: dict[str, Any], output: Path, tmp: Path
) -> Stand:
    """How the recorder's browser is opened: what pytest-playwright's options and fixtures say, then the test's `own` options."""
    artefacts = Artefacts(request.config, output, tmp / "nvrflow-artefacts")
    try:
        _check(own)
        options = {**browser_options(launch, request.config), "trace": artefacts.trace, **own}
        camera = camera_for(launch, context, artefacts.video)
    except WrongCall as problem:
        pytest.fail(str(problem), pytrace=False)
    return Stand(options, camera, artefacts)


def _check(own: dict[str, Any]) -> None:
    """Raise WrongCall for a key that is not an option of `Manner`."""
    import difflib
    from dataclasses import fields

    from nvrflow.recorder import Manner

    known = [one.name for one in fields(Manner)]
    for key in own:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"
            raise WrongCall(f"recorder_options: there is no option {key!r}{hint}")


def at_work(
    request: pytest.FixtureRequest, subject: RecorderUnderTest, stand: Stand, playwright: Any, tmp_path: Path
) -> Iterator[Recorder]:
    """What the fixture `recorder` gives."""
    from nvrflow.browser import use_driver
    from nvrflow.recorder import open_recorder

    kept: KeptSession | None = None
    if subject.real:
        kept = request.getfixturevalue("_kept_session")
    if kept is not None and (not keeps(request) or "capture" in request.fixturenames):
        kept.close()
    if "capture" in request.fixturenames:
        request.getfixturevalue("capture")  # it opens a browser of its own, and needs the recorder for itself
    use_driver(playwright)
    item = request.node
    options = _options(stand, subject, request.config, None if subject.real else tmp_path / "nvrflow-state")
    account = (subject.url, subject.user, subject.password)
    with _files_of(item, stand, options["steps"], subject.password), ExitStack() as opened:

        def opening() -> AbstractContextManager[Recorder]:
            return open_recorder(*account, **options, downloads=tmp_path / "downloads")

        if kept is not None and keeps(request):
            recorder = kept.use(repr((subject.url, subject.user, stand.options)), opening)
        else:
            recorder = opened.enter_context(opening())
        yield _prepare(item, recorder, request.config, tmp_path / "downloads")
        _conclude(item, recorder, stand, subject.real)
        if kept is not None and has_failed(item):
            kept.close()


def kept_session(request: pytest.FixtureRequest) -> Iterator[KeptSession]:
    """What the fixture `_kept_session` gives."""
    from nvrflow.pytest_plugin.kept_session import KeptSession

    kept = KeptSession()
    request.config.stash[LEASES].put_down = kept.close
    yield kept
    kept.close()


def keeps(request: pytest.FixtureRequest) -> bool:
    """Whether a test leaves its session to the next test: it is signed in, writes nothing, and wants no trace or video.

    A test with a baseline has a session of its own: which tab of a page is open may depend on the test before.
    """
    config = request.config
    if not {"ui_baseline", "image_baseline"}.isdisjoint(request.fixturenames):
        return False
    films = any(config.getoption(name) != "off" for name in ("--tracing", "--video"))
    return "signed_in" in request.fixturenames and not films and not wanted_by(request.node).writes


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
def _files_of(item: pytest.Item, stand: Stand, steps: Steps, password: object) -> Iterator[None]:
    """Keep the files of a test once its browser is closed; of a failure also its steps."""
    item.stash[ARTEFACTS], item.stash[REPORT] = stand.artefacts, steps.report
    item.stash[TIMES] = steps.listener = Times()
    secrets: set[str] = {password} if isinstance(password, str) and password else set()
    item.stash[SECRETS], item.stash[STEPS] = secrets, steps
    raised: Exception | None = None
    try:
        yield
    except Exception as problem:
        raised = problem
        raise
    finally:
        failure = failure_of(raised, item.stash[REPORT]) if raised is not None else item.stash.get(FAILURE, None)
        failure = failure or of_drift(item.stash[REPORT], item.config)
        stand.artefacts.finish(failure is not None, stand.camera.videos)
        if failure is not None:
            folder = report_folder(item.config) / "tests" / stand.artefacts.folder.name
            known = item.stash[SECRETS]
            stand.artefacts.kept += write_record(folder, item.stash[STEPS], failure, known)
            stand.artefacts.kept += item.stash.get(COLLECTED, Collected()).write(folder, known)


def _prepare(item: pytest.Item, recorder: Recorder, config: pytest.Config, downloads: Path) -> Recorder:
    """Skip the test if the recorder turns out not to be what its marker asks for; let nothing write with `--read-only`.

    A lease that is lost ends the test before its next step.
    """
    item.stash[REPORT], recorder.window.downloads = recorder.report, downloads
    item.stash[SECRETS], item.stash[STEPS] = recorder.session.secrets, recorder.steps
    recorder.steps.listener = item.stash[TIMES]
    item.stash[SECURE] = recorder.url.startswith("https:")
    known, leases = recorder.report.firmware or {}, config.stash[LEASES]
    vendor, version = known.get("vendor", ""), known.get("version") or ""
    leases.learn(vendor, version)
    wanted = wanted_by(item)
    unlike = wanted.unlike(Kind(vendor, version, wanted.tags))
    if unlike:
        pytest.skip(leases.misfit(wanted) if leases.device is not None else unlike)
    if config.getoption("--read-only"):
        recorder.steps.before_first_write = _refuse_to_write
    if leases.lease is not None:
        recorder.steps.objection = leases.lost
        if leases.lease.abandoned:
            await_free_seat(recorder, teller(config))
            leases.lease.abandoned = False
    return recorder


def _refuse_to_write() -> None:
    raise WrongCall("--read-only: the test wants to change the recorder; give it the marker recorder(writes=True)")


def _conclude(item: pytest.Item, recorder: Recorder, stand: Stand, real: bool) -> None:
    """After the test, while its browser is still open: the pictures that are wanted, and a real recorder put back."""
    failed = has_failed(item)
    if failed and recorder.report.steps and recorder.report.steps[-1].failure is None:
        recorder.steps.photograph_failure(recorder.report.steps[-1])
    stand.artefacts.picture(recorder, failed)
    if failed:
        failure = item.stash.get(FAILURE, None)
        item.stash[COLLECTED] = collect(recorder, failure.kind if failure is not None else "")
    if real and not item.config.getoption("--read-only"):
        put_back(recorder, wanted_by(item), item.stash[SECURE])


def has_failed(item: pytest.Item) -> bool:
    """Whether the setup or the test itself has failed, as pytest-playwright notes it, also by a known fault."""
    if FAILURE in item.stash:
        return True
    done = [getattr(item, f"rep_{when}", None) for when in ("setup", "call")]
    return any(one is not None and one.failed for one in done)
