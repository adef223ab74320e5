"""The programs that are asked to open the recorder, each in a new process with the trust stores that it really reads.

In reading order: `answer` (the result), `chromium`, `firefox`, `curl`, `python`. Each client belongs to the computer whose stores
it reads; `Computer.this({"HOME": …})` asks with the stores of another home.

for answer in ask("https://192.0.2.10", Computer.this()):
    print(answer.name, answer.trusted, answer.reason)
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Protocol

from nvrflow.trust.clients.answer import Answer
from nvrflow.trust.computer import Computer
from nvrflow.trust.discovery import all_stores


class Client(Protocol):
    """A program that opens web addresses. It changes nothing on this computer."""

    @property
    def name(self) -> str:
        """`chromium`, `firefox:<profile>`, `curl` or `python`."""

    def reads(self, store: str) -> bool:
        """Whether it reads the store with that name (`chromium-nss`, `firefox:x.default`, `debian-system`)."""

    def ask(self, url: str, timeout: float = 30.0) -> Answer:
        """Open `url` in a new process, within `timeout` seconds. Never raises because the client refuses."""


def clients_of(computer: Computer, browser_path: Path | None = None) -> list[Client]:
    """Every client, browsers first. Clients that are not installed are included, and their answer says so."""
    from nvrflow.trust.clients.chromium import ChromiumClient
    from nvrflow.trust.clients.curl import CurlClient
    from nvrflow.trust.clients.firefox import FirefoxClient
    from nvrflow.trust.clients.python import PythonClient

    profiles = [store for store in all_stores(computer) if store.family == "firefox"]
    firefoxes = [FirefoxClient(computer, store.name, Path(store.place)) for store in profiles]
    return [ChromiumClient(computer, browser_path), *firefoxes, CurlClient(computer), PythonClient(computer)]


def clients_reading(stores: Collection[str], computer: Computer, browser_path: Path | None = None) -> list[Client]:
    """The clients that read at least one of these stores, which are given by name."""
    return [client for client in clients_of(computer, browser_path) if any(client.reads(store) for store in stores)]


def ask(
    url: str,
    computer: Computer,
    browser_path: Path | None = None,
    timeout: float = 30.0,
    only: Collection[str] | None = None,
    say: Callable[[str], None] | None = None,
) -> tuple[Answer, ...]:
    """Ask the clients to open `url`, one after the other; with `only`, just those that read one of these stores (by name).

    `say` is called before each client whose answer takes seconds.
    """
    chosen = clients_of(computer, browser_path) if only is None else clients_reading(only, computer, browser_path)
    return tuple(announced(client, url, timeout, say) for client in chosen)


def announced(client: Client, url: str, timeout: float, say: Callable[[str], None] | None) -> Answer:
    """Ask one client; if it takes seconds to start, announce it first."""
    if say is not None and client.name not in ("curl", "python"):
        say(f"asking {client.name} to open {url}")
    return client.ask(url, timeout)
