"""CertManager: a camera's one server certificate, signed by its own root, and the files of both."""

from __future__ import annotations

import base64
from dataclasses import replace

from cryptography import x509

from nvrflow.simulator.certificates import Pair
from nvrflow.simulator.device import Device, certificate_number
from nvrflow.simulator.protocols.rpc2.answers import BAD_PARAMETER, DOWNLOAD_FAILED, Body, Call, Method, done, refused
from nvrflow.simulator.protocols.rpc2.certificate_files import CertificateFiles
from nvrflow.simulator.protocols.rpc2_camera.issuing import issue

_EXISTS = 268959746  # not found in public material (docs/firmwares.md: ours)
_IN_USE = 268959747


class ServerCertificate:
    """The server certificate of one camera; a new camera has no certificate."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._files = CertificateFiles(device)

    def methods(self) -> dict[str, Method]:
        """The calls by name."""
        return {
            "CertManager.getSvrCertInfo": self._info,
            "CertManager.createSvrCert": self._create,
            "CertManager.removeSvrCert": self._remove,
            "CertManager.exportSvrCert": lambda call: self._export(call, "DevCert", self._device.certificates.device),
            "CertManager.exportRootCert": lambda call: self._export(call, "DefRootCACert", self._device.certificates.authority),
        }

    def _info(self, call: Call) -> Body:
        """What the HTTPS page shows about the certificate; without a certificate there is no Subject."""
        pair = self._device.certificates.device
        if pair is None:
            return done({"CertSN": ""})
        certificate = pair.certificate
        return done(
            {
                "CertSN": certificate_number(self._device.certificates),
                "Subject": _name(certificate.subject),
                "Issuer": _name(certificate.issuer),
                "NotBefore": certificate.not_valid_before_utc.strftime("%Y-%m-%d %H:%M:%S"),
                "NotAfter": certificate.not_valid_after_utc.strftime("%Y-%m-%d %H:%M:%S"),
            }
        )

    def _create(self, call: Call) -> Body:
        device, host = self._device, call.params.get("IPOrDomain")
        if not isinstance(host, str) or not host.strip():
            return refused(BAD_PARAMETER, "IPOrDomain must name the camera")
        if device.certificates.device or device.certificates.authority is None:
            return refused(_EXISTS, "remove the server certificate first")
        made = issue(device.certificates.authority, host.strip(), device.serial, call.params)
        device.certificates = replace(device.certificates, device=made)
        device.web = replace(device.web, certificate=certificate_number(device.certificates))
        device.note("certificate", call.user, call.address, f"made for {host.strip()}")
        return self._info(call)

    def _remove(self, call: Call) -> Body:
        device = self._device
        if device.web.https:
            return refused(_IN_USE, "switch HTTPS off first")
        device.certificates = replace(device.certificates, device=None)
        device.web = replace(device.web, certificate="")
        device.note("certificate", call.user, call.address, "removed")
        return done()

    def _export(self, call: Call, kind: str, pair: Pair | None) -> Body:
        if pair is None:
            return refused(BAD_PARAMETER, "there is no such certificate")
        if self._files.fails():
            return refused(DOWNLOAD_FAILED, "export failed")
        name, content = self._files.export((kind, pair), call.user, call.address)
        return done({"cert": base64.b64encode(content).decode(), "FileName": name})


def _name(name: x509.Name) -> str:
    """A certificate's name as the page shows it, with the common name first."""
    return ", ".join(part.rfc4514_string() for part in reversed(list(name)))
