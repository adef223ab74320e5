"""Fixtures for a QA team's own tests, on top of pytest-playwright: a recorder, real or simulated, driven by its selector file.

In reading order: `flags` (the options), `selection` (which test runs on which recorder), `leases` (a real recorder for one
process at a time), `subject` (the recorder of a test), `stand` (its browser), `kept_session` (one for several tests),
`shared_driver` (one Playwright for all), `artefacts` (the files of a test), `restoration` (what a test changed), `collector`
(what the recorder itself shows after a failure), `failure`
(why a test failed), `known_faults` and `fault_history` (which failures are no news), `aftermath` (what is said about a test),
`allure_results`, `test_record`, `run_results` and `index_page` (where it is written), `captured_once`, `truststore` and
`baselines` (further fixtures), `regress` (the ready suite).
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from nvrflow import environment
from nvrflow.errors import NvrflowError
from nvrflow.pytest_plugin import flags, regress
from nvrflow.pytest_plugin.aftermath import Explainer, hand_over
from nvrflow.pytest_plugin.allure_results import write_categories
from nvrflow.pytest_plugin.captured_once import capture
from nvrflow.pytest_plugin.known_faults import known_faults
from nvrflow.pytest_plugin.leases import LEASED, LEASES, Leased, leases_of, teller
from nvrflow.pytest_plugin.run_results import RESULTS, RunResults
from nvrflow.pytest_plugin.selection import leave_out_unfit, try_some_never_again, uses_recorder, wanted_by
from nvrflow.pytest_plugin.shared_driver import SharedDriver, is_playwrights, own_driver
from nvrflow.pytest_plugin.stand import _kept_session, _recorder_stand, recorder, recorder_options, signed_in
from nvrflow.pytest_plugin.subject import (
    BEGAN,
    PASSWORD,
    RecorderUnderTest,
    firmware_name,
    password,
    recorder_under_test,
    simulated_names,
    simulator_settings,
)
from nvrflow.pytest_plugin.truststore import TrustStore, trust_store

if TYPE_CHECKING:
    from pathlib import Path

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
RUN = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for the recorder to test."""
    flags.add_options(parser)
    parser.addini("nvrflow_known", "The folder of known faults, below the root folder (default: known).", default="known")
    parser.addini("nvrflow_known_runs", "Name a known fault for removal after so many runs without it (5).", default="5")
    regress.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Remove the password from the environment before any test or browser gets it; refuse an impossible address."""
    from_controller: dict[str, Any] = getattr(config, "workerinput", {})
    environment.take_password(from_controller.get("nvrflow_password"))
    config.stash[PASSWORD] = environment.password() or ""
    began = from_controller.get("nvrflow_began")
    config.stash[BEGAN] = datetime.fromisoformat(began) if began else datetime.now(UTC).replace(microsecond=0)
    config.addinivalue_line("markers", flags.MARKER)
    config.pluginmanager.register(SharedDriver())
    config.pluginmanager.register(Explainer())
    config.stash[RESULTS] = RunResults(config, flags.report_folder(config))
    config.pluginmanager.register(config.stash[RESULTS])
    config.stash[RUN] = from_controller.get("nvrflow_run") or uuid4().hex
    try:
        config.stash[LEASES] = leases_of(config, config.stash[RUN])
    except NvrflowError as problem:
        raise pytest.UsageError(f"{'--rack' if config.getoption('--rack') else '--recorder'}: {problem}") from None
    regress.configure(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give each process of pytest-xdist the password, which is no longer in any environment, and the start time of the run."""
    node.workerinput["nvrflow_password"] = node.config.stash[PASSWORD]
    node.workerinput["nvrflow_run"] = node.config.stash[RUN]
    node.workerinput["nvrflow_began"] = node.config.stash[BEGAN].isoformat()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Without `--recorder` or `--rack`, run every test that uses a recorder on every simulated recorder."""
    if "firmware_name" in metafunc.fixturenames and not metafunc.config.stash[LEASES].devices:
        metafunc.parametrize("firmware_name", simulated_names(metafunc.config), indirect=True, scope="session")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Select by the marker `recorder`; refuse a run for browsers that cannot drive a recorder."""
    try_some_never_again(config, items)
    if not any(map(uses_recorder, items)):
        return
    try:
        flags.refuse_other_browsers(config)
        known_faults(config)
        leave_out_unfit(config, items)
    except (NvrflowError, pytest.UsageError) as problem:
        if not hasattr(config, "workerinput"):
            raise pytest.UsageError(str(problem)) from None
        config.workeroutput["nvrflow_refusal"] = str(problem)  # type: ignore[attr-defined]
        items.clear()


def pytest_report_collectionfinish(config: pytest.Config, start_path: Path, items: list[pytest.Item]) -> list[str]:
    """Which recorders are tested, and which simulated recorders are left out because no browser can use them."""
    if not any(map(uses_recorder, items)):
        return []
    from nvrflow.simulator import available

    real, names = [one.name for one in config.stash[LEASES].devices], simulated_names(config)
    left_out = [] if real or config.getoption("--firmware") else [name for name in available() if name not in names]
    tested = f"nvrflow: recorders: {', '.join(real or names)}"
    return [tested, *([f"nvrflow: left out, as no browser can use their pages: {', '.join(left_out)}"] if left_out else [])]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Lease a real recorder before the test begins, so that no time limit of a test counts the wait."""
    leases = item.config.stash[LEASES]
    if leases.devices and uses_recorder(item) and not item.get_closest_marker("skip"):
        try:
            item.stash[LEASED] = leases.take(wanted_by(item), teller(item.config))
        except NvrflowError as problem:
            item.stash[LEASED] = Leased(problem=problem)
    return (yield)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Give the recorder back; a refused sign-in has an exit code of its own."""
    session.config.stash[LEASES].give_back()
    if not hasattr(session.config, "workerinput"):
        session.config.stash[RESULTS].write()
        write_categories(session.config)
    if session.config.stash[RESULTS].refused:
        session.exitstatus = flags.SIGN_IN_REFUSED
    if session.config.stash[RESULTS].refusal:
        session.exitstatus = pytest.ExitCode.USAGE_ERROR


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Any:
    """Give pytest-playwright the driver that a recorder has started already."""
    return own_driver(fixturedef, request) if is_playwrights(fixturedef) else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
    """At the end of a test on a recorder, hand what was kept of it to all reports."""
    result = yield
    if result.when == "teardown" and uses_recorder(item):
        hand_over(item, result)
    return result
