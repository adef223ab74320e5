"""Does this computer trust the recorder? Its own browsers and tools are asked, in new processes that ignore no error.

The answers that count are those of the clients that read a store into which something was imported for this recorder. If nothing
was imported, those of all browsers count. Every client's answer is shown, whether it counts or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nvrflow import tls
from nvrflow.address import PORTS, Place, place_of
from nvrflow.browser.entrance import locate
from nvrflow.errors import OtherHost, Unreachable
from nvrflow.https_memory import HttpsMemory
from nvrflow.problem import Problem
from nvrflow.recorder.start_page import https_led_to
from nvrflow.state_folder import state_folder
from nvrflow.trust.clients import Client, announced, clients_of
from nvrflow.trust.clients.answer import Answer
from nvrflow.trust.clients.chromium import ChromiumClient
from nvrflow.trust.clients.curl import CurlClient
from nvrflow.trust.clients.firefox import FirefoxClient
from nvrflow.trust.clients.python import PythonClient
from nvrflow.trust.clients_word import Word
from nvrflow.trust.computer import Computer
from nvrflow.trust.diagnosis import connection_problem, diagnose
from nvrflow.trust.open_browsers import restart_notes
from nvrflow.trust.overrides import overrides
from nvrflow.trust.scene import Scene, look
from nvrflow.trust.surroundings import imports_ignored

Say = Callable[[str], None]
_NOBODY_ANSWERS = ("nothing-listens", "no-answer", "not-tls")


@dataclass(frozen=True)
class Verification:
    """The answer of each client, which answers count, and all problems and notes."""

    url: str
    answers: tuple[Answer, ...]
    counted: frozenset[str]
    problems: tuple[Problem, ...]

    @property
    def trusted(self) -> bool:
        """Whether every client that counts opened the recorder, and at least one did."""
        return Word(self.answers, self.counted).trusted is True

    @property
    def reason(self) -> str | None:
        """Why it is not trusted: the first refusal that counts, in the client's words, or the problem with the connection."""
        if self.trusted:
            return None
        refused = [answer.reason for answer in self.answers if answer.name in self.counted and not answer.trusted]
        return next((reason for reason in refused if reason), self.problems[0].sentence if self.problems else None)

    @property
    def tls(self) -> str | None:
        """The TLS version that a client used, if a client reports it."""
        return next((answer.tls for answer in self.answers if answer.tls), None)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        clients = [answer.as_dict() | {"counts": answer.name in self.counted} for answer in self.answers]
        https = {"url": self.url, "trusted": self.trusted, "tls": self.tls, "reason": self.reason, "clients": clients}
        return {
            "recorder": self.url,
            "outcome": "done" if self.trusted else "failed",
            "error": None if self.trusted else {"kind": "not-trusted", "message": self.reason, "step": None},
            "https": https,
            "problems": [problem.as_dict() for problem in self.problems],
        }

    def lines(self) -> Iterator[str]:
        """The result as lines for a person."""
        yield f"{self.url}: {'trusted' if self.trusted else 'NOT trusted'}" + (f" ({self.tls})" if self.tls else "")
        wide = max((len(answer.name) for answer in self.answers), default=0)
        for answer in self.answers:
            word = {True: "trusts it", False: "does not trust it", None: "could not be asked"}[answer.trusted]
            counts = answer.name in self.counted or answer.trusted is None
            aside = "" if counts else " (does not count: nvrflow imported nothing for it)"
            yield f"  {answer.name:{wide}} {word}" + (f": {answer.reason}" if answer.reason else "") + aside
        for problem in self.problems:
            yield f"  {problem.code}: {problem}"


def verify(url: str, browser_path: Path | None = None, timeout: float = 30.0, say: Say | None = None) -> Verification:
    """Ask every client of this computer; `say` is called before a wait of seconds. Raises WrongCall if there is no browser."""
    computer = Computer.this()
    clients = clients_of(computer, browser_path)
    _need_a_browser(clients, browser_path)
    typed = place_of(url).url
    if say:
        say(f"looking at {typed}")
    scene = look(typed if typed.startswith("https:") else _secure_address(typed, browser_path), typed, computer)
    connection = connection_problem(scene)
    if connection is not None and connection.code in _NOBODY_ANSWERS:
        if typed.startswith("http:") and tls.front(typed) is None:
            said = f"the recorder does not answer at this address, and not by HTTPS either ({connection.sentence})"
            connection = Problem("no-answer", typed, said, "check the address, the port, the cable and the recorder's power")
        return Verification(scene.url, (), frozenset(), (connection,))
    asked = [(client, announced(client, scene.url, timeout, say)) for client in clients]
    counted = counting(scene, clients)
    problems = diagnose(scene, [(client, answer) for client, answer in asked if client.name in counted])
    notes = (*overridden(scene, [answer for _, answer in asked], timeout), *_of_daily_use(scene, asked, problems))
    return Verification(scene.url, tuple(answer for _, answer in asked), counted, (*problems, *notes))


def counting(scene: Scene, clients: list[Client]) -> frozenset[str]:
    """The clients whose answers count: those that read a store with an import for this recorder, otherwise every browser."""
    stores = {entry.store for entry in scene.entries}
    served = [client.name for client in clients if any(client.reads(store) for store in stores)]
    return frozenset(served or [client.name for client in clients if isinstance(client, ChromiumClient | FirefoxClient)])


def overridden(scene: Scene, answers: list[Answer], timeout: float) -> Iterator[Problem]:
    """Yield a warning for each tool that gives another answer with the environment variables that are set on this computer."""
    found = overrides(scene.computer)
    tools: list[Client] = [CurlClient(scene.computer, overridden=True), PythonClient(scene.computer, overridden=True)]
    for tool in tools if found else []:
        usual = tool.ask(scene.url, timeout)
        bare = next((answer for answer in answers if answer.name == tool.name), None)
        if bare is None or usual.trusted is None or usual.trusted == bare.trusted:
            continue
        word = "opens" if usual.trusted else "does not open"
        names = ", ".join(f"{name}={value}" for name, value in found.items())
        yield Problem(
            "store-overridden",
            tool.name,
            f"with the current environment ({names}) it {word} the recorder; with the system's own store it is the opposite",
            f"unset {' '.join(found)}",
            "warning",
            tool.name,
        )


def _of_daily_use(scene: Scene, asked: list[tuple[Client, Answer]], problems: tuple[Problem, ...]) -> Iterator[Problem]:
    """Why a person's own browser may refuse although a new one does not: a switch in its profile, or that it is still open."""
    trusting = {client.name.partition(":")[0] for client, answer in asked if answer.trusted}
    known = {problem.code for problem in problems}
    for problem in imports_ignored(scene.computer):
        if problem.client in trusting and problem.code == "imports-switched-off" and problem.code not in known:
            yield problem
    if trusting:
        yield from restart_notes(scene.computer, scene.entries)


def _need_a_browser(clients: list[Client], browser_path: Path | None) -> None:
    """Raise WrongCall when the named file is not a browser, or when there is no browser at all."""
    chromium = next(client for client in clients if isinstance(client, ChromiumClient))
    if browser_path or not any(isinstance(client, FirefoxClient) for client in clients):
        chromium.browser()


def _secure_address(typed: str, browser_path: Path | None) -> str:
    """The address of HTTPS: where HTTP redirects, or the port of an earlier run, where the page leads, or port 443."""
    try:
        address = locate(typed)
    except Unreachable:
        address = None
    if address and address.secure:
        return address.url
    place = place_of(typed)
    known = HttpsMemory(state_folder()).port_of(place)
    with suppress(Unreachable, OtherHost):
        if known is None and address is not None and (led := https_led_to(typed, browser_path)):
            return led
    return Place("https", place.host, known or PORTS["https"]).url
