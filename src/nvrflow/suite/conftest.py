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
from nvrflow.suite.applicable import leave_as_is, not_applicable

_ORDER = ("test_sign_in", "test_sessions", "test_pages", "test_certificates", "test_https")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What changes the recorder comes last."""
    places = {f"nvrflow.suite.{name}": place for place, name in enumerate(_ORDER)}
    items.sort(key=lambda item: places.get(str(getattr(getattr(item, "module", None), "__name__", "")), -1))


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
def certificates(request: pytest.FixtureRequest, recorder: Recorder) -> tuple[Certificate, Certificate | None]:
    """The recorder's own certificate and its CA's, as they are downloaded. One that has to be made first stays."""
    if not recorder.has("device_certificate"):
        not_applicable("it offers no certificate for download")
    if recorder.has("new_certificate"):
        if request.config.getoption("--read-only"):
            not_applicable("its certificate may have to be made first, and this run changes nothing")
        recorder.restore_with(leave_as_is)
    device, authority = download_certificates(recorder)
    return device, authority


@pytest.fixture(scope="session")
def _found() -> Iterator[dict[str, Any]]:
    """How a real recorder was found: HTTPS is turned off after the last test if it was off before the first."""
    found: dict[str, Any] = {}
    yield found
    if found.get("off"):
        with open_recorder(*found["account"], manner=found["manner"]) as recorder:
            disable_https(recorder)


@pytest.fixture
def _https_is_on(recorder_under_test: Any, manner: Manner, playwright: Any, _found: dict[str, Any]) -> None:
    """Turn HTTPS on, once, on a real recorder: each restart takes it a minute."""
    if not recorder_under_test.real or "off" in _found:
        return
    use_driver(playwright)
    account = (recorder_under_test.url, recorder_under_test.user, recorder_under_test.password)
    with open_recorder(*account, manner=manner) as recorder:
        _found["off"] = False
        if recorder.has("https"):
            sign_in(recorder)
            off = not recorder.go_to("https").is_checked("enable")
            _found.update(off=off, account=account, manner=manner)  # before it is turned on, which may fail in the middle
            enable_https(recorder)


@pytest.fixture
def secured(_https_is_on: None, recorder: Recorder) -> Recorder:
    """The recorder with HTTPS on; somebody is signed in."""
    if not recorder.has("https"):
        not_applicable("its selector file has no page for HTTPS")
    recorder.restore_with(leave_as_is)
    enable_https(recorder)
    sign_in(recorder)
    return recorder


@pytest.fixture
def outside(secured: Recorder) -> Outside:
    """What answers at the recorder's ports once HTTPS is on."""
    return outside_of(secured)
