"""Security Status: the scan and what it finds. The calls and their names are our own (facts grade G); real ones are not known."""

from __future__ import annotations

from nvrflow.simulator.device import Device
from nvrflow.simulator.protocols.rpc2.answers import BAD_PARAMETER, Body, Call, Method, done, refused

_DETAILS = ("LoginAttempt", "HttpsConfig", "PasswordStrength", "SshConfig", "FirmwareIntegrity", "AudioVideoEncryption")


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
        device = self._device
        services = [
            *([] if device.settings.https_config == "absent" else [self._detail("HttpsConfig", device.web.https)]),
            self._detail("PasswordStrength", not device.settings.weak_password),
            self._detail("SshConfig", not device.tables["SSH"]["Enable"]),
        ]
        items = [
            _item("LoginDetection", [self._detail("LoginAttempt", device.accounts.lockout.tries <= 10)]),
            _item("UserServiceDetection", services),
            _item("SecurityModule", [self._detail("FirmwareIntegrity", True), self._detail("AudioVideoEncryption", True)]),
        ]
        return done({"Running": False, "Percent": 100, "Items": items})

    def _detail(self, name: str, good: bool) -> Body:
        state = "Normal" if good else "Ignored" if name in self._device.ignored else "Abnormal"
        return {"Name": name, "State": state, "Optimizable": name in ("HttpsConfig", "PasswordStrength", "SshConfig")}

    def _ignore(self, call: Call) -> Body:
        name = call.params.get("Name")
        if name not in _DETAILS:
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
