"""Security Status: the scan and its findings. The calls and their names are our own; the real names are not known."""

from __future__ import annotations

from nvrflow.simulator.device import Device
from nvrflow.simulator.protocols.rpc2.answers import BAD_PARAMETER, Body, Call, Method, done, refused
from nvrflow.simulator.recorder_settings import FINDINGS

_NAMES = tuple(name for rows in FINDINGS.values() for name in rows)
_CAN_BE_OPTIMIZED = ("AccountLockout", "PasswordStrength", "HttpsConfig", "SSH", "Firewall", "AvEncrypt")


class Scan:
    """The security scan of one recorder."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._until = 0.0

    def methods(self) -> dict[str, Method]:
        """The calls by name."""
        return {
            "SecurityScan.start": self._start,
            "SecurityScan.getStatus": self._status,
            "SecurityScan.ignore": self._ignore,
            "SecurityScan.rejoin": self._rejoin,
        }

    def _start(self, call: Call) -> Body:
        self._until = self._device.clock.elapsed() + self._device.settings.scan_seconds
        return done()

    def _status(self, call: Call) -> Body:
        left, whole = self._until - self._device.clock.elapsed(), self._device.settings.scan_seconds
        if left > 0:
            return done({"Running": True, "Percent": int(100 * (1 - left / whole)), "Items": []})
        items = [_item(name, [self._detail(row) for row in rows if self._shown(row)]) for name, rows in FINDINGS.items()]
        return done({"Running": False, "Percent": 100, "Items": items})

    def _shown(self, name: str) -> bool:
        return name != "HttpsConfig" or self._device.settings.https_config != "absent"

    def _detail(self, name: str) -> Body:
        state = "Normal" if self._good(name) else "Ignored" if name in self._device.ignored else "Abnormal"
        return {"Name": name, "State": state, "Optimizable": name in _CAN_BE_OPTIMIZED}

    def _good(self, name: str) -> bool:
        device = self._device
        if name == "HttpsConfig":
            return device.web.https
        if name == "PasswordStrength" and device.settings.weak_password:
            return False
        if name == "SSH" and device.tables["SSH"]["Enable"]:
            return False
        return name not in device.settings.also_abnormal

    def _ignore(self, call: Call) -> Body:
        name = call.params.get("Name")
        if name not in _NAMES:
            return refused(BAD_PARAMETER, f"no detail {name}")
        self._device.ignored.add(str(name))
        self._device.note("config", call.user, call.address, f"scan ignores {name}")
        return done()

    def _rejoin(self, call: Call) -> Body:
        name = call.params.get("Name")
        if name not in self._device.ignored:
            return refused(BAD_PARAMETER, f"{name} is not ignored")
        self._device.ignored.discard(str(name))
        self._device.note("config", call.user, call.address, f"scan counts {name} again")
        return done()


def _item(name: str, details: list[Body]) -> Body:
    abnormal = any(detail["State"] == "Abnormal" for detail in details)
    return {"Name": name, "State": "Abnormal" if abnormal else "Normal", "Details": details}
