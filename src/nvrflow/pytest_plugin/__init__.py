"""Fixtures for a QA team's own tests, on top of pytest-playwright: a recorder, real or simulated, driven by its selector file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nvrflow import environment
from nvrflow.address import place_of
from nvrflow.errors import AccountLocked, SignInRefused, WrongCall
from nvrflow.pytest_plugin import regress

if TYPE_CHECKING:
    from nvrflow.recorder import Recorder

pytest_plugins = ["nvrflow.pytest_plugin.baselines"]
_REPORTS = pytest.StashKey[Any]()
_PASSWORD = pytest.StashKey[str]()
_BEGAN = pytest.StashKey[datetime]()
_TOLD = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    """Remove the password from the environment before any test or browser gets it; refuse an impossible address."""
    from_controller: dict[str, Any] = getattr(config, "workerinput", {})
    environment.take_password(from_controller.get("nvrflow_password"))
    config.stash[_PASSWORD] = environment.password() or ""
    began = from_controller.get("nvrflow_began")
    config.stash[_BEGAN] = datetime.fromisoformat(began) if began else datetime.now(UTC).replace(microsecond=0)
    try:
        place_of(config.getoption("--recorder") or "http://192.0.2.10")
    except WrongCall as problem:
        raise pytest.UsageError(f"--recorder: {problem}") from None
    config.addinivalue_line("markers", "recorder(firmware, vendor, writes): for which recorders, and whether it changes them")
    regress.configure(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give each process of pytest-xdist the password, which is no longer in any environment, and the start time of the run."""
    node.workerinput["nvrflow_password"] = node.config.stash[_PASSWORD]
    node.workerinput["nvrflow_began"] = node.config.stash[_BEGAN].isoformat()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for the recorder to test."""
    group = parser.getgroup("nvrflow", "CCTV recorders (nvrflow)")
    group.addoption(
        "--recorder", metavar="URL", help="The recorder to test (default: every simulated one). Password: NVRFLOW_PASSWORD."
    )
    group.addoption("--firmware", metavar="NAME", help="Its selector file, for example dahua/nvr_v4 (default: identified).")
    group.addoption("--recorder-user", metavar="NAME", default="admin", help="The account on the recorder (default: admin).")
    group.addoption("--selectors", metavar="DIR", type=Path, help="Your own selector files, before the shipped ones.")
    group.addoption("--read-only", action="store_true", help="Skip every test that changes the recorder.")
    regress.add_options(parser)


@dataclass(frozen=True)
class RecorderUnderTest:
    """The address of the tested recorder, and the user; `firmware` None means that it is identified."""

    url: str
    user: str
    password: str
    firmware: str | None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Without `--recorder`, run every test that uses a recorder on every simulated recorder."""
    if "firmware_name" in metafunc.fixturenames and not metafunc.config.getoption("--recorder"):
        metafunc.parametrize("firmware_name", _simulated(metafunc.config), indirect=True, scope="session")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Which recorders are tested, and which simulated recorders are left out because no browser can use them."""
    from nvrflow.simulator import available

    url, names = config.getoption("--recorder"), _simulated(config)
    left_out = [] if url or config.getoption("--firmware") else [name for name in available() if name not in names]
    tested = f"nvrflow: recorders: {url or ', '.join(names)}"
    return [tested, *([f"nvrflow: left out, as no browser can use their pages: {', '.join(left_out)}"] if left_out else [])]


def _simulated(config: pytest.Config) -> list[str]:
    from nvrflow.simulator import usable

    wanted = config.getoption("--firmware")
    return [wanted] if wanted else list(usable())


@pytest.fixture(scope="session")
def firmware_name(request: pytest.FixtureRequest) -> str | None:
    """The selector file's name: that of the simulated recorder, or of `--firmware` (None: identified)."""
    name: str | None = getattr(request, "param", None) or request.config.getoption("--firmware")
    return name


@pytest.fixture
def simulator_settings() -> dict[str, Any]:
    """Settings of simulated recorders that differ from their files, for example {"certificate": "expired"}; override it."""
    return {}


@pytest.fixture
def recorder_under_test(
    request: pytest.FixtureRequest, firmware_name: str | None, simulator_settings: dict[str, Any]
) -> Iterator[RecorderUnderTest]:
    """The real recorder of `--recorder`, or a new simulated recorder for each test."""
    url = request.config.getoption("--recorder")
    if url:
        user = request.config.getoption("--recorder-user")
        yield RecorderUnderTest(url, user, request.config.stash[_PASSWORD], firmware_name)
        return
    from nvrflow.simulator import simulate

    with simulate(firmware_name or "", **simulator_settings) as simulated:
        yield RecorderUnderTest(simulated.url, simulated.user, simulated.password, None)


@pytest.fixture
def recorder(
    request: pytest.FixtureRequest, recorder_under_test: RecorderUnderTest, playwright: Any, tmp_path: Path
) -> Iterator[Recorder]:
    """The recorder in its own browser, not signed in; it is signed out and closed after the test."""
    from nvrflow.browser import use_driver
    from nvrflow.recorder import open_recorder

    use_driver(playwright)
    with open_recorder(
        recorder_under_test.url,
        recorder_under_test.user,
        recorder_under_test.password,
        firmware=recorder_under_test.firmware,
        selectors=request.config.getoption("--selectors"),
        downloads=tmp_path / "downloads",
        state=None if request.config.getoption("--recorder") else tmp_path / "nvrflow-state",
    ) as opened:
        request.node.stash[_REPORTS] = opened.report
        yield opened


@pytest.fixture
def signed_in(recorder: Recorder) -> Recorder:
    """The recorder, signed in."""
    from nvrflow.flows.sign_in import sign_in

    sign_in(recorder)
    return recorder


@dataclass(frozen=True)
class TrustStore:
    """A separate home for one test: certificates trusted there are trusted nowhere else."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process in this home, for `Trusting(environment=…)`."""
        return environment.in_home(self.home)

    def error_at(self, url: str) -> str:
        """The error code of a new browser with this store at `url`, for example ERR_CERT_AUTHORITY_INVALID; empty if it opens."""
        from nvrflow.browser import find_browser
        from nvrflow.trust.clients.chromium import prove

        return prove(url, find_browser(full=True), self.environment).code


@pytest.fixture
def trust_store(tmp_path: Path, playwright: Any) -> TrustStore:
    """An empty trust store in `tmp_path`."""
    from nvrflow.browser import use_driver

    use_driver(playwright)
    home = tmp_path / "trust-store"
    home.mkdir()
    return TrustStore(home)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Iterator[None]:
    """Add the steps on the recorder to a failed test's report; show a refused sign-in in full once, then in one line."""
    outcome: Any = yield
    result = outcome.get_result()
    if not result.failed:
        return
    problem = call.excinfo.value if call.excinfo is not None else None
    if isinstance(problem, SignInRefused | AccountLocked):
        result.longrepr, told = _about(problem, item.config)
        if told:
            return
    report = item.stash.get(_REPORTS, None)
    if report is None:
        return
    lines = [
        f"{number:2} {step.outcome:6} {step.title}  [{step.locator or step.id}]" for number, step in enumerate(report.steps, 1)
    ]
    result.sections.append(("steps on the recorder", "\n".join([*lines, *report.notes])))


def _about(problem: SignInRefused | AccountLocked, config: pytest.Config) -> tuple[str, bool]:
    """The message of a test that could not sign in, and whether an earlier test of this run has shown the details."""
    told, config.stash[_TOLD] = config.stash.get(_TOLD, False), True
    if problem.since is None or (problem.since < config.stash[_BEGAN] and not told):
        return str(problem), False
    return "the sign-in was refused earlier in this test run and was not tried again; see the first such error", True
