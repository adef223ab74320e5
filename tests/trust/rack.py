"""Many HTTPS servers at once, each with a certificate of its own, and four clients that are each started once for all of them."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser as Process

from nvrflow.browser import Browser, open_browser
from nvrflow.certificate import Certificate
from nvrflow.trust.clients.firefox import visited
from trust.making import Made
from trust.marionette import started

_BODY = b"<h1>recorder</h1>"
_HEADS = b"Content-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\nAccess-Control-Allow-Origin: *" % len(_BODY)
_ANSWER = b"HTTP/1.1 200 OK\r\n%s\r\n\r\n%s" % (_HEADS, _BODY)
_ASK = """
  url => fetch(url, {cache: "no-store", signal: AbortSignal.timeout(20_000)})
    .then(answer => answer.text()).catch(() => null)
"""


@dataclass(frozen=True)
class Shown:
    """One server: the name by which it is opened, its port, and the certificates that OpenSSL's programs trust for it."""

    host: str
    port: int
    bundle: Path

    @property
    def url(self) -> str:
        return f"https://{self.host}:{self.port}/"


@dataclass
class Rack:
    """The servers, all on loopback, and the databases that Chromium and Firefox read."""

    folder: Path
    servers: list[Shown] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    @property
    def chromium(self) -> Path:
        return self.folder / "home" / ".local" / "share" / "pki" / "nssdb"

    @property
    def firefox(self) -> Path:
        return self.folder / "profile"

    def trust(self, certificate: Certificate, *, pinned: bool) -> None:
        """Into both browsers' databases, with the flags that each wants."""
        file = self.folder / "trusted.pem"
        file.write_text(certificate.pem)
        for folder, flags in ((self.chromium, "P,," if pinned else "C,,"), (self.firefox, "C,,")):
            _certutil(folder, "-A", "-n", certificate.sha256[:40].replace(":", ""), "-t", flags, "-i", str(file))

    def show(self, made: Made, host: str, *trusted: Certificate) -> Shown:
        """A server with this certificate, to be opened as `host`; OpenSSL's programs get `trusted`."""
        number = len(self.servers)
        served, bundle = self.folder / f"served-{number}.pem", self.folder / f"trusted-{number}.pem"
        served.write_text(made.key_pem + made.certificate.pem)
        bundle.write_text("".join(one.pem for one in trusted))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(served)
        listening = asyncio.start_server(_answer, "127.0.0.1", 0, ssl=context)
        server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(10)
        self.servers.append(Shown(host, server.sockets[0].getsockname()[1], bundle))
        return self.servers[-1]

    def chromium_opens(self) -> list[bool]:
        """For each server whether Chromium opens it; one process, every name leads to this computer."""
        environment = {"HOME": str(self.folder / "home"), "PATH": "/usr/bin:/bin"}
        flags = ["--host-resolver-rules=MAP * 127.0.0.1"]
        with open_browser(Browser(Path("/usr/bin/chromium")), environment=environment, flags=flags) as process:
            return list(asked_in(process, [one.url for one in self.servers]).values())

    def firefox_opens(self) -> list[bool]:
        """The same for Firefox."""
        with (self.firefox / "prefs.js").open("a") as file:
            file.write('user_pref("network.dns.forceResolve", "127.0.0.1");\n')
        with started(self.folder / "home", self.firefox) as session:
            codes = [visited(session, one.url) for one in self.servers]
        assert all(not code or "ERROR" in code for code in codes), codes
        return [not code for code in codes]

    def curl_opens(self) -> list[bool]:
        """The same for curl, which finds the certificates of each server in its bundle."""
        return [_curl(one) for one in self.servers]

    def python_opens(self) -> list[bool]:
        """The same for Python's own ssl."""
        return [_python(one) for one in self.servers]


def asked_in(process: Process, urls: Iterable[str]) -> dict[str, bool]:
    """For each address whether Chromium shows this test's page there, asked for by the script of one empty page.

    A certificate is judged as for a page that is opened, which costs eighteen times as much with its error pages.
    """
    page, found = process.new_page(), dict[str, bool]()
    failures: list[str | None] = []
    page.on("requestfailed", lambda request: failures.append(request.failure))
    for url in urls:
        failures.clear()
        said = page.evaluate(_ASK, url)
        assert said or re.search("ERR_(CERT|SSL)_", str(failures)), (url, failures)
        found[url] = "<h1>recorder</h1>" in (said or "")
    return found


def _curl(one: Shown) -> bool:
    here = f"::127.0.0.1:{one.port}"
    command = ["curl", "-sS", "-o", "/dev/null", "--cacert", str(one.bundle), "--capath", "/none", "--connect-to", here, one.url]
    ended = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    assert ended.returncode in (0, 60), ended.stderr
    return ended.returncode == 0


def _python(one: Shown) -> bool:
    context = ssl.create_default_context(cafile=str(one.bundle))
    with socket.create_connection(("127.0.0.1", one.port), timeout=60) as plain:
        try:
            context.wrap_socket(plain, server_hostname=one.host).close()
        except ssl.SSLCertVerificationError:
            return False
        return True


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(_ANSWER)
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        return
    finally:
        writer.close()


def _certutil(folder: Path, *arguments: str) -> None:
    command = ["certutil", *arguments, "-d", f"sql:{folder}"]
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)


@contextmanager
def new_rack(folder: Path) -> Iterator[Rack]:
    """An empty rack for the time of a block."""
    rack = Rack(folder)
    for database in (rack.chromium, rack.firefox):
        database.mkdir(parents=True)
        _certutil(database, "-N", "--empty-password")
    thread = threading.Thread(target=rack._loop.run_forever, daemon=True)
    thread.start()
    yield rack
    rack._loop.call_soon_threadsafe(rack._loop.stop)
    thread.join(10)
