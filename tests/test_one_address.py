"""A recorder whose page sends every call to one address: which answer counts, and what `--check` says of what it held back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from loopback import LoopbackServer

from nvrflow import Recorder
from nvrflow.errors import InvalidFile, RequestHeld, SignInRefused, TimedOut
from nvrflow.firmware import load_firmware
from nvrflow.flows.sign_in import sign_in
from nvrflow.recorder import Manner, open_recorder
from nvrflow.running import Run

PASSWORD = "correct horse"
PAGE = """<title>One address</title>
<form><label>User <input></label><label>Password <input type=password></label><button>Enter</button></form>
<script>
  let id = 0;
  const call = async (method, ...params) => (await fetch('/json',
    {method: 'POST', body: JSON.stringify({method, params, id: ++id})})).json();
  const form = document.querySelector('form');
  form.onsubmit = async event => {
    event.preventDefault();
    for (const _ of [1, 2, 3]) await call('web.look', 'c0ffee0123456789').catch(() => 0);
    const answer = await call('auth.login', form.querySelector('[type=password]').value);
    if (answer.result) document.body.innerHTML = '<h1>Live</h1>';
  };
</script>"""
FILE = """\
vendor: Acme
firmware: "*"
answers:
  sign_in:
    url: /json$
    body: '"method": *"auth\\.login"'
    accepted: {result: "true"}
    code: error.code
    means: {refused: ["1"]}
pages:
  sign_in:
    path: /
    elements:
      user: [{label: User}]
      password: {find: [{label: Password}], secret: true}
      submit: {find: [{role: button, name: Enter}], answered_by: sign_in}
  home:
    shown_by: [{role: heading, name: Live}]
"""


@dataclass
class OneAddress:
    """Answers `auth.login` with its word on the password, and every other call with a result and an error of null."""

    password: str = PASSWORD
    calls: list[str] = field(default_factory=list)

    def answer(self, call: dict[str, Any]) -> dict[str, Any]:
        self.calls.append(call["method"])
        if call["method"] != "auth.login":
            return {"result": None, "error": None}
        right = call["params"] == [self.password]
        return {"result": right, "error": None if right else {"code": 1}}

    @contextmanager
    def served(self) -> Iterator[str]:
        with LoopbackServer(_Handler, recorder=self) as server:
            yield f"http://{server.address}"


class _Handler(BaseHTTPRequestHandler):
    recorder: OneAddress

    def do_GET(self) -> None:
        self._send(PAGE, "text/html; charset=utf-8")

    def do_POST(self) -> None:
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._send(json.dumps(self.recorder.answer(call)), "application/json")

    def _send(self, body: str, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())


def told(tmp_path: Path, text: str = FILE) -> dict[str, Any]:
    """The manner in which the recorder is driven: by a selector file of its own."""
    (tmp_path / "own" / "acme").mkdir(parents=True)
    (tmp_path / "own" / "acme" / "one.yaml").write_text(text, encoding="utf-8")
    return {"timeout": 5.0, "screenshots": False, "selectors": tmp_path / "own", "firmware": "acme/one"}


@contextmanager
def opened(tmp_path: Path, recorder: OneAddress, password: str = PASSWORD, text: str = FILE, **manner: Any) -> Iterator[Recorder]:
    chosen = {**told(tmp_path, text), **manner}
    with recorder.served() as url, open_recorder(url, "admin", password, downloads=tmp_path / "downloads", **chosen) as page:
        yield page


def test_an_answer_to_another_call_at_the_same_address_decides_nothing(tmp_path: Path) -> None:
    recorder = OneAddress()
    with opened(tmp_path, recorder) as page:
        sign_in(page)
        assert page.shows("home")
    assert recorder.calls == ["web.look"] * 3 + ["auth.login"]


def test_the_answer_to_the_call_that_is_meant_is_read(tmp_path: Path) -> None:
    with opened(tmp_path, OneAddress(), "wrong") as page, pytest.raises(SignInRefused, match="refused user or password"):
        sign_in(page)


def test_what_a_check_held_back_is_told_once_with_its_number_and_what_can_be_done(tmp_path: Path) -> None:
    recorder, password = OneAddress(), "correct horse  battery staple, longer than a note shows of what was sent"
    with opened(tmp_path, recorder, password, check=True, timeout=1.0) as page, pytest.raises(RequestHeld) as ended:
        sign_in(page)
    assert recorder.calls == []
    held = f"POST {page.url}/json"
    hint = "if it changes nothing, name it below `harmless`"
    assert str(ended.value) == f"127.0.0.1: admin: {held}: --check held this request back; {hint}"
    assert page.report.notes == [
        f'--check held back: {held} {{"method":"web.look","params":["•••"],"id":…}} (3 times); '
        "if it only reads, name it below `harmless`",
        f'--check held back: {held} {{"method":"auth.login","params":["•••"],"id":…}}',
    ]


def test_a_check_names_another_cause_where_the_awaited_answer_was_not_held_back(tmp_path: Path) -> None:
    text = FILE.replace("auth", "never").replace("pages:", "harmless: [{url: /json$, body: login}]\npages:")
    with (
        opened(tmp_path, OneAddress(), text=text, check=True, timeout=1.0) as page,
        pytest.raises(TimedOut, match="no answer came within"),
    ):
        sign_in(page)


def test_a_pattern_for_the_body_that_is_none_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(FILE.replace('"auth', '("auth'), encoding="utf-8")
    with pytest.raises(InvalidFile, match="is not a regular expression") as refused:
        load_firmware("one", tmp_path)
    assert (refused.value.line, refused.value.key) == (6, "answers.sign_in.body")


@pytest.mark.browser
def test_a_password_that_is_a_word_of_the_files_name_leaves_the_name_whole(tmp_path: Path) -> None:
    with OneAddress("acme").served() as url:
        run = Run("sign_in", url, password="acme", manner=Manner(**told(tmp_path)), out=tmp_path / "run")
        report, folder = run.go()
    assert (report.outcome, report.notes) == ("done", [])
    assert folder.document["firmware"]["name"] == "acme/one"
