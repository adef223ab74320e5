"""The command line of a test run: the plugin's own options, and what pytest-playwright's options mean for a recorder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from nvrflow.recorder.camera import Camera

MARKER = (
    'recorder(firmware=">=4.3", vendor="…", tags=["lobby"], writes=True, restore=flow): run the test on such recorders only; '
    "`writes`: it changes the recorder, and `restore` is the flow that puts it back"
)
# The exit code of a run in which a real recorder refused a sign-in or was locked; pytest's own codes end at 5.
SIGN_IN_REFUSED = 14
# pytest-playwright's options of a context that are not for a recorder: nvrflow makes the addresses and the videos itself.
_OWN = ("base_url", "record_video_dir", "record_video_size")
_HELD = {"proxy", "record_har_path", "ignore_https_errors", "http_credentials", "accept_downloads"}


PASSWORD = pytest.StashKey[str]()  # of the account on the recorder; empty if none was given
RUN = pytest.StashKey[str]()  # the same text in all processes of a test run


def uses_recorder(item: pytest.Item) -> bool:
    """Whether a test has a recorder from this plugin."""
    return "recorder_under_test" in getattr(item, "fixturenames", ())


def add_options(parser: pytest.Parser) -> None:
    """Add the options for the recorder to test, and those of the ready suite."""
    group = parser.getgroup("nvrflow", "CCTV recorders (nvrflow)")
    group.addoption(
        "--recorder", metavar="URL", help="The recorder to test (default: every simulated one). Password: NVRFLOW_PASSWORD."
    )
    group.addoption("--firmware", metavar="NAME", help="Its selector file, for example dahua/nvr_v4 (default: identified).")
    group.addoption("--recorder-user", metavar="NAME", default="admin", help="The account on the recorder (default: admin).")
    group.addoption("--selectors", metavar="DIR", type=Path, help="Your own selector files, before the shipped ones.")
    group.addoption(
        "--rack",
        metavar="FILE",
        type=Path,
        help="The recorders to test (recorders.yaml), each for one process of this computer; other computers do not see that.",
    )
    group.addoption(
        "--rack-wait",
        metavar="MINUTES",
        type=float,
        default=60.0,
        help="How long a test waits for a free recorder (60).",
    )
    group.addoption("--strict-locators", action="store_true", help="Fail a test that passed only by a fallback locator.")
    group.addoption("--nvrflow-report", metavar="DIR", default="nvrflow-report", help="Where failures go (nvrflow-report).")
    group.addoption("--read-only", action="store_true", help="Skip tests that write, and stop any other before it writes.")
    parser.addini("nvrflow_known", "The folder of known faults, below the root folder (default: known).", default="known")
    parser.addini("nvrflow_known_runs", "Name a known fault for removal after so many runs without it (5).", default="5")
    _add_options_of_the_suite(parser)


def _add_options_of_the_suite(parser: pytest.Parser) -> None:
    group = parser.getgroup("nvrflow suite", "the ready suite for a recorder's firmware (nvrflow.suite)")
    group.addoption("--spend-one-try", action="store_true", help="Allow the test that signs in with a wrong password, once.")
    group.addoption("--idle-session", metavar="SECONDS", type=float, help="How long an idle session lasts, as the maker says.")
    group.addoption("--known-script-errors", metavar="FILE", type=Path, help="Known errors of the pages' scripts, one per line.")
    group.addoption("--results", metavar="DIR", type=Path, help="Write results.json, summary.md and index.html into this folder.")


def browser_options(launch: dict[str, Any], config: pytest.Config) -> dict[str, Any]:
    """The options of `Manner` for pytest-playwright's fixture `browser_type_launch_args`. Raises WrongCall."""
    from nvrflow.browser.executable import of_channel
    from nvrflow.errors import WrongCall

    refuse_other_browsers(config)
    if config.getoption("--tracing") not in ("on", "off", "retain-on-failure"):
        raise WrongCall("--tracing: give on, off or retain-on-failure")
    options: dict[str, Any] = {"headed": launch.get("headless") is False, "slow_mo": launch.get("slow_mo", 0)}
    if launch.get("executable_path"):
        options["browser"] = Path(launch["executable_path"])
    elif launch.get("channel"):
        options["browser"] = of_channel(launch["channel"])
    return options


def camera_for(launch: dict[str, Any], context: dict[str, Any], video: Path | None) -> Camera:
    """The camera of a test, with the device of pytest-playwright's fixture `browser_context_args`. Raises WrongCall."""
    from nvrflow.errors import WrongCall
    from nvrflow.recorder.camera import Camera

    held = sorted(_HELD & set(context))
    if held:
        raise WrongCall(f"browser_context_args: {held[0]} cannot be set for a recorder, because nvrflow sets it; remove it there")
    device = {name: value for name, value in context.items() if name not in _OWN}
    return Camera(device=device, arguments=tuple(launch.get("args") or ()), video=video)


def report_folder(config: pytest.Config) -> Path:
    """The folder of the report page."""
    return Path(config.invocation_params.dir, config.getoption("--nvrflow-report"))


def refuse_other_browsers(config: pytest.Config) -> None:
    """Raise WrongCall if the run is only for browsers that cannot drive a recorder."""
    from nvrflow.errors import WrongCall

    named = list(config.getoption("browser", None) or ["chromium"])
    if "chromium" not in named:
        raise WrongCall(f"--browser {named[0]}: a recorder is driven with Chromium and its relatives only; leave this option out")
