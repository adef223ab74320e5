"""configManager: the tables that pages read and write; Https, Web and AccountLockout change what the recorder does."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from nvrflow.simulator.accounts import Lockout
from nvrflow.simulator.device import Device, WebService
from nvrflow.simulator.protocols.rpc2.answers import BAD_PARAMETER, NO_CERTIFICATE, PORT_TAKEN, Body, Call, Method, done, refused

# Names and keys beyond Enable and Port are our own (docs/firmwares.md: ours).
_TABLES: Body = {
    "Https": {"Compatible": False},
    "Firewall": {"Enable": False, "Mode": "BlockList", "List": []},
    "SSH": {"Enable": False, "Port": 22},
    "Encrypt": {"Enable": False, "Algorithm": "AES256-OFB", "UpdatePeriod": 12, "RTSPoverTLS": False, "CertSN": ""},
}


class Configuration:
    """The configuration of one recorder."""

    def __init__(self, device: Device) -> None:
        self._device = device
        device.tables.update(copy.deepcopy(_TABLES))
        device.tables["SecurityWarn"] = {"WeakPassword": device.settings.weak_password}  # the warning about it after the sign-in
        device.tables["General"] = {"MachineName": device.file.device.name, "LocalNo": 8}
        device.tables["ChannelTitle"] = [{"Name": name} for name in device.file.device.channels]

    def methods(self) -> dict[str, Method]:
        """The calls by name."""
        return {"configManager.getConfig": self._get, "configManager.setConfig": self._set}

    def table(self, name: str) -> Any:
        """The table as it is now, None for an unknown name."""
        web, lockout = self._device.web, self._device.accounts.lockout
        if name == "Https":
            shown = {"Enable": web.https, "Port": web.https_port, "CertSN": web.certificate, "TLSv11": web.tls11}
            return {**shown, **self._device.tables["Https"]}
        if name == "Web":
            return {"Port": web.http_port}
        if name == "AccountLockout":
            return {"LoginAttempt": lockout.tries, "LockTime": round(lockout.seconds)}
        return copy.deepcopy(self._device.tables.get(name))

    def _get(self, call: Call) -> Body:
        table = self.table(str(call.params.get("name")))
        return refused(BAD_PARAMETER, f"no table {call.params.get('name')}") if table is None else done({"table": table})

    def _set(self, call: Call) -> Body:
        name, table = str(call.params.get("name")), call.params.get("table")
        before = self.table(name)
        if not isinstance(before, dict) or not isinstance(table, dict):
            return refused(BAD_PARAMETER, f"no table {name} that can be written")
        wrong = [key for key, value in table.items() if key not in before or type(value) is not type(before[key])]
        if wrong:
            return refused(BAD_PARAMETER, f"{name}.{wrong[0]}: no such key, or a value of another kind")
        after = {**before, **table}
        problem = self._apply(name, after)
        if problem is None:
            changed = ", ".join(f"{key}={after[key]}" for key in sorted(after) if after[key] != before[key])
            self._device.note("config", call.user, call.address, f"{name}: {changed or 'unchanged'}")
        return problem or done({"options": []})

    def _apply(self, name: str, table: Body) -> Body | None:
        """Take the table over; returns the refusal if that is not possible."""
        device = self._device
        if name == "Https":
            wanted = WebService(device.web.http_port, table["Port"], table["Enable"], table["CertSN"], table["TLSv11"])
            problem = self._serve(wanted)
            if problem is None:
                device.tables["Https"] = {"Compatible": table["Compatible"]}
            return problem
        if name == "Web":
            return self._serve(replace(device.web, http_port=table["Port"]))
        if name == "AccountLockout":
            if table["LoginAttempt"] < 1 or table["LockTime"] < 0:
                return refused(BAD_PARAMETER, "LoginAttempt must be 1 or more, LockTime 0 or more")
            device.accounts.lockout = Lockout(table["LoginAttempt"], table["LockTime"], device.accounts.lockout.by_address)
            return None
        device.tables[name] = table
        return None

    def _serve(self, wanted: WebService) -> Body | None:
        device = self._device
        pair = device.certificates.device
        number = f"{pair.certificate.serial_number:X}" if pair else ""
        if wanted.certificate not in ("", number) or (wanted.https and not wanted.certificate):
            return refused(NO_CERTIFICATE, "choose a device certificate first")
        for port in (wanted.http_port, wanted.https_port):
            own = port in (device.web.http_port, device.web.https_port)
            if not 0 < port < 65536 or port in device.settings.busy_ports or not (own or device.claim_port(port)):
                return refused(PORT_TAKEN, f"port {port} cannot be used")
        if wanted.http_port == wanted.https_port:
            return refused(PORT_TAKEN, "HTTP and HTTPS need different ports")
        device.serve(wanted)
        return None
