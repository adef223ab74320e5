"""A recorder whose pages are the HTML that a test gives it, found by the selector file that the test gives it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from loopback import LoopbackServer

from nvrflow import Recorder
from nvrflow.recorder import open_recorder


@contextmanager
def serving(pages: dict[str, str], requests: list[str]) -> Iterator[str]:
    """The address at which `pages` are served; every path that was asked for stands in `requests`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            body = pages.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((body or "").encode())

    with LoopbackServer(Handler) as server:
        yield f"http://{server.address}"


class PlainRecorder:
    """One recorder with these pages and this selector file; `requests` tells what its browser asked for."""

    def __init__(self, folder: Path, pages: dict[str, str], selectors: str) -> None:
        self.folder, self.pages, self.requests = folder, pages, list[str]()
        (folder / "selectors").mkdir()
        header = 'vendor: Acme\nfirmware: "*"\n'
        (folder / "selectors" / "plain.yaml").write_text(header + selectors, encoding="utf-8")

    @contextmanager
    def opened(self, **manner: Any) -> Iterator[Recorder]:
        """Open it in a browser, with few seconds for each wait."""
        chosen = {"timeout": 6.0, "screenshots": False, "selectors": self.folder / "selectors", "firmware": "plain", **manner}
        with (
            serving(self.pages, self.requests) as url,
            open_recorder(url, "admin", "secret", downloads=self.folder / "downloads", **chosen) as recorder,
        ):
            yield recorder
