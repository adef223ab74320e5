"""The password goes to the host that the person named, and to no other: every way in which a page can lead elsewhere."""

from __future__ import annotations

import base64
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from slow_tests import mostly_slow

from nvrflow.browser import find_browser, open_browser
from nvrflow.browser.bounds import Bounds, follow_to
from nvrflow.errors import OtherHost, WrongCall
from nvrflow.flows.sign_in import sign_in
from nvrflow.hostname import same_host
from nvrflow.recorder import Manner, open_recorder
from nvrflow.recorder.start_page import look_at
from nvrflow.running import Run
from nvrflow.simulator.certificates import Names, make
from nvrflow.simulator.listeners import tls_context
from nvrflow.simulator.recorder_settings import Settings

PASSWORD = "pass-word:1"
FILE = """
vendor: Acme
firmware: "*"
identify: [{title: "^Acme$"}, {has: "#gate"}]
harmless: [{url: "/enter"}]
pages:
  sign_in:
    path: /
    shown_by: [{label: Word}]
    FRAME
    elements:
      user: [{label: Name}]
      password: {find: [{label: Word}], secret: true}
      submit: [{role: button, name: OK}]
  home: {shown_by: [{role: heading, name: Inside}], elements: {more: [{role: button, name: More}]}}
  account: {on: home, elements: {sign_out: [{role: link, name: Leave}]}}
"""
BASIC = FILE.replace('{has: "#gate"}', "{challenge: Acme}").replace("shown_by: [{label: Word}]", "asked_by_browser: true")
FORM = (
    "<title>Acme</title><form id=gate method=post action='{action}'><label>Name <input name=n></label>"
    "<label>Word <input name=p type=password></label><button {formaction}>OK</button></form>"
)
INSIDE = "<title>Acme</title><h1>Inside</h1><button onclick='{more}'>More</button><a href=/>Leave</a>"


@dataclass
class Leading:
    """A recorder on 127.0.0.1 whose start page leads elsewhere by `way`, and one that looks like it on 127.0.0.2."""

    way: str = ""
    after: bool = False
    to: str = "other"
    basic: bool = False
    got: dict[str, list[str]] = field(default_factory=lambda: {"own": [], "own port": [], "own https": [], "other": []})
    connections: dict[str, int] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        return self.urls[self.to]


@contextmanager
def serving(**settings: Any) -> Iterator[Leading]:
    leading = Leading(**settings)
    made = make("self_signed", Names({"O": "Acme"}, {"O": "Acme", "CN": "{host}"}, "1", "127.0.0.1"))
    assert made.device is not None
    context = tls_context(made.device, None, Settings(), False)
    with ExitStack() as running:
        for name, host in (("own", "127.0.0.1"), ("own port", "127.0.0.1"), ("own https", "127.0.0.1"), ("other", "127.0.0.2")):
            server = _Server((host, 0), type("Handler", (_Handler,), {"leading": leading, "name": name}))
            server.leading, server.name, server.context = leading, name, context if name == "own https" else None
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            running.callback(server.server_close)
            running.callback(server.shutdown)
            leading.urls[name] = f"http{'s' if server.context else ''}://{host}:{server.server_port}"
        yield leading


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    leading: Leading
    name: str
    context: ssl.SSLContext | None = None

    def get_request(self) -> tuple[socket.socket, Any]:
        sock, address = super().get_request()
        self.leading.connections[self.name] = self.leading.connections.get(self.name, 0) + 1
        sock.settimeout(20)
        if self.context is not None:
            sock = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return sock, address

    def handle_error(self, *_: object) -> None:
        return


class _Handler(BaseHTTPRequestHandler):
    leading: Leading
    name: str

    def log_message(self, *_: object) -> None:
        return

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def do_GET(self) -> None:
        self._answer("")

    def _answer(self, body: str) -> None:
        leading, secret = self.leading, self.headers.get("Authorization", "")
        leading.got[self.name].append(f"{self.command} {self.path} {body} {secret}".strip())
        at_start = self.path == "/" and self.name == "own"
        if leading.basic and not secret:
            self._send("<title>Acme</title>", 401, **{"WWW-Authenticate": 'Basic realm="Acme"'})
        elif self.path == "/enter" or leading.basic:
            self._send(*self._led("inside") if leading.after and self.name == "own" else (INSIDE.format(more=""), 200, ""))
        elif at_start and not leading.after:
            self._send(*self._led("start"))
        else:
            self._send(FORM.format(action="/enter", formaction=""))

    def _led(self, where: str) -> tuple[str, int, str]:
        """The page that leads elsewhere, its status, and where to if it does so by status."""
        to = self.leading.target
        whole = FORM.format(action="/enter", formaction="") if where == "start" else INSIDE.format(more="")
        pages = {
            "script": f"{whole}<script>location.replace('{to}/')</script>",
            "typing": f"{whole}<script>document.querySelector('input').oninput = () => {{ location.href = '{to}/' }}</script>",
            "meta": f"{whole}<meta http-equiv=refresh content='0;url={to}/'>",
            "frame": f"<title>Acme</title><p id=gate><iframe name=f src='{to}/'></iframe>{INSIDE if where == 'inside' else ''}",
            "form": FORM.format(action=f"{to}/enter", formaction=""),
            "formaction": FORM.format(action="/enter", formaction=f"formaction='{to}/enter'"),
            "base": f"<base href='{to}/'>" + FORM.format(action="enter", formaction=""),
            "button": INSIDE.format(more=f'location.href="{to}/"'),
        }
        if re.fullmatch("30[12378]", self.leading.way):
            return "", int(self.leading.way), f"{to}/"
        return pages[self.leading.way], 200, ""

    def _send(self, text: str, status: int = 200, location: str = "", **headers: str) -> None:
        data = text.encode()
        self.send_response(status)
        headers |= {"Content-Type": "text/html", "Content-Length": str(len(data)), **({"Location": location} if location else {})}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def told(tmp_path: Path, text: str = FILE, framed: bool = False, **more: Any) -> dict[str, Any]:
    (tmp_path / "own" / "acme").mkdir(parents=True, exist_ok=True)
    text = text.replace("FRAME", "frame: 'iframe[name=f]'" if framed else "").replace("    \n", "")
    (tmp_path / "own" / "acme" / "one.yaml").write_text(text, encoding="utf-8")
    return {"selectors": tmp_path / "own", "timeout": 8.0, "screenshots": False, **more}


def nothing_of_the_password_reached(leading: Leading, name: str) -> None:
    coded = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
    assert not [line for line in leading.got[name] if PASSWORD in line or "pass-word" in line or coded in line]


BEFORE = ["301", "302", "303", "307", "308", "script", "typing", "meta", "frame", "form", "formaction", "base"]
AFTER = ["302", "307", "script", "meta", "frame", "button"]


@pytest.mark.parametrize("way", BEFORE)
def test_a_start_page_that_leads_to_another_host_ends_the_run_before_anything_is_typed(tmp_path: Path, way: str) -> None:
    with serving(way=way) as leading, pytest.raises(OtherHost) as ended:
        options = told(tmp_path, framed=way == "frame", firmware="acme/one")
        with open_recorder(leading.urls["own"], "admin", PASSWORD, **options) as recorder:
            sign_in(recorder)
    assert str(ended.value).startswith(("127.0.0.1: ",))
    assert "127.0.0.2" in str(ended.value) and "--follow-to 127.0.0.2" in str(ended.value)
    assert ended.value.kind == "other-host"
    assert leading.connections.get("other", 0) == 0
    assert not [line for line in leading.got["own"] if PASSWORD in line]


@pytest.mark.parametrize("way", ["302", "script", "meta"])
def test_the_look_alike_is_not_taken_for_the_recorder_when_the_firmware_is_identified(tmp_path: Path, way: str) -> None:
    with (
        serving(way=way) as leading,
        pytest.raises(OtherHost, match=r"127\.0\.0\.2"),
        open_recorder(leading.urls["own"], "admin", PASSWORD, **told(tmp_path)) as recorder,
    ):
        sign_in(recorder)
    assert leading.connections.get("other", 0) == 0


@pytest.mark.parametrize("way", AFTER)
def test_after_the_sign_in_the_same_ends_the_run_and_sends_nothing_there(tmp_path: Path, way: str) -> None:
    with (
        serving(way=way, after=True) as leading,
        pytest.raises(OtherHost, match=r"--follow-to 127\.0\.0\.2"),
        open_recorder(leading.urls["own"], "admin", PASSWORD, firmware="acme/one", **told(tmp_path)) as recorder,
    ):
        sign_in(recorder)
        recorder.go_to("home").click("more")
        recorder.go_to("home").click("more")
    assert leading.connections.get("other", 0) == 0


@pytest.mark.parametrize("way", mostly_slow(["302", "script", "meta", "form", "formaction"], {"302", "form"}.__contains__))
def test_another_port_of_the_same_host_is_the_recorder(tmp_path: Path, way: str) -> None:
    with serving(way=way, to="own port") as leading:
        with open_recorder(leading.urls["own"], "admin", PASSWORD, firmware="acme/one", **told(tmp_path)) as recorder:
            sign_in(recorder)
        assert [line for line in leading.got["own port"] if "POST /enter" in line and "p=pass-word" in line]


@pytest.mark.parametrize("named", [True, False], ids=["named", "identified"])
@pytest.mark.parametrize("way", mostly_slow(["302", "308", "script", "meta"], {"302", "script"}.__contains__))
def test_https_of_the_same_host_is_the_recorder(tmp_path: Path, way: str, named: bool) -> None:
    firmware = "acme/one" if named else None
    with serving(way=way, to="own https") as leading:
        with open_recorder(leading.urls["own"], "admin", PASSWORD, firmware=firmware, **told(tmp_path)) as recorder:
            sign_in(recorder)
        assert [line for line in leading.got["own https"] if "p=pass-word" in line]
        assert not [line for line in leading.got["own"] if "pass-word" in line]


@pytest.mark.parametrize("way", ["302", "script", "form"])
def test_follow_to_allows_the_host_that_it_names_and_no_other(tmp_path: Path, way: str) -> None:
    with serving(way=way) as leading:
        with (
            pytest.raises(OtherHost),
            open_recorder(
                leading.urls["own"], "admin", PASSWORD, firmware="acme/one", follow_to=("127.0.0.3",), **told(tmp_path)
            ) as recorder,
        ):
            sign_in(recorder)
        assert leading.connections.get("other", 0) == 0
        with open_recorder(
            leading.urls["own"], "admin", PASSWORD, firmware="acme/one", follow_to=("127.0.0.2",), **told(tmp_path)
        ) as recorder:
            sign_in(recorder)
        assert [line for line in leading.got["other"] if "p=pass-word" in line]


@pytest.mark.parametrize("way", ["302", "307", "script"])
def test_what_the_browser_itself_is_asked_for_is_sent_to_the_recorder_only(tmp_path: Path, way: str) -> None:
    with (
        serving(way=way, after=True, basic=True) as leading,
        pytest.raises(OtherHost),
        open_recorder(leading.urls["own"], "admin", PASSWORD, firmware="acme/one", **told(tmp_path, BASIC)) as recorder,
    ):
        sign_in(recorder)
        recorder.go_to("home").click("more")
    assert [line for line in leading.got["own"] if "Basic" in line]
    nothing_of_the_password_reached(leading, "other")
    assert leading.connections.get("other", 0) == 0


def test_a_check_ends_in_the_same_way(tmp_path: Path) -> None:
    with (
        serving(way="script") as leading,
        pytest.raises(OtherHost),
        open_recorder(leading.urls["own"], "admin", PASSWORD, check=True, **told(tmp_path)) as recorder,
    ):
        sign_in(recorder)
    assert leading.connections.get("other", 0) == 0


def test_a_browser_that_is_open_already_reaches_no_other_host_either(tmp_path: Path) -> None:
    with (
        serving(way="form") as leading,
        open_browser(find_browser()) as running,
        pytest.raises(OtherHost),
        open_recorder(leading.urls["own"], "admin", PASSWORD, running=running, **told(tmp_path)) as recorder,
    ):
        reached = recorder.page.evaluate("to => fetch(to, {mode: 'no-cors'}).then(() => 'yes', () => 'no')", leading.target)
        assert reached == "no"
        sign_in(recorder)
    assert leading.connections.get("other", 0) == 0


def test_identify_tells_it_too(tmp_path: Path) -> None:
    for way in ("302", "meta"):
        with serving(way=way) as leading, pytest.raises(OtherHost):
            look_at(leading.urls["own"], told(tmp_path)["selectors"], timeout=8.0)
        assert leading.connections.get("other", 0) == 0


@pytest.mark.browser
def test_the_report_of_such_a_run_names_both_hosts_and_holds_no_password(tmp_path: Path) -> None:
    with serving(way="script") as leading:
        run = Run("sign_in", leading.urls["own"], password=PASSWORD, manner=Manner(**told(tmp_path)), out=tmp_path / "run")
        report, folder = run.go()
    assert report.error is not None and report.error["kind"] == "other-host"
    assert "127.0.0.1" in report.error["message"] and "127.0.0.2" in report.error["message"]
    assert PASSWORD not in (folder.path / "report.json").read_text(encoding="utf-8")


def test_a_hidden_frame_of_another_host_is_noted_and_stops_nobody(tmp_path: Path) -> None:
    add = "to => document.body.insertAdjacentHTML('beforeend', `<iframe hidden src='${to}'></iframe>`)"
    with (
        serving(way="form", to="own port") as leading,
        open_recorder(leading.urls["own"], "admin", PASSWORD, firmware="acme/one", **told(tmp_path)) as recorder,
    ):
        recorder.page.evaluate(add, leading.urls["other"])
        sign_in(recorder)
    assert any("tried to reach 127.0.0.2" in note for note in recorder.report.notes)
    assert leading.connections.get("other", 0) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("127.1", "127.0.0.1"),
        ("0x7f.0.0.1", "127.0.0.1"),
        ("NVR.Local.", "nvr.local"),
        ("[FE80::1]", "fe80:0::1"),
        ("bücher.de", "xn--bcher-kva.de"),
    ],
)
def test_hosts_are_the_same_in_every_spelling(one: str, other: str) -> None:
    assert same_host(one, other)
    assert Bounds(one).permits(f"http://{'[' + other + ']' if ':' in other else other}:81/")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1.example.org/", "http://127.0.0.1@127.0.0.2/", "https://x127.0.0.1/", "http:///"]
)
def test_hosts_that_only_look_the_same_are_others(url: str) -> None:
    assert not Bounds("127.0.0.1").permits(url)


@pytest.mark.parametrize("typed", ["", "http://nvr", "nvr/x", "nvr:80", "a b@c", "*"])
def test_follow_to_takes_a_host_alone(typed: str) -> None:
    with pytest.raises(WrongCall, match="this is not a host"):
        follow_to(typed)
    assert follow_to("NVR.example.org") == "NVR.example.org"
