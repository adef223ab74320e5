"""What the recorder says about itself: deviceInfo, status, time, channels, as XML with the public names of its elements."""

from __future__ import annotations

import datetime

from starlette.requests import Request
from starlette.responses import Response

from nvrflow.simulator.accounts import Session
from nvrflow.simulator.device import Device
from nvrflow.simulator.protocols.isapi.documents import document


class About:
    """What one recorder says about itself; the numbers of processor and memory are invented."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._started = device.clock.elapsed()

    async def device_info(self, request: Request, session: Session) -> Response:
        """Model, serial number and firmware."""
        model = self._device.file.device
        released = datetime.date.fromisoformat(model.build_date)
        facts = {
            "deviceName": model.name,
            "deviceID": self._device.serial.lower(),
            "model": model.type,
            "serialNumber": f"{model.type}{self._device.serial}",
            "firmwareVersion": f"V{model.version}",
            "firmwareReleasedDate": f"build {released:%y%m%d}",
            "deviceType": "NVR",
            "videoInputPortNums": len(model.channels),
        }
        return document("DeviceInfo", facts)

    async def status(self, request: Request, session: Session) -> Response:
        """The clock, how long it has been running, processor and memory."""
        facts = {
            "currentDeviceTime": self._now(),
            "deviceUpTime": int(self._device.clock.elapsed() - self._started),
            "CPUList": {"CPU": {"cpuDescription": "main", "cpuUtilization": 12}},
            "MemoryList": {"Memory": {"memoryDescription": "DDR Memory", "memoryUsage": 213.50, "memoryAvailable": 298.50}},
        }
        return document("DeviceStatus", facts)

    async def time(self, request: Request, session: Session) -> Response:
        """The clock."""
        return document("Time", {"timeMode": "manual", "localTime": self._now(), "timeZone": "CST+0:00:00"})

    async def channels(self, request: Request, session: Session) -> Response:
        """The cameras that the recorder knows."""
        names = enumerate(self._device.file.device.channels, 1)
        return document("InputProxyChannelList", {"InputProxyChannel": [{"id": number, "name": name} for number, name in names]})

    def _now(self) -> str:
        return self._device.clock.wall().isoformat(timespec="seconds")
