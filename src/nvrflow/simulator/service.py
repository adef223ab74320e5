"""A running simulated recorder: a thread with its event loop, two ports, and restarts of the web service."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from starlette.types import ASGIApp

from nvrflow.errors import WrongCall
from nvrflow.simulator import frameworks
from nvrflow.simulator.application import application, redirect
from nvrflow.simulator.device import Entry, new_device
from nvrflow.simulator.listeners import Listener, reserved, tls_context
from nvrflow.simulator.recorder_files import RecorderFile
from nvrflow.simulator.recorder_settings import FIXED, Settings, with_changes

Result = TypeVar("Result")
_ANSWER_FIRST = 0.3  # seconds between the answer that causes a restart and the restart


class SimulatedRecorder:
    """A recorder on this computer, reachable until it is closed; made by `simulate`."""

    def __init__(self, firmware: str, file: RecorderFile, settings: Settings, homes: tuple[Path, ...]) -> None:
        for name, source in file.frameworks.items():
            frameworks.require(name, source.distribution)
        self.firmware = firmware
        self._held: dict[int, socket.socket] = {}
        self._listeners: list[Listener] = []
        self._restarting: asyncio.Task[None] | None = None
        self._closed = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"simulated {firmware}", daemon=True)
        try:
            ports = (self._hold(settings.host, settings.port), self._hold(settings.host, settings.https_port))
            self._device = new_device(file, settings, homes, ports, self._restart, self._claim_port)
            self._application: ASGIApp = application(self._device)
            self._thread.start()
            self._run(self._open())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The address of its HTTP port."""
        return f"http://{self._device.settings.host}:{self._device.web.http_port}"

    @property
    def https_url(self) -> str:
        """The address of its HTTPS port, whether or not HTTPS is on."""
        return f"https://{self._device.settings.host}:{self._device.web.https_port}"

    @property
    def user(self) -> str:
        """The user's name."""
        return self._device.settings.user

    @property
    def password(self) -> str:
        """The user's password."""
        return self._device.password

    @property
    def serial(self) -> str:
        """The recorder's serial number."""
        return self._device.serial

    @property
    def authority_sha256(self) -> str | None:
        """The fingerprint `AA:BB:…` of the CA certificate that it offers for download; None if it has no CA."""
        pair = self._device.certificates.authority
        return pair.sha256 if pair else None

    @property
    def device_sha256(self) -> str | None:
        """The fingerprint `AA:BB:…` of its device certificate; None if it has no certificate."""
        pair = self._device.certificates.device
        return pair.sha256 if pair else None

    @property
    def log(self) -> tuple[Entry, ...]:
        """The recorder's log: sign-ins, refusals, exports, settings, restarts."""
        return tuple(self._device.log)

    @property
    def sessions(self) -> int:
        """How many people are signed in here (`other_sessions` not counted)."""
        return self._call(self._device.sessions.count)

    def state(self) -> dict[str, Any]:
        """Everything that it remembers after a power cut, as plain data."""
        return self._call(self._device.state)

    def lock_remaining(self, user: str | None = None, address: str | None = None) -> float:
        """Seconds for which `user` (default: the recorder's own user) is locked; with `address`, from that address."""
        return self._call(lambda: self._device.accounts.lock_remaining(user or self.user, address))

    def change(self, **settings: Any) -> None:
        """Change settings while it runs. Raises WrongCall for an unknown setting, and for those that are fixed from the start."""
        fixed = sorted(FIXED & settings.keys())
        if fixed:
            raise WrongCall(f"simulate: {fixed[0]}: fixed once the recorder runs; give it to simulate()")
        changed = with_changes(self._device.settings, settings)
        self._call(lambda: self._device.change(changed))

    def advance(self, seconds: float) -> None:
        """Move its clock forward by so many seconds, which locks and sessions follow."""
        self._call(lambda: self._device.clock.advance(seconds))

    def restart(self) -> None:
        """Restart the web service, as after a power cut; all sessions end."""
        self._call(self._restart)

    def settle(self) -> None:
        """Wait until a restart that was caused has ended."""
        self._run(self._settled())

    def close(self) -> None:
        """Close its ports, end its thread, delete its files; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._thread.is_alive():
            self._run(self._shut())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()
        for held in self._held.values():
            held.close()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _call(self, work: Callable[[], Result]) -> Result:
        async def called() -> Result:
            return work()

        if self._closed:
            return work()
        result: Result = self._run(called())
        return result

    def _hold(self, host: str, port: int) -> int:
        held = reserved(host, port)
        number = int(held.getsockname()[1])
        self._held[number] = held
        return number

    def _claim_port(self, port: int) -> bool:
        """Whether the recorder can use that port from now on."""
        if port in self._held:
            return True
        try:
            self._hold(self._device.settings.host, port)
        except WrongCall:
            return False
        return True

    async def _open(self) -> None:
        device, web = self._device, self._device.web
        pair = device.certificates.device
        if web.https and pair and not device.settings.https_never_comes_up:
            tls = tls_context(pair, device.certificates.authority, device.settings, web.tls11)
            self._listeners.append(Listener(self._application, device.settings.host, web.https_port, tls))
        plain = redirect(device) if web.https and device.settings.redirects else self._application
        self._listeners.append(Listener(plain, device.settings.host, web.http_port))
        for listener in self._listeners:
            await listener.ready()

    def _restart(self) -> None:
        if self._restarting is None or self._restarting.done():
            self._restarting = self._loop.create_task(self._restart_now())

    async def _restart_now(self) -> None:
        await asyncio.sleep(_ANSWER_FIRST)
        self._device.note("restart")
        self._device.sessions.end_all()
        await self._close_listeners()
        await asyncio.sleep(self._device.settings.restart_seconds)
        await self._open()

    async def _close_listeners(self) -> None:
        closing, self._listeners = self._listeners, []
        await asyncio.gather(*(listener.close() for listener in closing))

    async def _settled(self) -> None:
        if self._restarting is not None:
            await asyncio.wait([self._restarting])

    async def _shut(self) -> None:
        if self._restarting is not None:
            self._restarting.cancel()
            await asyncio.wait([self._restarting])
        await self._close_listeners()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
