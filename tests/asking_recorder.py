"""A recorder that asks for user and password by HTTP Basic, and whose script tells its language only later."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from loopback import LoopbackServer

USER, PASSWORD = "admin", "pass word:1"
_WORDS = {"en": "Cameras", "es": "Cámaras"}


@dataclass
class AskingRecorder:
    """One that speaks the language of its address (`?lang=es`), else the one that the browser asks for, else English.

    `drawn` and `told` are the milliseconds after which its page shows anything, and says which language that is; until then it
    claims `first`. With `speaks` it speaks that language only, with `errors` it answers everything with 403.
    """

    speaks: str = ""
    drawn: int = 0
    told: int = 0
    first: str = ""
    errors: bool = False
    requests: list[tuple[str, str]] = field(default_factory=list)  # path, Accept-Language

    def __enter__(self) -> AskingRecorder:
        self._server = LoopbackServer(_Handler, recorder=self).__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    @property
    def url(self) -> str:
        return f"http://{self._server.address}"

    def page(self, path: str, wanted: str) -> str:
        chosen = parse_qs(urlsplit(path).query).get("lang", [self.speaks or wanted[:2]])[0]
        language = chosen if chosen in _WORDS else "en"
        return f"""<!doctype html><html lang="{self.first}"><title>Acme pane</title><body><script>
          setTimeout(() => {{ document.body.innerHTML = '<h1>{_WORDS[language]}</h1>' }}, {self.drawn});
          setTimeout(() => {{ document.documentElement.lang = '{language}' }}, {self.told});
        </script>"""


class _Handler(BaseHTTPRequestHandler):
    recorder: AskingRecorder

    def do_GET(self) -> None:
        wanted = self.headers.get("Accept-Language", "")
        self.recorder.requests.append((self.path, wanted))
        if self.recorder.errors:
            self._send(403, "<title>Host check error</title>Host check error")
        elif not self.headers.get("Authorization"):
            self._send(401, "", **{"WWW-Authenticate": 'Basic realm="Acme pane"'})
        else:
            self._send(200, self.recorder.page(self.path, wanted))

    def _send(self, status: int, body: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(body.encode())),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())
