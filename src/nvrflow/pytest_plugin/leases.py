"""The real recorders of a test run: each process takes one that fits its next test, and nobody else uses it meanwhile."""

from __future__ import annotations

import hashlib
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nvrflow.errors import TimedOut
from nvrflow.pytest_plugin.selection import Kind, Wanted

if TYPE_CHECKING:
    from nvrflow.inventory.lease import Lease
    from nvrflow.inventory.roster import Device

LEASES = pytest.StashKey["Leases"]()
LEASED = pytest.StashKey["Leased"]()
_OFTEN = 0.3  # seconds between two looks for a free recorder


@dataclass(frozen=True)
class Leased:
    """What a test got: a recorder, or the reason why it is skipped, or the problem that is its error."""

    device: Device | None = None
    skipped: str = ""
    problem: Exception | None = None


@dataclass
class Leases:
    """The recorders of one process of a test run; `run` is the same text in all its processes.

    `put_down` ends the session that is kept on the present recorder; it is called before the recorder is given back.
    """

    devices: tuple[Device, ...]
    run: str
    patience: float
    folder: Path
    device: Device | None = None
    lease: Lease | None = None
    put_down: Callable[[], None] = lambda: None
    _known: dict[str, Kind] = field(default_factory=dict)

    def take(self, wanted: Wanted, tell: Callable[[str], None]) -> Leased:
        """Take a recorder for a test; the present one stays if it fits. `tell` shows a message while all are busy."""
        fitting = [one for one in self.devices if not wanted.unlike(self._kind(one))]
        if not fitting:
            return Leased(skipped=self.misfit(wanted))
        fitting.sort(key=lambda one: one.place not in self._known)  # what is known to fit comes before what only may fit
        if self.device in self._usable(fitting):
            return Leased(self.device)
        self.give_back()
        return self._taken(fitting, tell)

    def _taken(self, fitting: list[Device], tell: Callable[[str], None]) -> Leased:
        """The first of these recorders that is free, once one is."""
        from nvrflow.inventory.lease import Lease

        began, told = time.monotonic(), False
        while True:
            usable = self._usable(fitting)
            if not usable:
                return Leased(skipped=f"{fitting[0].name}: {self.stopped(fitting[0])}")
            for device in usable:
                lease = Lease(self.folder, device.place)
                if lease.take():
                    self.device, self.lease = device, lease
                    return Leased(device)
            busy = "; ".join(Lease(self.folder, one.place).holder() for one in usable)
            if time.monotonic() - began > self.patience:
                raise TimedOut(f"no recorder was free within {self.patience / 60:g} minutes: {busy}; see --rack-wait")
            if not told:
                tell(f"nvrflow: waiting for a free recorder: {busy}")
                told = True
            threading.Event().wait(_OFTEN)

    def give_back(self) -> None:
        """End the session on the present recorder, and give it back."""
        self.put_down()
        self.put_down = lambda: None
        lease, self.lease, self.device = self.lease, None, None
        if lease is not None:
            lease.give_back()

    def misfit(self, wanted: Wanted) -> str:
        """Why no recorder fits a test: its marker, and the names of the recorders by what is wrong with them."""
        reasons: dict[str, list[str]] = {}
        for one in self.devices:
            reasons.setdefault(wanted.unlike(self._kind(one)), []).append(one.name)
        others = reasons.pop("", [])
        said = "; ".join(f"{', '.join(names)}: {why}" for why, names in reasons.items())
        if others:  # only the open recorder has said what it is
            return f"this recorder does not fit the marker {wanted}: {said}. Not tried for this test: {', '.join(others)}"
        return f"no recorder fits the marker {wanted}: {said}"

    def learn(self, vendor: str, version: str) -> None:
        """Remember what the present recorder turned out to be, for the tests that follow."""
        if self.device is not None:
            self._known[self.device.place] = Kind(vendor, version, self.device.tags)

    def stop(self, why: str) -> None:
        """Let no further test of this run, in any process, use the present recorder."""
        from nvrflow.whole_file import write_whole

        if self.device is not None:
            write_whole(self._stop_file(self.device), f"{self.run}\n{why}".encode(), 0o600)

    def stopped(self, device: Device) -> str:
        """Why no further test of this run may use the recorder; empty if it may."""
        try:
            run, _, why = self._stop_file(device).read_text(encoding="utf-8").partition("\n")
        except OSError:
            return ""
        return why if run == self.run else ""

    def lost(self) -> str:
        """Why the present recorder may not be used any more; empty while the lease holds."""
        return self.lease.lost() if self.lease is not None else ""

    def _usable(self, devices: Iterable[Device]) -> list[Device]:
        return [one for one in devices if not self.stopped(one)]

    def _kind(self, device: Device) -> Kind:
        if device.place in self._known:
            return self._known[device.place]
        vendor = ""
        if device.firmware:
            from nvrflow.firmware import load_firmware

            vendor = load_firmware(device.firmware).file.vendor
        return Kind(vendor, "", device.tags)

    def _stop_file(self, device: Device) -> Path:
        return self.folder / f"{hashlib.sha256(device.place.encode()).hexdigest()[:16]}.stopped"


def leases_of(config: pytest.Config, run: str) -> Leases:
    """The real recorders of this run: those of `--rack`, or that of `--recorder`. Raises UsageError, InvalidFile, WrongCall."""
    url, rack = config.getoption("--recorder"), config.getoption("--rack")
    patience = config.getoption("--rack-wait") * 60
    if not url and not rack:
        return Leases((), run, patience, Path())
    if url and rack:
        raise pytest.UsageError("--recorder and --rack: give only one of them")
    from nvrflow.address import place_of
    from nvrflow.inventory.roster import Device, Roster
    from nvrflow.state_folder import state_folder

    if rack:
        devices = Roster.read(rack).devices
    else:
        firmware = config.getoption("--firmware") or ""
        devices = (Device(place_of(url).netloc, url, config.getoption("--recorder-user"), firmware=firmware),)
    return Leases(devices, run, patience, state_folder() / "leases")


def teller(config: pytest.Config) -> Callable[[str], None]:
    """Shows a message at once at the terminal, also from a process of pytest-xdist."""

    def tell(sentence: str) -> None:
        capturing: Any = config.pluginmanager.getplugin("capturemanager")
        if capturing is None:
            print(sentence, file=sys.stderr, flush=True)
            return
        with capturing.global_and_fixture_disabled():
            print(f"\n{sentence}", file=sys.stderr, flush=True)

    return tell
