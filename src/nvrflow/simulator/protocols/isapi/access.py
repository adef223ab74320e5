"""HTTP and HTTPS of one recorder, and its one certificate, which it makes and signs itself."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from nvrflow.simulator.accounts import Session
from nvrflow.simulator.certificates import Certificates, Names, make
from nvrflow.simulator.device import Device, certificate_number
from nvrflow.simulator.protocols.lapi.network import Network


class Access:
    """What somebody who is signed in may ask and change."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._network = Network(device)
        if device.settings.certificate == "none":  # this family has no CA of its own
            device.certificates = Certificates(None, None)

    async def protocols(self, request: Request, session: Session) -> Response:
        """How the recorder's pages can be reached."""
        web = self._device.web
        return JSONResponse(
            {
                "HTTP": {"enabled": True, "portNo": web.http_port},
                "HTTPS": {"enabled": web.https, "portNo": web.https_port, "redirectToHttps": web.https},
            }
        )

    async def set_protocols(self, request: Request, session: Session) -> Response:
        """HTTPS on or off; refused with subStatusCode `noCertificate` or `portError`."""
        wanted = (await _json(request)).get("HTTPS", {})
        code, words, _ = self._network.set_https({"Enabled": int(bool(wanted.get("enabled")))}, session.address)
        if code == 0:
            return JSONResponse({"statusCode": 1})
        return JSONResponse({"statusCode": 6, "subStatusCode": "noCertificate" if "Certificate" in words else "portError"}, 403)

    async def certificate(self, request: Request, session: Session) -> Response:
        """The installed certificate; no subject when there is none."""
        pair = self._device.certificates.device
        if pair is None:
            return JSONResponse({"subject": ""})
        found = pair.certificate
        return JSONResponse(
            {
                "subject": found.subject.rfc4514_string(),
                "issuer": found.issuer.rfc4514_string(),
                "validity": f"{found.not_valid_before_utc:%Y-%m-%d} ~ {found.not_valid_after_utc:%Y-%m-%d}",
            }
        )

    async def create(self, request: Request, session: Session) -> Response:
        """A new self-signed certificate for the address that the person typed; names are not taken."""
        device, host = self._device, str((await _json(request)).get("hostname", "")).strip()
        if not _is_address(host) or device.certificates.device:
            return JSONResponse({"statusCode": 6, "subStatusCode": "badParameters"}, 403)
        names = Names(device.file.authority, device.file.subject, device.serial, host)
        device.certificates = make("self_signed", names)
        device.web = replace(device.web, certificate=certificate_number(device.certificates))
        device.note("certificate", session.user, session.address, f"made for {host}")
        return JSONResponse({"statusCode": 1})

    async def delete(self, request: Request, session: Session) -> Response:
        """The certificate goes, unless HTTPS needs it."""
        device = self._device
        if device.web.https or device.certificates.device is None:
            return JSONResponse({"statusCode": 6, "subStatusCode": "inUse"}, 403)
        device.certificates = Certificates(None, None)
        device.web = replace(device.web, certificate="")
        device.note("certificate", session.user, session.address, "removed")
        return JSONResponse({"statusCode": 1})

    async def download(self, request: Request, session: Session) -> Response:
        """The certificate as a file."""
        found = self._network.export("Device", session.user, session.address)
        if found is None:
            return Response("failed", 500)
        name, content = found
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="application/octet-stream", headers=headers)


async def _json(request: Request) -> dict[str, Any]:
    try:
        sent = await request.json()
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
