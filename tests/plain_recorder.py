"""A recorder whose pages are the HTML that a test gives it, found by the selector file that the test gives it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import MappingProxyType
from typing import Any

from loopback import LoopbackServer
from one_browser import one_browser

from nvrflow import Recorder
from nvrflow.recorder import open_recorder

Answer = tuple[int, str] | None
# The beginning of a selector file: a page on which somebody signs in.
SIGN_IN = """
pages:
  sign_in:
    path: /
    shown_by: [{label: User}]
    elements:
      user: [{label: User}]
      password: {find: [{label: Password}], secret: true}
      submit: [{role: button, name: Log in}]
"""
NOTHING: Mapping[str, Any] = MappingProxyType({})


@contextmanager
def serving(
    pages: dict[str, str],
    requests: list[str],
    posts: Mapping[str, Answer] = MappingProxyType({}),
    slow: Mapping[str, float] = MappingProxyType({}),
) -> Iterator[str]:
    """The address at which `pages` are served; every path that was asked for stands in `requests`.

    `posts` are the answers to POST by path; None ends the connection without one. `slow` are paths that take so many seconds.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            path = self.path.partition("?")[0]
            threading.Event().wait(slow.get(path, 0.0))
            body = pages.get(path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((body or "").encode())

        def do_POST(self) -> None:
            requests.append(f"POST {self.path}")
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = posts.get(self.path, (404, ""))
            if answer is None:
                self.close_connection = True
                return
            status, text = answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

    with LoopbackServer(Handler) as server:
        yield f"http://{server.address}"


class PlainRecorder:
    """One recorder with these pages and this selector file; `requests` tells what its browser asked for."""

    def __init__(self, folder: Path, pages: dict[str, str], selectors: str, posts: dict[str, Answer] | None = None) -> None:
        self.folder, self.pages, self.requests, self.posts = folder, pages, list[str](), posts or {}
        self.slow: dict[str, float] = {}
        (folder / "selectors").mkdir()
        header = 'vendor: Acme\nfirmware: "*"\n'
        (folder / "selectors" / "plain.yaml").write_text(header + selectors, encoding="utf-8")

    @contextmanager
    def opened(self, **manner: Any) -> Iterator[Recorder]:
        """Open it in a window of the browser that all share, with few seconds for each wait."""
        chosen = {"timeout": 6.0, "screenshots": False, "selectors": self.folder / "selectors", "firmware": "plain", **manner}
        chosen.setdefault("running", one_browser())
        with (
            serving(self.pages, self.requests, self.posts, self.slow) as url,
            open_recorder(url, "admin", "secret", downloads=self.folder / "downloads", **chosen) as recorder,
        ):
            yield recorder
