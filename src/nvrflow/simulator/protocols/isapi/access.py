"""HTTP and HTTPS of one recorder, and its one certificate, which it signs itself."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from nvrflow.simulator.accounts import Session
from nvrflow.simulator.certificates import Certificates, Names, make
from nvrflow.simulator.device import Device, certificate_number
from nvrflow.simulator.protocols.isapi.documents import document, read, rows, said
from nvrflow.simulator.protocols.lapi.network import Network


class Access:
    """The requests that need a sign-in."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._network = Network(device)
        if device.settings.certificate == "none":  # this family has no CA of its own
            device.certificates = Certificates(None, None)

    async def protocols(self, request: Request, session: Session) -> Response:
        """The ports of the recorder's pages."""
        web = self._device.web
        http = {"id": 1, "enabled": True, "protocol": "HTTP", "portNo": web.http_port}
        https = {"id": 2, "enabled": web.https, "protocol": "HTTPS", "portNo": web.https_port, "redirectToHttps": web.https}
        return document("AdminAccessProtocolList", {"AdminAccessProtocol": [http, https]})

    async def set_protocols(self, request: Request, session: Session) -> Response:
        """HTTPS on or off; refused with subStatusCode `noCertificate` or `portError`. Ports stay as they are."""
        sent = rows(await request.body(), "AdminAccessProtocol")
        https = next((row for row in sent or [] if row.get("protocol") == "HTTPS"), None)
        if sent is None or https is None or https.get("enabled") not in ("true", "false"):
            return said(request.url.path, "badXmlContent")
        code, words, _ = self._network.set_https({"Enabled": int(https["enabled"] == "true")}, session.address)
        if code == 0:
            return said(request.url.path)
        return said(request.url.path, "noCertificate" if "Certificate" in words else "portError")

    async def certificate(self, request: Request, session: Session) -> Response:
        """The installed certificate; without a certificate there is no subject."""
        pair = self._device.certificates.device
        if pair is None:
            return document("certificate", {"subject": ""})
        found = pair.certificate
        return document(
            "certificate",
            {
                "subject": found.subject.rfc4514_string(),
                "issuer": found.issuer.rfc4514_string(),
                "validity": f"{found.not_valid_before_utc:%Y-%m-%d} ~ {found.not_valid_after_utc:%Y-%m-%d}",
            },
        )

    async def create(self, request: Request, session: Session) -> Response:
        """Make a new self-signed certificate for the address that the person typed; names are refused."""
        device, host = self._device, (read(await request.body()) or {}).get("hostname", "")
        if not _is_address(host) or device.certificates.device:
            return said(request.url.path, "badParameters")
        names = Names(device.file.authority, device.file.subject, device.serial, host)
        device.certificates = make("self_signed", names)
        device.web = replace(device.web, certificate=certificate_number(device.certificates))
        device.note("certificate", session.user, session.address, f"made for {host}")
        return said(request.url.path)

    async def delete(self, request: Request, session: Session) -> Response:
        """Delete the certificate, unless HTTPS needs it."""
        device = self._device
        if device.web.https or device.certificates.device is None:
            return said(request.url.path, "inUse")
        device.certificates = Certificates(None, None)
        device.web = replace(device.web, certificate="")
        device.note("certificate", session.user, session.address, "removed")
        return said(request.url.path)

    async def download(self, request: Request, session: Session) -> Response:
        """The certificate as a file."""
        found = self._network.export("Device", session.user, session.address)
        if found is None:
            return Response("failed", 500)
        name, content = found
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="application/octet-stream", headers=headers)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
