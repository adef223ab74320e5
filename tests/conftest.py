"""What the engine's own tests share: simulated recorders with the settings a test needs, and a home of its own for each test."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from itertools import count
from pathlib import Path
from typing import Any, cast

import kept_bytecode  # first, because it counts for what is imported after it
import pytest
from built_wheel import build_wheel
from cryptography.hazmat.primitives.asymmetric import rsa
from needs_browser import needs_browser
from one_browser import end_it, one_browser
from playwright.sync_api import Playwright
from promised import Record, promises
from slow_tests import leave_out, mark_derived

from nvrflow.browser import use_driver
from nvrflow.recorder import Recorder, open_recorder
from nvrflow.simulator import simulate

# What the tests of such a file share takes long to make, or the computer has it once: side by side they stay in one process.
TOGETHER = {
    "test_accepted": "accepted",
    "test_baselines_planted": "planted baselines",
    "test_captures": "captures",
    "test_compare": "compare",
    "test_forgeries": "forgeries",
    "test_guide": "guide",
    "test_guide_of_a_run": "guide of a run",
    "test_launcher": "launcher",
    "test_name_matrix": "name matrix",
    "test_planted_failures": "planted failures",
    "test_policies": "stores of the computer",
    "test_private_data": "private data",
    "test_system_store": "stores of the computer",
    "test_team_ci": "wheel",
    "test_wheel": "wheel",
}
# Tests that take long one by one: begun last, one of them would still run when the other processes have nothing left to do.
LONG = {
    "test_claims",
    "test_cli",
    "test_examples",
    "test_flows",
    "test_guide_command",
    "test_password_environment",
    "test_strange_recorders",
}

Opening = Callable[..., AbstractContextManager[Recorder]]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without asking any index."""
    return build_wheel(tmp_path_factory.mktemp("source") / "nvrflow", tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def system_store_alone() -> Iterator[None]:
    """Where tests run side by side, one after the other those that change what a computer has once: its stores and policies."""
    import fcntl

    with (Path(tempfile.gettempdir()) / "nvrflow-tests-system-store.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty HOME: no test sees or changes this computer's own stores, lockouts or keyring."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for name in [name for name in os.environ if name.startswith("XDG_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("NVRFLOW_PASSWORD", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:anyio -p no:dash -p no:hypothesispytest")  # of the simulator and of these tests
    return folder


class NoDriver:
    """What a test without the marker `browser` gets for a driver: on a computer without a browser it could not run."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError("this test starts a browser: mark it `browser`, or name what starts it in tests/needs_browser.py")


@pytest.fixture(autouse=True)
def driver(request: pytest.FixtureRequest) -> None:
    """One driver for all tests that start a browser: Playwright allows one in a thread. The others do without it."""
    is_marked = request.node.get_closest_marker("browser") is not None
    use_driver(request.getfixturevalue("shared_driver") if is_marked else cast(Playwright, NoDriver()))


@pytest.fixture(scope="session")
def shared_driver(playwright: Playwright) -> Iterator[Playwright]:
    """The driver, and at its end nothing that the tests shared."""
    yield playwright
    end_it()


NEW_KEY = rsa.generate_private_key
KEYS: list[rsa.RSAPrivateKey] = []


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """RSA keys of 2048 bits are made once for all tests, because that takes long; within a test each is another one.

    What several tests share is made before this fixture and has keys that nobody else gets.
    """
    given = count()

    def next_key(exponent: int, bits: int, backend: Any = None) -> rsa.RSAPrivateKey:
        if (exponent, bits) != (65537, 2048):
            return NEW_KEY(exponent, bits, backend)
        number = next(given)
        while len(KEYS) <= number:
            KEYS.append(NEW_KEY(exponent, bits, backend))
        return KEYS[number]

    monkeypatch.setattr(rsa, "generate_private_key", next_key)


BRISK: dict[str, Any] = {"restart_seconds": 0.3, "scan_seconds": 0.3}  # so many recorders; real ones take their time


@pytest.fixture
def simulator_settings() -> dict[str, Any]:
    """Recorders that restart faster than their files say."""
    return BRISK


@pytest.fixture
def simulated() -> Iterator[Callable[..., Any]]:
    """Start a simulated recorder that restarts fast, with the given settings; closed after the test."""
    with ExitStack() as started:

        def start(firmware: str = "dahua/nvr_v4", **settings: Any) -> Any:
            return started.enter_context(simulate(firmware, **{**BRISK, **settings}))

        yield start


@pytest.fixture
def opened(tmp_path: Path) -> Opening:
    """Open a simulated recorder in a window of the browser that all share, with its right password unless another is given."""

    def open_it(recorder: Any, password: str | None = None, **manner: Any) -> AbstractContextManager[Recorder]:
        chosen = {"timeout": 10.0, "screenshots": False, **manner}
        if not chosen.keys() & {"running", "browser", "headed", "slow_mo"}:
            chosen["running"] = one_browser()
        return open_recorder(
            recorder.url, recorder.user, password or recorder.password, downloads=tmp_path / "downloads", **chosen
        )

    return open_it


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """How many processes `-n auto` means: two for each core, as tests wait for browsers; a gigabyte of memory for each.

    A test that is named itself runs alone, in the process that a person started.
    """
    if any("::" in one for one in config.args):
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 8 << 30
    return max(1, min(2 * cores, memory >> 30))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which tenth of the slow tests a run takes besides the others."""
    parser.addoption("--slow-tenth", type=int, metavar="N", help="also run a tenth of the slow tests, another one for each N")


def pytest_configure(config: pytest.Config) -> None:
    """Where the reports of all processes arrive, record which tests ran: the promises in the documents name some."""
    if not hasattr(config, "workerinput"):
        kept_bytecode.forget_temporary()
        named = tuple(test for promise in promises() for test in promise.tests)
        config.pluginmanager.register(Record(named), "nvrflow-promises")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """What hands out tests to the processes of `--dist loadgroup`: file by file those in TOGETHER, the others one by one.

    pytest-xdist 3.8 has groups of its own, but with pytest 9.2 they have no effect.
    """
    from xdist.scheduler import LoadScopeScheduling

    if config.getvalue("dist") != "loadgroup":
        return None
    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = lambda test: TOGETHER.get(Path(test.partition("::")[0]).stem, test)
    return scheduler


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow ones out, mark what starts a browser, and side by side begin with what takes longest."""
    for item in items:
        mark_derived(item)
    leave_out(config, items)
    for item in items:
        if needs_browser(item):
            item.add_marker(pytest.mark.browser)
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.path.stem not in LONG)
