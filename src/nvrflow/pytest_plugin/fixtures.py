"""The fixtures of the plugin, thin, because every project loads them; what they do is in the modules that they name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from nvrflow.pytest_plugin.kept_session import KeptSession
    from nvrflow.pytest_plugin.stand import Stand
    from nvrflow.pytest_plugin.subject import RecorderUnderTest
    from nvrflow.pytest_plugin.truststore import TrustStore
    from nvrflow.recorder import Recorder


@pytest.fixture
def capture(
    request: pytest.FixtureRequest, recorder_under_test: RecorderUnderTest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder with a capture of the recorder; it is taken once in a run of a real recorder, before the test's own browser."""
    from nvrflow.pytest_plugin.captured_once import capture_of

    return capture_of(request, recorder_under_test, tmp_path_factory)


@pytest.fixture(scope="session")
def _kept_session(request: pytest.FixtureRequest, playwright: Any) -> Iterator[KeptSession]:
    """The browser that stays open between tests on a real recorder; closed before Playwright's driver ends."""
    from nvrflow.pytest_plugin.stand import kept_session

    yield from kept_session(request)


@pytest.fixture
def _recorder_stand(
    request: pytest.FixtureRequest,
    recorder_options: dict[str, Any],
    browser_type_launch_args: dict[str, Any],
    browser_context_args: dict[str, Any],
    output_path: str,
    tmp_path: Path,
) -> Stand:
    """How the recorder's browser is opened."""
    from nvrflow.pytest_plugin.stand import stand_for

    return stand_for(request, recorder_options, browser_type_launch_args, browser_context_args, Path(output_path), tmp_path)


@pytest.fixture
def recorder(
    request: pytest.FixtureRequest,
    recorder_under_test: RecorderUnderTest,
    _recorder_stand: Stand,
    playwright: Any,
    tmp_path: Path,
) -> Iterator[Recorder]:
    """The recorder in its own browser, not signed in; it is signed out and closed after the test."""
    from nvrflow.pytest_plugin.stand import at_work

    yield from at_work(request, recorder_under_test, _recorder_stand, playwright, tmp_path)


@pytest.fixture
def recorder_options() -> dict[str, Any]:
    """Further options of `Manner` for the recorder's browser, for example {"timeout": 60}; override it."""
    return {}


@pytest.fixture
def signed_in(recorder: Recorder) -> Recorder:
    """The recorder, signed in."""
    from nvrflow.flows.sign_in import sign_in

    sign_in(recorder)
    return recorder


@pytest.fixture(scope="session")
def firmware_name(request: pytest.FixtureRequest) -> str | None:
    """The selector file's name: that of the simulated recorder, or of `--firmware` (None: identified)."""
    name: str | None = getattr(request, "param", None) or request.config.getoption("--firmware")
    return name


@pytest.fixture
def password() -> str | None:
    """The password of the account; override it to take it from elsewhere (None: the recorder's own, or NVRFLOW_PASSWORD)."""
    return None


@pytest.fixture
def recorder_under_test(
    request: pytest.FixtureRequest, firmware_name: str | None, simulator_settings: dict[str, Any], password: str | None
) -> Iterator[RecorderUnderTest]:
    """The real recorder of `--recorder` or one of `--rack`, for this test alone; or a new simulated recorder for each test."""
    from nvrflow.pytest_plugin.subject import subject_of

    yield from subject_of(request, firmware_name, simulator_settings, password)


@pytest.fixture
def simulator_settings() -> dict[str, Any]:
    """Settings of simulated recorders that differ from their files, for example {"certificate": "expired"}; override it."""
    return {}


@pytest.fixture
def trust_store(tmp_path: Path, playwright: Any) -> TrustStore:
    """An empty trust store in `tmp_path`."""
    from nvrflow.pytest_plugin.truststore import empty_store

    return empty_store(tmp_path, playwright)
