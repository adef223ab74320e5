"""Refused sign-ins and locks are remembered from run to run and between runs at once; the recorder's own log counts the tries."""

from __future__ import annotations

import json
import os
import shlex
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from conftest import Opening
from loopback import LoopbackServer
from plain_recorder import SIGN_IN, PlainRecorder
from slow_tests import mostly_slow

from nvrflow.address import place_of
from nvrflow.attempts.mark import PasswordMark
from nvrflow.attempts.memory import SignInMemory
from nvrflow.attempts.standing import ASSUMED_LOCK, LONGEST_LOCK, Standing
from nvrflow.attempts.tries import Tries
from nvrflow.errors import AccountLocked, InvalidFile, SelectorDrift, SignInRefused, TimedOut
from nvrflow.flows.sign_in import sign_in
from nvrflow.simulator import simulate, usable
from nvrflow.state_folder import state_folder

HERE = frozenset({"192.0.2.10"})
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
MEMORY = Path(".local/state/nvrflow/sign-ins.json")


def refused_tries(recorder: Any) -> int:
    return sum(entry.event == "login-refused" for entry in recorder.log)


def called(home: Path, url: str, password: str, *options: str) -> subprocess.Popen[str]:
    """`nvrflow run sign_in` as a process of its own."""
    argv = [
        sys.executable,
        "-m",
        "nvrflow",
        "run",
        "sign_in",
        url,
        "--no-screenshots",
        "--json",
        "--out",
        str(home / "run"),
        *options,
    ]
    variables = {**os.environ, "HOME": str(home), "NVRFLOW_PASSWORD": password}
    return subprocess.Popen(
        argv, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any], str]:
    output, errors = process.communicate(timeout=120)
    return process.returncode, json.loads(output)["error"] or {}, errors


@pytest.mark.browser
def test_two_runs_with_wrong_passwords_make_one_try_and_the_last_one_only_when_told_so(home: Path) -> None:
    with simulate("dahua/nvr_v4", lockout_tries=2, lockout_minutes=9) as recorder:
        for number in range(2):
            code, error, said = ended(called(home, recorder.url, f"wrong-{number}"))
            assert (code, error["kind"]) == (4, "sign-in-refused"), said
        assert refused_tries(recorder) == 1
        assert "one try is left before the account is locked" in error["message"]
        assert f"`nvrflow run sign_in {recorder.url} --last-try`" in error["message"]
        assert ended(called(home, recorder.url, "wrong-5", "--last-try"))[1]["kind"] == "account-locked"
        assert refused_tries(recorder) == 2
        before = len(recorder.log)
        for options in ((), ("--last-try",)):
            code, error, _ = ended(called(home, recorder.url, recorder.password, *options))
            assert (code, error["kind"]) == (4, "account-locked")
            assert "the account is locked for 9 more minutes, until " in error["message"]
        assert len(recorder.log) == before


@pytest.mark.browser
def test_two_runs_at_once_do_not_both_use_the_same_try(home: Path) -> None:
    with simulate("dahua/nvr_v4", lockout_tries=2) as recorder:
        both = [called(home, recorder.url, password, "--out", str(home / password)) for password in ("wrong-1", "wrong-2")]
        assert [ended(one)[0] for one in both] == [4, 4]
        assert refused_tries(recorder) == 1


# Each has another way of signing in.
@pytest.mark.parametrize("firmware", mostly_slow(usable(), {"dahua/nvr_v4", "hikvision/nvr_v4", "uniview/nvr"}.__contains__))
def test_the_try_before_the_lock_is_kept_on_every_firmware(opened: Opening, simulated: Callable[..., Any], firmware: str) -> None:
    recorder = simulated(firmware, lockout_tries=2)
    for password in ("wrong-1", "wrong-2"):
        with opened(recorder, password) as page, pytest.raises(SignInRefused):
            sign_in(page)
    assert refused_tries(recorder) == 1
    with opened(recorder, last_try=True) as page:
        sign_in(page)
    with opened(recorder) as page:
        sign_in(page)  # an accepted sign-in ends what was remembered
    assert refused_tries(recorder) == 1


def test_the_same_password_is_not_tried_again_but_another_one_is(
    opened: Opening, simulated: Callable[..., Any], home: Path
) -> None:
    recorder = simulated(lockout_tries=5)
    for _ in range(2):
        with opened(recorder, "wrong-password") as page, pytest.raises(SignInRefused) as refused:
            sign_in(page)
    assert refused_tries(recorder) == 1
    assert "this password was refused at " in str(refused.value) and "wrong-password" not in str(refused.value)
    with opened(recorder, "another-wrong-one") as page, pytest.raises(SignInRefused, match="3 tries left"):
        sign_in(page)
    kept = (home / MEMORY).read_text(encoding="utf-8")
    assert "wrong-password" not in kept and "another-wrong-one" not in kept
    assert stat.S_IMODE((home / MEMORY).stat().st_mode) == 0o600


def test_a_recorder_at_another_port_is_another_recorder(opened: Opening, simulated: Callable[..., Any]) -> None:
    one, other = simulated(lockout_tries=2), simulated(lockout_tries=2)
    for recorder in (one, other):
        with opened(recorder, "wrong-password") as page, pytest.raises(SignInRefused, match="1 try left"):
            sign_in(page)


def test_a_sign_in_that_is_refused_at_https_is_remembered_at_http_too(opened: Opening, simulated: Callable[..., Any]) -> None:
    recorder = simulated(lockout_tries=2, https=True)  # plain HTTP sends browsers to HTTPS
    with opened(recorder, "wrong-1") as page, pytest.raises(SignInRefused, match="1 try left"):
        sign_in(page)
    memory = SignInMemory(state_folder())
    for url in (recorder.url, recorder.https_url):
        assert memory.standing(frozenset({place_of(url).netloc}), recorder.user).left == 1


@contextmanager
def silent_door() -> Iterator[tuple[str, list[str], threading.Event, threading.Event]]:
    """A recorder that asks by HTTP Basic, counts the answers, and says nothing to one until `released`."""
    tries: list[str] = []
    asked, released = threading.Event(), threading.Event()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = self.headers.get("Authorization")
            if given:
                tries.append(given)
                asked.set()
                released.wait(60)
            body = b"<title>Acme pane</title><h1>Cameras</h1>" if given else b""
            self.send_response(200 if given else 401)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            if not given:
                self.send_header("WWW-Authenticate", 'Basic realm="Acme pane"')
            self.end_headers()
            self.wfile.write(body)

    with LoopbackServer(Door) as server:
        yield f"http://{server.address}", tries, asked, released


@pytest.mark.browser
def test_a_run_that_is_killed_before_the_answer_has_used_a_try(home: Path) -> None:
    own = ("--selectors", str(Path(__file__).parent / "asking"), "--firmware", "acme/pane")
    with silent_door() as (url, tries, asked, released):
        killed = called(home, url, "secret", *own)
        assert asked.wait(60), "the recorder was never asked"
        assert len(json.loads((home / MEMORY).read_text(encoding="utf-8"))["accounts"][0]["begun"]) == 1
        killed.send_signal(signal.SIGKILL)
        killed.communicate(timeout=30)
        released.set()
        before = len(tries)
        code, error, said = ended(called(home, url, "secret", *own))
        assert (code, error.get("kind")) == (4, "sign-in-refused"), said
        assert "its result is not known" in error["message"]
        offered = error["message"].partition("`nvrflow ")[2].partition("`")[0]
        assert shlex.split(offered) == ["run", "sign_in", url, *own[2:], *own[:2], "--last-try"]
        assert len(tries) == before
        assert ended(called(home, url, "secret", *own, "--last-try"))[0] == 0
        assert json.loads((home / MEMORY).read_text(encoding="utf-8"))["accounts"] == []


FORM = """<label>User <input></label><label>Password <input type=password></label>
<button onclick="fetch('/login', {method: 'POST', body: document.querySelector('[type=password]').value})">Log in</button>"""
FORM_FILE = SIGN_IN + "  home: {shown_by: [{role: heading, name: Home}]}\n"


def test_a_sign_in_that_a_check_held_back_is_no_try(tmp_path: Path) -> None:
    plain = PlainRecorder(tmp_path, {"/": FORM}, FORM_FILE)
    with (
        pytest.raises(SelectorDrift, match="held back"),
        plain.opened(check=True, state=tmp_path / "state", timeout=2.0) as recorder,
    ):
        sign_in(recorder)
    assert not [path for path in plain.requests if path.startswith("POST")]
    assert json.loads((tmp_path / "state" / "sign-ins.json").read_text(encoding="utf-8"))["accounts"] == []


@pytest.mark.parametrize("says", [True, False], ids=["the-recorder-says-so", "nobody-says-so"])
def test_a_sign_in_that_the_recorder_accepted_is_no_unknown_try_where_only_the_home_page_looks_otherwise(
    tmp_path: Path, says: bool
) -> None:
    submit = "[{role: button, name: Log in}]"
    answered = FORM_FILE.replace(submit, f"{{find: {submit}, answered_by: login}}").replace("name: Home", "name: Start")
    answers = "answers: {login: {url: /login$, accepted: {ok: 'true'}}}"
    plain = PlainRecorder(tmp_path, {"/": FORM}, answers + (answered if says else FORM_FILE), {"/login": (200, '{"ok": true}')})
    with pytest.raises(SelectorDrift) as failed, plain.opened(state=tmp_path / "state", timeout=2.0) as recorder:
        sign_in(recorder)
    (known,) = json.loads((tmp_path / "state" / "sign-ins.json").read_text(encoding="utf-8"))["accounts"] or [None]
    assert (known is None) == says
    assert ("The recorder accepted the sign-in" in str(failed.value) and "`home.shown_by`" in str(failed.value)) == says


# The rules, without a browser


def tries(folder: Path, user: str = "admin", last_try: bool = False) -> Tries:
    return Tries(SignInMemory(folder), [place_of("192.0.2.10")], user, last_try, [])


def attempt(one: Tries, password: str, ends: BaseException | None) -> None:
    """One sign-in that ends so; accepted if with nothing."""
    one.may_begin()
    one.typed(password)
    with one.counted():
        if ends is not None:
            raise ends
    one.accepted()


def fail(folder: Path, ends: BaseException, password: str = "wrong", **options: Any) -> None:
    with pytest.raises(type(ends)) as raised:
        attempt(tries(folder, **options), password, ends)
    assert raised.value is ends, "the try was not made"


def is_kept_back(folder: Path, password: str = "other") -> str:
    with pytest.raises((SignInRefused, AccountLocked)) as kept:
        attempt(tries(folder), password, AssertionError("the try was made"))
    return str(kept.value)


def test_where_the_recorder_names_no_figure_the_second_try_may_be_the_last(tmp_path: Path) -> None:
    fail(tmp_path, SignInRefused("no"))
    assert "does not say how many tries are left" in is_kept_back(tmp_path)


@pytest.mark.parametrize("ends", [TimedOut("no answer"), SelectorDrift("HTTP 500"), KeyboardInterrupt()])
def test_an_unknown_outcome_counts_as_a_possible_refusal(tmp_path: Path, ends: BaseException) -> None:
    fail(tmp_path, SignInRefused("no", 3))
    fail(tmp_path, ends, "second")
    fail(tmp_path, SignInRefused("no", 1), "third")  # two were left for certain
    is_kept_back(tmp_path)


@pytest.mark.parametrize(("held", "sent", "counts"), [(1, 0, False), (0, 0, True), (1, 1, True)])
def test_a_try_of_which_a_dry_run_sent_nothing_is_no_try(tmp_path: Path, held: int, sent: int, counts: bool) -> None:
    figures = [(3, 5)]
    one = replace(tries(tmp_path), traffic=lambda: figures[-1])
    one.typed("secret")
    with pytest.raises(SelectorDrift), one.counted():
        figures.append((3 + held, 5 + sent))
        raise SelectorDrift("home: not shown")
    standing = one.memory.standing(one.places, one.user)
    assert len(standing.begun) == counts


def test_a_known_figure_is_lowered_by_tries_of_unknown_outcome(tmp_path: Path) -> None:
    fail(tmp_path, SignInRefused("no", 2))
    fail(tmp_path, TimedOut("no answer"), "second")
    assert "one try is left" in is_kept_back(tmp_path, "third")


def test_an_accepted_sign_in_ends_all_that_was_remembered(tmp_path: Path) -> None:
    fail(tmp_path, SignInRefused("no", 4))
    attempt(tries(tmp_path), "right", None)
    fail(tmp_path, SignInRefused("no", 4))


def test_a_lock_is_of_one_account_only(tmp_path: Path) -> None:
    fail(tmp_path, AccountLocked("locked", 600))
    assert "locked for 10 more minutes" in is_kept_back(tmp_path)
    attempt(tries(tmp_path, user="guest"), "right", None)


def test_a_lock_without_a_figure_and_a_figure_of_none_left_last_half_an_hour(tmp_path: Path) -> None:
    fail(tmp_path / "a", AccountLocked("locked"))
    fail(tmp_path / "b", SignInRefused("no", 0))
    for folder in ("a", "b"):
        assert "did not say for how long; nvrflow waits 30 more minutes" in is_kept_back(tmp_path / folder)


def test_a_lock_is_over_in_time_and_the_recorder_counts_anew() -> None:
    locked = Standing(HERE, "admin", refusals=4, tries_left=1).locked(NOON, 120)
    assert locked.at(NOON + timedelta(seconds=119)).lock is not None
    after = locked.at(NOON + timedelta(seconds=121))
    assert after.lock is None and after.left is None


def test_a_clock_that_was_set_back_neither_frees_a_lock_early_nor_locks_for_ever() -> None:
    locked = Standing(HERE, "admin").locked(NOON, 120)
    back = NOON - timedelta(days=400)
    seen = locked.at(back)
    assert seen.lock is not None and seen.lock.until == back + timedelta(seconds=120)


def test_no_figure_of_a_recorder_locks_longer_than_a_day() -> None:
    locked = Standing(HERE, "admin").locked(NOON, 10**9).at(NOON)
    assert locked.lock is not None and locked.lock.seconds == LONGEST_LOCK > ASSUMED_LOCK


def test_a_clock_that_was_set_back_is_written_down_so_that_it_counts_once(tmp_path: Path) -> None:
    memory, ahead = SignInMemory(tmp_path), datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    memory.change(HERE, "admin", lambda known: known.locked(ahead, 600))
    is_kept_back(tmp_path)
    lock = memory.standing(HERE, "admin").lock
    assert lock is not None and lock.since < ahead - timedelta(days=29)
    written = json.loads(memory.path.read_text(encoding="utf-8"))["accounts"][0]["lock"]["since"]
    assert written != ahead.strftime("%Y-%m-%dT%H:%M:%SZ"), "each later run would begin the lock anew"


def test_a_mark_knows_its_password_again_and_keeps_sixteen_bits() -> None:
    mark = PasswordMark.of("wrong")
    assert mark.fits("wrong") and not mark.fits("Wrong")
    assert len(bytes.fromhex(mark.mark)) == 2 and mark.salt != PasswordMark.of("wrong").salt


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 99}', '{"format": 1, "accounts": [{}]}', "\x00\x01"])
def test_a_damaged_memory_is_named_and_nobody_is_signed_in(tmp_path: Path, content: str) -> None:
    (tmp_path / "sign-ins.json").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidFile, match=r"sign-ins\.json.*delete the file"):
        attempt(tries(tmp_path), "right", AssertionError("the try was made"))


def test_nobody_is_signed_in_where_the_memory_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(InvalidFile, match=r"cannot be written.*XDG_STATE_HOME"):
        attempt(tries(tmp_path / "file" / "nvrflow"), "right", AssertionError("the try was made"))


def test_the_state_folder_is_where_xdg_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: Path) -> None:
    assert state_folder() == home / ".local" / "state" / "nvrflow"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert state_folder() == tmp_path / "state" / "nvrflow"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_folder() == home / ".local" / "state" / "nvrflow"
