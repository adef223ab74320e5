"""What a test changed is put back, also while the recorder restarts because of it; or a person is told what to undo."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from conftest import Opening

from nvrflow import Recorder
from nvrflow.errors import SelectorDrift, Unreachable, WrongCall
from nvrflow.flows.sign_in import sign_in
from nvrflow.pytest_plugin.kept_session import KeptSession
from nvrflow.pytest_plugin.restoration import NotPutBack, put_back
from nvrflow.pytest_plugin.selection import Wanted
from nvrflow.pytest_plugin.stand import _check, keeps
from nvrflow.simulator import simulate

pytestmark = pytest.mark.browser


def set_port(recorder: Recorder, port: int) -> None:
    """Save another HTTPS port; the recorder restarts its web service after that."""
    page = recorder.go_to("https")
    page.fill("port", str(port))
    page.click("ok")
    if page.offers("confirm"):
        page.click("confirm")


def interrupted(recorder: Recorder) -> None:
    """A test that goes on too early, while the recorder restarts."""
    with pytest.raises((Unreachable, SelectorDrift)):
        while True:
            recorder.reopen()
            recorder.go_to("sign_in")


@pytest.mark.slow
def test_what_was_changed_is_put_back_while_the_recorder_restarts(simulated: Callable[..., Any], opened: Opening) -> None:
    recorder = simulated(restart_seconds=1.5)
    before = recorder.state()["web"]["https_port"]
    with opened(recorder) as page:
        sign_in(page)
        set_port(page, 8443)
        interrupted(page)
        put_back(page, Wanted(restore=lambda again: set_port(again, before)), secure_before=None)
    assert recorder.state()["web"]["https_port"] == before


def test_a_person_is_told_what_to_undo(simulated: Callable[..., Any], opened: Opening) -> None:
    recorder = simulated(restart_seconds=1)

    def broken(recorder: Recorder) -> None:
        raise ValueError("no idea")

    with opened(recorder) as page:
        sign_in(page)
        set_port(page, 8443)
        interrupted(page)
        with pytest.raises(NotPutBack) as raised:
            put_back(page, Wanted(restore=broken), secure_before=None)
    said = str(raised.value)
    assert "no idea; do it by hand. The test did this: Fill in Port: 8443; Click OK" in said
    assert recorder.password not in said and "Password" not in said


@pytest.mark.parametrize(
    ("fixtures", "options", "expected"),
    [
        (["signed_in"], {}, True),
        (["recorder"], {}, False),
        (["signed_in", "ui_baseline"], {}, False),
        (["signed_in", "image_baseline"], {}, False),
        (["signed_in"], {"--video": "on"}, False),
    ],
)
def test_a_session_is_left_to_the_next_test_only_where_nothing_depends_on_it(
    fixtures: list[str], options: dict[str, str], expected: bool
) -> None:
    config = SimpleNamespace(getoption=lambda name: options.get(name, "off"))
    node = SimpleNamespace(iter_markers=lambda name: iter(()))
    assert keeps(cast(Any, SimpleNamespace(config=config, fixturenames=fixtures, node=node))) is expected


def test_a_recorder_that_is_gone_is_noticed_although_its_page_is_still_shown(opened: Opening) -> None:
    kept = KeptSession()
    with simulate("dahua/nvr_v4") as recorder:
        first = kept.use("one", lambda: opened(recorder, timeout=3))
        sign_in(first)
        first.go_to("https")
        assert kept.use("one", lambda: pytest.fail("it is still there")) is first
    with pytest.raises(Unreachable):
        kept.use("one", lambda: opened(recorder, timeout=2))


def test_an_option_with_a_typo_is_named() -> None:
    with pytest.raises(WrongCall, match="recorder_options: there is no option 'timeot'; did you mean 'timeout'"):
        _check({"timeot": 5})
    _check({"timeout": 5})


INTERRUPTED = """
import threading
from pathlib import Path

import pytest

def set_port(recorder, port):
    page = recorder.go_to("https")
    page.fill("port", port)
    page.click("ok")
    if page.offers("confirm"):
        page.click("confirm")

@pytest.mark.recorder(writes=True)
def test_a_write(signed_in):
    before = signed_in.go_to("https").read("port")
    signed_in.restore_with(lambda recorder: set_port(recorder, before))
    set_port(signed_in, "7443")
    Path("written").touch()
    threading.Event().wait(60)
"""


def test_ctrl_c_in_a_terminal_puts_back_what_the_test_has_written(tmp_path: Path, home: Path) -> None:
    """A terminal's Ctrl-C reaches every process of its group, Playwright's driver as well."""
    (tmp_path / "test_own.py").write_text(INTERRUPTED, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    with simulate("dahua/nvr_v4", restart_seconds=1) as recorder:
        before = recorder.state()["web"]
        argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:dash", "--recorder", recorder.url]
        run = subprocess.Popen(
            argv, env={**os.environ, "HOME": str(home), "NVRFLOW_PASSWORD": recorder.password}, cwd=tmp_path,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )  # fmt: skip
        while not (tmp_path / "written").exists():
            assert run.poll() is None, run.communicate()[0]
            threading.Event().wait(0.1)
        os.killpg(run.pid, signal.SIGINT)
        said, _ = run.communicate(timeout=100)
        assert run.returncode == 2, said
        assert recorder.state()["web"] == before and recorder.sessions == 0, said
        assert "NotPutBack" not in said and "Traceback" not in said
