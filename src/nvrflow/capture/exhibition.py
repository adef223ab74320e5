"""A capture over HTTP, to be looked at with any browser: an overview of its pages, and each page as it was captured."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from nvrflow.capture.archive import Capture, CapturedPage
from nvrflow.errors import WrongCall

_KINDS = {".yaml": "text/plain; charset=utf-8", ".html": "text/html; charset=utf-8", ".json": "application/json; charset=utf-8"}
_STYLE = """:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 75rem; margin: 2rem auto; padding: 0 1rem }
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1.5rem; padding: 0; list-style: none }
img { width: 100%; border: 1px solid #8886; border-radius: 4px; display: block }
dt { font-weight: 600; float: left; clear: left; min-width: 9rem } dd { margin-left: 9rem }"""


def exhibit(capture: Capture, host: str, port: int, ready: Callable[[str], object]) -> None:
    """Serve the capture read-only at `host` until the process ends; `ready` gets the address. Raises WrongCall."""
    try:
        server = ThreadingHTTPServer((host, port), partial(_Visitor, capture=capture, directory=str(capture.folder)))
    except OSError as problem:
        said = problem.strerror or problem
        raise WrongCall(f"simulate: port {port} on {host}: {said}; give another port, or 0 for a free one") from None
    with server:
        ready(f"http://{host}:{server.server_port}/")
        server.serve_forever()


def overview(capture: Capture) -> str:
    """The first page: what was captured, and a picture of each page with a link to it."""
    summary = capture.summary
    facts = {"Selector file": summary.firmware, "Model": summary.model, "Version": summary.version, "Captured": summary.when}
    facts["Recorder"] = "simulated" if summary.simulated else None
    parts = [f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in facts.items() if value]
    for language in capture.languages:
        shown = "".join(_entry(language, page) for page in capture.pages(language))
        parts.append(f'</dl><h2 lang="{html.escape(language)}">{html.escape(language)}</h2><ul>{shown}</ul><dl>')
    title = f"Capture of {summary.model or summary.firmware or 'a recorder'}"
    head = f"<title>{html.escape(title)}</title><style>{_STYLE}</style>"
    body = f"<h1>{html.escape(title)}</h1><dl>{''.join(parts)}</dl>"
    return f'<!DOCTYPE html><html lang="en"><meta charset="utf-8">{head}{body}</html>'


def _entry(language: str, page: CapturedPage) -> str:
    place = f"pages/{html.escape(language)}/{html.escape(page.name)}"
    picture = f'<img src="{place}/{page.picture.name}" alt="" loading="lazy">' if page.picture else ""
    return f'<li><a href="{place}/page.html">{picture}{html.escape(page.name)}</a></li>'


class _Visitor(SimpleHTTPRequestHandler):
    """Answers GET and HEAD with files of the capture; every other method is refused."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, **_KINDS}  # noqa: RUF012

    def __init__(self, *given: Any, capture: Capture, **options: Any) -> None:
        self.capture = capture
        super().__init__(*given, **options)

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/":
            super().do_GET()
            return
        body = overview(self.capture).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing of each request."""
