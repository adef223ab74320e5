"""magicBox and global: the recorder's model and version, in JSON-RPC and below /cgi-bin/ alike."""

from __future__ import annotations

from collections.abc import Callable

from nvrflow.simulator.device import Device
from nvrflow.simulator.protocols.rpc2.answers import Body, Method, done


class Identity:
    """What one recorder says about itself; keys are public, the processor and the vendor (an OEM's) are invented."""

    def __init__(self, device: Device) -> None:
        self._device = device

    def methods(self) -> dict[str, Method]:
        """The JSON-RPC calls by name."""
        model = self._device.file.device
        plain = {f"magicBox.{name}": _rpc(answer) for name, answer in self.answers().items()}
        software = {"Version": model.version, "BuildDate": model.build_date}
        return {
            **plain,
            "magicBox.getSoftwareVersion": lambda call: done({"version": software}),
            "global.getCurrentTime": lambda call: done({"time": self.now()["result"]}),
        }

    def answers(self) -> dict[str, Callable[[], Body]]:
        """The questions to magicBox by name."""
        model, serial = self._device.file.device, self._device.serial
        return {
            "getDeviceType": lambda: {"type": model.type},
            "getSerialNo": lambda: {"sn": serial},
            "getMachineName": lambda: {"name": model.name},
            "getVendor": lambda: {"vendor": "General"},
            "getSoftwareVersion": lambda: {"version": f"{model.version},build:{model.build_date}"},
            "getSystemInfo": lambda: {
                "appAutoStart": "true",
                "deviceType": model.type,
                "hardwareVersion": "1.00",
                "processor": "ARM",
                "serialNumber": serial,
                "updateSerial": model.type,
            },
        }

    def now(self) -> Body:
        """The recorder's date and time."""
        return {"result": self._device.clock.wall().strftime("%Y-%m-%d %H:%M:%S")}


def _rpc(answer: Callable[[], Body]) -> Method:
    return lambda call: done(answer())
