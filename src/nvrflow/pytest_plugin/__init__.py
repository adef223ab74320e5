"""Fixtures for a QA team's own tests, on top of pytest-playwright: a recorder, real or simulated, driven by its selector file.

Every project that has nvrflow installed loads this module, `flags`, `fixtures`, `shared_driver` and `baselines`; the others
are loaded when a test asks for a recorder. In reading order: `flags` (the options), `fixtures`, `recorder_run` (a run that
uses recorders), `selection` (which test runs on which recorder), `leases` (a real recorder for one process at a time),
`subject` (the recorder of a test), `stand` (its browser), `kept_session` (one for several tests), `shared_driver` (one
Playwright for all), `artefacts` (the files of a test), `restoration` (what a test changed), `collector` (what the recorder
itself shows after a failure), `failure` (why a test failed), `known_faults` and `fault_history` (which failures are no news),
`aftermath` (what is said about a test), `allure_results`, `test_record`, `run_results` and `index_page` (where it is
written), `captured_once`, `truststore` and `baselines` (what further fixtures give), `regress` (the ready suite).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from nvrflow import environment
from nvrflow.pytest_plugin import flags
from nvrflow.pytest_plugin.fixtures import (
    _kept_session,
    _recorder_stand,
    capture,
    firmware_name,
    password,
    recorder,
    recorder_options,
    recorder_under_test,
    signed_in,
    simulator_settings,
    trust_store,
)
from nvrflow.pytest_plugin.shared_driver import SharedDriver, is_playwrights, own_driver

if TYPE_CHECKING:
    from pathlib import Path

    from nvrflow.pytest_plugin.subject import RecorderUnderTest
    from nvrflow.pytest_plugin.truststore import TrustStore

__all__ = [
    "RecorderUnderTest",
    "TrustStore",
    "_kept_session",
    "_recorder_stand",
    "capture",
    "firmware_name",
    "password",
    "recorder",
    "recorder_options",
    "recorder_under_test",
    "signed_in",
    "simulator_settings",
    "trust_store",
]
pytest_plugins = ["nvrflow.pytest_plugin.baselines"]


def __getattr__(name: str) -> Any:
    """The types of what fixtures give, which no other project loads."""
    if name == "RecorderUnderTest":
        from nvrflow.pytest_plugin import subject

        return subject.RecorderUnderTest
    if name == "TrustStore":
        from nvrflow.pytest_plugin import truststore

        return truststore.TrustStore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for the recorder to test."""
    flags.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Remove the password from the environment before any test or browser gets it; refuse an impossible address."""
    from_controller: dict[str, Any] = getattr(config, "workerinput", {})
    environment.take_password(from_controller.get("nvrflow_password"))
    config.stash[flags.PASSWORD] = environment.password() or ""
    config.stash[flags.RUN] = from_controller.get("nvrflow_run") or uuid4().hex
    config.addinivalue_line("markers", flags.MARKER)
    config.pluginmanager.register(SharedDriver())
    config.pluginmanager.register(_Ear(config))
    if config.getoption("--recorder") or config.getoption("--rack"):
        from nvrflow.pytest_plugin import recorder_run

        recorder_run.begin(config)
    if config.getoption("--results") or config.getoption("--known-script-errors"):
        from nvrflow.pytest_plugin import regress

        regress.configure(config)


class _Ear:
    """Hears what the processes of a run say about tests on recorders; the first such word begins the run's results."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Hand on what the plugin has added to a report."""
        if hasattr(report, "nvrflow"):
            from nvrflow.pytest_plugin import recorder_run

            recorder_run.begin(self.config).hear(report)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Hand on why a process of pytest-xdist could not begin."""
        refusal = getattr(node, "workeroutput", {}).get("nvrflow_refusal")
        if refusal:
            from nvrflow.pytest_plugin import recorder_run

            recorder_run.begin(self.config).refusal = refusal


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give each process of pytest-xdist the password, which is no longer in any environment."""
    node.workerinput["nvrflow_password"] = node.config.stash[flags.PASSWORD]
    node.workerinput["nvrflow_run"] = node.config.stash[flags.RUN]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Without `--recorder` or `--rack`, run every test that uses a recorder on every simulated recorder."""
    if "firmware_name" in metafunc.fixturenames:
        from nvrflow.pytest_plugin import recorder_run

        recorder_run.spread(metafunc)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Select by the marker `recorder`; refuse a run for browsers that cannot drive a recorder."""
    if any(flags.uses_recorder(item) or "baseline_desk" in getattr(item, "fixturenames", ()) for item in items):
        from nvrflow.pytest_plugin.selection import try_some_never_again

        try_some_never_again(config, items)
    if any(map(flags.uses_recorder, items)):
        from nvrflow.errors import NvrflowError
        from nvrflow.pytest_plugin import recorder_run

        try:
            recorder_run.prepare(config, items)
        except (NvrflowError, pytest.UsageError) as problem:
            recorder_run.refuse(config, str(problem), items)


def pytest_report_collectionfinish(config: pytest.Config, start_path: Path, items: list[pytest.Item]) -> list[str]:
    """Which recorders are tested."""
    if not any(map(flags.uses_recorder, items)):
        return []
    from nvrflow.pytest_plugin import recorder_run

    return recorder_run.told_of_the_recorders(config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Lease a real recorder before the test begins, so that no time limit of a test counts the wait."""
    if flags.uses_recorder(item):
        from nvrflow.pytest_plugin import recorder_run

        recorder_run.lease(item)
    return (yield)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Give the recorder back, and write what the run found."""
    if session.config.pluginmanager.has_plugin("nvrflow-results"):
        from nvrflow.pytest_plugin import recorder_run

        recorder_run.end(session)


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Any:
    """Give pytest-playwright the driver that a recorder has started already."""
    return own_driver(fixturedef, request) if is_playwrights(fixturedef) else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
    """At the end of a test on a recorder, hand what was kept of it to all reports."""
    result = yield
    if result.when == "teardown" and flags.uses_recorder(item):
        from nvrflow.pytest_plugin.aftermath import hand_over

        hand_over(item, result)
    return result
