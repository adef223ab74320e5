"""The state of one simulated recorder, for every protocol: settings, accounts, certificates, clock, log."""

from __future__ import annotations

import copy
import secrets
import string
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nvrflow.simulator.accounts import Accounts, Clock, Lockout, Sessions
from nvrflow.simulator.certificates import Certificates, Names, make
from nvrflow.simulator.recorder_files import RecorderFile
from nvrflow.simulator.recorder_settings import Settings


@dataclass(frozen=True)
class Entry:
    """One line of the recorder's log: what happened, by whom, from where. Never a password or a session."""

    time: str
    event: str
    user: str = ""
    address: str = ""
    detail: str = ""


@dataclass(frozen=True)
class WebService:
    """How the recorder serves its pages: ports, the certificate of HTTPS ("": none), whether TLS 1.1 is allowed."""

    http_port: int
    https_port: int
    https: bool
    certificate: str
    tls11: bool = False


@dataclass
class Device:
    """One recorder. `web` and `tables` are what it remembers after a power cut; `restart` restarts its web service.

    `homes` are its fixture folders: its own, then those that it extends.
    """

    file: RecorderFile
    settings: Settings
    homes: tuple[Path, ...]
    serial: str
    password: str
    clock: Clock
    accounts: Accounts
    sessions: Sessions
    certificates: Certificates
    web: WebService
    restart: Callable[[], None]
    claim_port: Callable[[int], bool]
    ignored: set[str] = field(default_factory=set)
    tables: dict[str, Any] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)

    def web_file(self, path: str) -> Path | None:
        """A file below web/ of the fixture, or of the fixture that it extends; None if there is no such file."""
        for web in (home.resolve() / "web" for home in self.homes):
            found = (web / path).resolve()
            if found.is_relative_to(web) and found.is_file():
                return found
        return None

    def note(self, event: str, user: str = "", address: str = "", detail: str = "") -> None:
        """Write a line into the recorder's log."""
        self.log.append(Entry(self.clock.wall().strftime("%Y-%m-%d %H:%M:%S"), event, user, address, detail))

    def serve(self, web: WebService) -> None:
        """Remember other ports, or HTTPS on or off, and restart the web service if that changed anything."""
        if web != self.web:
            self.web = web
            self.restart()

    def change(self, settings: Settings) -> None:
        """Take over settings that may change while the recorder runs."""
        lockout = Lockout(settings.lockout_tries, settings.lockout_minutes * 60, settings.lockout_by_address)
        if lockout != _lockout(self.settings):
            self.accounts.lockout = lockout
        self.sessions.timeout, self.sessions.limit = settings.session_timeout, settings.session_limit
        self.sessions.elsewhere = settings.other_sessions
        self.clock.offset = settings.clock_offset
        self.settings = settings

    def state(self) -> dict[str, Any]:
        """Everything that the recorder remembers after a power cut, as plain data; without sessions, log and wrong tries."""
        return {
            "serial": self.serial,
            "users": sorted(self.accounts.passwords),
            "initialised": self.settings.initialised,
            "web": asdict(self.web),
            "lockout": asdict(self.accounts.lockout),
            "clock_offset": self.clock.offset,
            "ignored": sorted(self.ignored),
            "tables": copy.deepcopy(self.tables),
            "certificates": {
                role: pair.sha256 if pair else None
                for role, pair in (("authority", self.certificates.authority), ("device", self.certificates.device))
            },
        }


def new_device(
    file: RecorderFile,
    settings: Settings,
    homes: tuple[Path, ...],
    ports: tuple[int, int],
    restart: Callable[[], None],
    claim_port: Callable[[int], bool],
) -> Device:
    """A recorder as it leaves the factory with these settings; `ports` are those of HTTP and HTTPS."""
    serial = settings.serial or "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(15))
    password = settings.password if settings.password is not None else secrets.token_urlsafe(9)
    clock = Clock(settings.clock_offset)
    certificates = make(settings.certificate, Names(file.authority, file.subject, serial, settings.host))
    number = certificate_number(certificates)
    return Device(
        file=file,
        settings=settings,
        homes=homes,
        serial=serial,
        password=password,
        clock=clock,
        accounts=Accounts(clock, {settings.user: password}, _lockout(settings)),
        sessions=Sessions(clock, settings.session_timeout, settings.session_limit, settings.other_sessions),
        certificates=certificates,
        web=WebService(ports[0], ports[1], settings.https and bool(number), number),
        restart=restart,
        claim_port=claim_port,
        ignored={"HttpsConfig"} if settings.https_config == "ignored" else set(),
    )


def certificate_number(certificates: Certificates) -> str:
    """The device certificate's serial number in hexadecimal digits, "" without a certificate."""
    return f"{certificates.device.certificate.serial_number:X}" if certificates.device else ""


def _lockout(settings: Settings) -> Lockout:
    return Lockout(settings.lockout_tries, settings.lockout_minutes * 60, settings.lockout_by_address)
