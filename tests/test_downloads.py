"""A certificate that a click brings is taken however it comes, and a recorder that leads to HTTPS by script is followed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from loopback import LoopbackServer

from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.sign_in import sign_in
from nvrflow.recorder import open_recorder
from nvrflow.recorder.start_page import https_led_to
from nvrflow.simulator.certificates import Names, make
from nvrflow.simulator.listeners import tls_context
from nvrflow.simulator.recorder_settings import Settings

SIGN_IN = """<title>Old recorder</title><form id=f onsubmit="location = '/main'; return false">
<label>User <input></label><label>Password <input type=password></label><button>Login</button></form>"""
FRAMES = "<title>Old recorder</title><frameset rows='80,*'><frame name=menu src=/menu><frame name=content src=/live></frameset>"
MENU = "<h2>Menu</h2><a href=/https target=content>HTTPS</a> <a href=/ target=_top>Logout</a>"
LINKS = {
    "a download": "<a href=/cert.cer>Download</a>",
    "a text in the same place": "<a href=/cert.txt>Download</a>",
    "a text in a new tab": "<a href=/cert.txt target=_blank>Download</a>",
    "a name of 300 letters": "<a href=/long>Download</a>",
}
SELECTORS = """
vendor: Old
firmware: "*"
pages:
  sign_in:
    path: /
    shown_by: [{label: User}]
    elements:
      user: [{label: User}]
      password: {find: [{label: Password}], secret: true}
      submit: [{role: button, name: Login}]
  home:
    frame: frame[name=menu]
    shown_by: [{role: heading, name: Menu}]
    elements:
      https: [{role: link, name: HTTPS}]
  account:
    on: home
    frame: frame[name=menu]
    elements:
      sign_out: [{role: link, name: Logout}]
  device_certificate:
    on: home
    open: https
    frame: frame[name=content]
    shown_by: [{role: heading, name: HTTPS settings}]
    elements:
      download: [{role: link, name: Download}]
"""


class OldRecorder(BaseHTTPRequestHandler):
    """`link` is the one on its page of HTTPS settings, `certificate` what it leads to; `start` is the start page."""

    link = ""
    certificate = b""
    start = SIGN_IN

    def do_GET(self) -> None:
        pages = {
            "/": self.start,
            "/main": FRAMES,
            "/menu": MENU,
            "/live": "Live",
            "/https": f"<h1>HTTPS settings</h1>{self.link}",
        }
        if self.path in pages:
            self.send(pages[self.path].encode(), "text/html")
        elif self.path == "/cert.txt":
            self.send(self.certificate, "text/plain")
        else:
            name = "c" * 300 if self.path == "/long" else "cert"
            self.send(self.certificate, "application/x-x509-ca-cert", f"attachment; filename={name}.cer")

    def send(self, body: bytes, kind: str, disposition: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if disposition:
            self.send_header("Content-Disposition", disposition)
        self.end_headers()
        self.wfile.write(body)


def certificate() -> Any:
    made = make("self_signed", Names({"CN": "Old"}, {"CN": "{host}"}, "1", "127.0.0.1"))
    assert made.device is not None
    return made.device


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Any]:
    (folder / "selectors").mkdir(exist_ok=True)
    (folder / "selectors" / "old.yaml").write_text(SELECTORS, encoding="utf-8")
    with open_recorder(
        url, "admin", "secret", selectors=folder / "selectors", firmware="old", timeout=10.0, screenshots=False,
        downloads=folder / "downloads",
    ) as recorder:  # fmt: skip
        yield recorder


@pytest.mark.parametrize("way", LINKS)
def test_a_certificate_is_taken_however_the_click_brings_it(tmp_path: Path, way: str) -> None:
    device = certificate()
    with (
        LoopbackServer(OldRecorder, link=LINKS[way], certificate=device.certificate.public_bytes(Encoding.PEM)) as server,
        opened(f"http://{server.address}", tmp_path) as recorder,
    ):
        taken, _ = download_certificates(recorder)
        assert taken.sha256 == device.sha256
        assert taken.file is not None and taken.file.is_file() and len(taken.file.name) <= 120
        assert recorder.shows("device_certificate")
    assert not [note for note in recorder.report.notes if "tried once more" in note]
    assert {step.outcome for step in recorder.report.steps} == {"done"}


@pytest.mark.parametrize(
    "leads",
    ["<title>x</title><script>location.replace('{}')</script>", "<title>x</title><meta http-equiv=refresh content='0;url={}'>"],
    ids=["script", "meta"],
)
def test_a_start_page_that_leads_to_https_is_followed_with_the_served_key_pinned(tmp_path: Path, leads: str) -> None:
    with LoopbackServer(OldRecorder) as secure:
        secure.socket = tls_context(certificate(), None, Settings(), False).wrap_socket(secure.socket, server_side=True)
        url = f"https://{secure.address}"
        with LoopbackServer(OldRecorder, start=leads.format(url)) as plain, opened(f"http://{plain.address}", tmp_path) as own:
            sign_in(own)
            assert own.url == url
            assert own.session.address.pin
            assert https_led_to(f"http://{plain.address}") == url
