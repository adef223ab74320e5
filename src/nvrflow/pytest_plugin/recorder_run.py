"""A test run that uses recorders: what only such a run needs, begun when the first test asks for a recorder."""

from __future__ import annotations

from typing import Any

import pytest

from nvrflow.errors import NvrflowError
from nvrflow.pytest_plugin import flags
from nvrflow.pytest_plugin.aftermath import Explainer
from nvrflow.pytest_plugin.allure_results import write_categories
from nvrflow.pytest_plugin.known_faults import known_faults
from nvrflow.pytest_plugin.leases import LEASED, LEASES, Leased, leases_of, teller
from nvrflow.pytest_plugin.run_results import RunResults
from nvrflow.pytest_plugin.selection import leave_out_unfit, wanted_by
from nvrflow.pytest_plugin.subject import simulated_names

RESULTS = pytest.StashKey[RunResults]()


def begin(config: pytest.Config) -> RunResults:
    """Begin once in each process; returns the results of the run. Raises UsageError for an address or rack file that is wrong."""
    if RESULTS not in config.stash:
        try:
            config.stash[LEASES] = leases_of(config, config.stash[flags.RUN])
        except NvrflowError as problem:
            raise pytest.UsageError(f"{'--rack' if config.getoption('--rack') else '--recorder'}: {problem}") from None
        config.pluginmanager.register(Explainer())
        config.stash[RESULTS] = RunResults(config, flags.report_folder(config))
        config.pluginmanager.register(config.stash[RESULTS], "nvrflow-results")
    return config.stash[RESULTS]


def spread(metafunc: pytest.Metafunc) -> None:
    """Without a real recorder, run a test on every simulated recorder."""
    begin(metafunc.config)
    if not metafunc.config.stash[LEASES].devices:
        metafunc.parametrize("firmware_name", simulated_names(metafunc.config), indirect=True, scope="session")


def prepare(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that fit no recorder. Raises NvrflowError and UsageError for what would spoil the whole run."""
    begin(config)
    flags.refuse_other_browsers(config)
    known_faults(config)
    leave_out_unfit(config, items)


def told_of_the_recorders(config: pytest.Config) -> list[str]:
    """Which recorders are tested, and which simulated recorders are left out because no browser can use them."""
    from nvrflow.simulator import available

    real, names = [one.name for one in config.stash[LEASES].devices], simulated_names(config)
    left_out = [] if real or config.getoption("--firmware") else [name for name in available() if name not in names]
    tested = f"nvrflow: recorders: {', '.join(real or names)}"
    return [tested, *([f"nvrflow: left out, as no browser can use their pages: {', '.join(left_out)}"] if left_out else [])]


def lease(item: pytest.Item) -> None:
    """Lease a real recorder for a test, or note why there is none."""
    leases = item.config.stash[LEASES]
    if leases.devices and not item.get_closest_marker("skip"):
        try:
            item.stash[LEASED] = leases.take(wanted_by(item), teller(item.config))
        except NvrflowError as problem:
            item.stash[LEASED] = Leased(problem=problem)


def end(session: pytest.Session) -> None:
    """Give the recorder back and write the results; a refused sign-in has an exit code of its own."""
    results = session.config.stash[RESULTS]
    session.config.stash[LEASES].give_back()
    if not hasattr(session.config, "workerinput"):
        results.write()
        write_categories(session.config)
    if results.refused:
        session.exitstatus = flags.SIGN_IN_REFUSED
    if results.refusal:
        session.exitstatus = pytest.ExitCode.USAGE_ERROR


def refuse(config: pytest.Config, why: str, items: list[pytest.Item]) -> None:
    """Run no test, because of `why`; a process of pytest-xdist tells the one that was started by a person."""
    if not hasattr(config, "workerinput"):
        raise pytest.UsageError(why) from None
    told: dict[str, Any] = config.workeroutput  # type: ignore[attr-defined]
    told["nvrflow_refusal"] = why
    items.clear()
