"""Ports, HTTPS and the certificate files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nvrflow.simulator.certificates import exported
from nvrflow.simulator.device import Device, WebService, certificate_number
from nvrflow.simulator.protocols.lapi.answers import BAD_PARAMETER, NO_CERTIFICATE, PORT_TAKEN, Answer, done, refused


class Network:
    """The network settings of one recorder; the first `download_fails` exports fail."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._failed = 0

    def ports(self, sent: dict[str, Any], address: str) -> Answer:
        """The ports on which it listens."""
        return done({"HTTPPort": self._device.web.http_port, "HTTPSPort": self._device.web.https_port, "RTSPPort": 554})

    def set_ports(self, sent: dict[str, Any], address: str) -> Answer:
        """Set other ports for HTTP and HTTPS."""
        http, https = sent.get("HTTPPort"), sent.get("HTTPSPort")
        if not (isinstance(http, int) and isinstance(https, int)):
            return refused(BAD_PARAMETER, "Invalid Arguments")
        return self._serve(replace(self._device.web, http_port=http, https_port=https), "Ports", address)

    def https(self, sent: dict[str, Any], address: str) -> Answer:
        """Whether HTTPS is on, and the certificate's name."""
        pair = self._device.certificates.device
        subject = pair.certificate.subject.rfc4514_string() if pair else ""
        return done({"Enabled": int(self._device.web.https), "Certificate": subject})

    def set_https(self, sent: dict[str, Any], address: str) -> Answer:
        """Switch HTTPS on (1) or off (0)."""
        enabled, number = sent.get("Enabled"), certificate_number(self._device.certificates)
        if enabled not in (0, 1):
            return refused(BAD_PARAMETER, "Invalid Arguments")
        if enabled and not number:
            return refused(NO_CERTIFICATE, "No Certificate")
        return self._serve(replace(self._device.web, https=bool(enabled), certificate=number), "HTTPS", address)

    def export(self, which: str, user: str, address: str) -> tuple[str, bytes] | None:
        """The suggested name and the bytes of the `Device` or `Root` certificate; None without a certificate, or if it fails."""
        settings, have = self._device.settings, self._device.certificates
        pair = {"Device": have.device, "Root": have.authority}.get(which)
        if self._failed < settings.download_fails:
            self._failed += 1
            return None
        if pair is None:
            return None
        name = settings.device_file if which == "Device" or settings.same_name else settings.authority_file
        self._device.note("export", user, address, name)
        return name, exported(pair.certificate, settings.format)

    def _serve(self, wanted: WebService, what: str, address: str) -> Answer:
        device = self._device
        for port in (wanted.http_port, wanted.https_port):
            own = port in (device.web.http_port, device.web.https_port)
            if not 0 < port < 65536 or port in device.settings.busy_ports or not (own or device.claim_port(port)):
                return refused(PORT_TAKEN, "Port Conflict")
        if wanted.http_port == wanted.https_port:
            return refused(PORT_TAKEN, "Port Conflict")
        device.note("config", device.settings.user, address, what)
        device.serve(wanted)
        return done()
