"""A server of the tests' own: on loopback only, in a thread, and ended by the test."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class LoopbackServer(ThreadingHTTPServer):
    """Answers with `handler`, whose instances have `attributes`, for the time of a `with` block."""

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler], **attributes: Any) -> None:
        silent = {"log_message": lambda *_: None}
        super().__init__(("127.0.0.1", 0), type("Handler", (handler,), {**silent, **attributes}))

    def __enter__(self) -> LoopbackServer:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        return

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"
