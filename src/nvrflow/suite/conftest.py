"""What the tests of the suite share: the recorder under test, seen from inside and from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nvrflow.browser import use_driver
from nvrflow.certificate import Certificate
from nvrflow.flows.disable_https import disable_https
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.enable_https import enable_https
from nvrflow.flows.sign_in import sign_in
from nvrflow.recorder import Manner, Recorder, open_recorder
from nvrflow.regression.outside import Outside, outside_of
from nvrflow.regression.visit import Visit, visit
from nvrflow.suite.applicable import not_applicable

_ORDER = ("test_sign_in", "test_sessions", "test_pages", "test_certificates", "test_https")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What changes the recorder comes last."""
    places = {f"nvrflow.suite.{name}": place for place, name in enumerate(_ORDER)}
    items.sort(key=lambda item: places.get(str(getattr(getattr(item, "module", None), "__name__", "")), -1))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """With `--read-only`, leave out what changes the recorder."""
    marker = item.get_closest_marker("recorder")
    if marker is not None and marker.kwargs.get("writes") and item.config.getoption("--read-only"):
        pytest.skip("it changes the recorder, and --read-only was given")


@pytest.fixture
def manner(request: pytest.FixtureRequest, recorder_under_test: Any, tmp_path: Path) -> Manner:
    """How the recorder is driven in a test that opens it itself."""
    real = request.config.getoption("--recorder")
    return Manner(
        firmware=recorder_under_test.firmware,
        selectors=request.config.getoption("--selectors"),
        screenshots=False,
        state=None if real else tmp_path / "nvrflow-state",
    )


@pytest.fixture(scope="session")
def _visits() -> dict[str, list[Visit]]:
    return {}


@pytest.fixture
def visits(
    recorder_under_test: Any,
    firmware_name: str | None,
    manner: Manner,
    playwright: Any,
    _visits: dict[str, list[Visit]],
) -> list[Visit]:
    """Every page, once in each language of the selector file that the recorder has; it is seen once for all tests."""
    use_driver(playwright)
    key = firmware_name or recorder_under_test.url
    if key not in _visits:
        _visits[key] = list(_seen(recorder_under_test, manner))
    return _visits[key]


def _seen(under_test: Any, manner: Manner) -> Iterator[Visit]:
    with open_recorder(under_test.url, under_test.user, under_test.password, manner=manner) as recorder:
        spoken = recorder.firmware.file.language
        languages: list[str | None] = [*dict.fromkeys(spoken.names.values())] if spoken else [None]
    for language in languages:
        yield visit(under_test.url, under_test.user, under_test.password, manner, language)


@pytest.fixture
def certificates(recorder: Recorder) -> tuple[Certificate, Certificate | None]:
    """The recorder's own certificate and its CA's, as they are downloaded."""
    if not recorder.has("device_certificate"):
        not_applicable("it offers no certificate for download")
    device, authority = download_certificates(recorder)
    return device, authority


@pytest.fixture
def secured(recorder: Recorder, _left_as_found: None) -> Recorder:
    """The recorder with HTTPS on; somebody is signed in."""
    if not recorder.has("https"):
        not_applicable("its selector file has no page for HTTPS")
    enable_https(recorder)
    sign_in(recorder)
    return recorder


@pytest.fixture
def outside(secured: Recorder) -> Outside:
    """What answers at the recorder's ports once HTTPS is on."""
    return outside_of(secured)


@pytest.fixture(scope="session")
def _found() -> Iterator[dict[str, Any]]:
    """How a real recorder was found: it is left so after the last test."""
    found: dict[str, Any] = {}
    yield found
    if found.get("off"):
        with open_recorder(*found["account"], manner=found["manner"]) as recorder:
            disable_https(recorder)


@pytest.fixture
def _left_as_found(
    request: pytest.FixtureRequest,
    recorder: Recorder,
    recorder_under_test: Any,
    manner: Manner,
    _found: dict[str, Any],
) -> None:
    if request.config.getoption("--recorder") and "off" not in _found and recorder.has("https"):
        sign_in(recorder)
        _found["off"] = not recorder.go_to("https").is_checked("enable")
        _found["account"] = (recorder_under_test.url, recorder_under_test.user, recorder_under_test.password)
        _found["manner"] = manner
