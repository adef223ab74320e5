"""The certificates as the recorder lists and exports them (docs/firmwares.md)."""

from __future__ import annotations

import base64

from cryptography import x509

from nvrflow.simulator.certificates import Pair, exported
from nvrflow.simulator.device import Device
from nvrflow.simulator.protocols.rpc2.answers import BAD_PARAMETER, DOWNLOAD_FAILED, Body, Call, Method, done, refused

_DEVICE, _AUTHORITY = "DevCert", "DefRootCACert"


class CertificateFiles:
    """The certificate files of one recorder; the first `download_fails` exports fail."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._failed = 0

    def methods(self) -> dict[str, Method]:
        """The calls by name."""
        return {"DigitalCertificate.getCertsInfo": self._list, "DigitalCertificate.exportCert": self._export}

    def encryption(self) -> Body:
        """The public key for encrypted calls, as pages ask for it before a sign-in; nothing here needs it."""
        pair = self._device.certificates.device or self._device.certificates.authority
        numbers = pair.key.public_key().public_numbers() if pair else None
        public = f"N:{numbers.n:X},E:{numbers.e:06X}" if numbers else ""
        return {"asymmetric": "RSA", "cipher": ["AES-256"], "pub": public}

    def by_name(self, name: str, number: str | None) -> tuple[str, Pair] | None:
        """The certificate whose file has that name, and that serial number if one is given, with its kind."""
        for kind, pair in self._all():
            if name == self._file(kind) and number in (None, _number(pair)):
                return kind, pair
        return None

    def fails(self) -> bool:
        """Whether this export must fail, by the settings."""
        failing = self._failed < self._device.settings.download_fails
        self._failed += failing
        return failing

    def export(self, found: tuple[str, Pair], user: str, address: str) -> tuple[str, bytes]:
        """The suggested file name and the bytes of a certificate; the log says who downloaded it."""
        kind, pair = found
        self._device.note("export", user, address, self._file(kind))
        return self._file(kind), exported(pair.certificate, self._device.settings.format)

    def _all(self) -> list[tuple[str, Pair]]:
        have = self._device.certificates
        return [(kind, pair) for kind, pair in ((_DEVICE, have.device), (_AUTHORITY, have.authority)) if pair]

    def _file(self, kind: str) -> str:
        settings = self._device.settings
        return settings.device_file if kind == _DEVICE or settings.same_name else settings.authority_file

    def _list(self, call: Call) -> Body:
        if call.params.get("DigitalCertificateType", "GM") != "General":
            return done({"List": [], "Total": 0})
        listed = [self._described(kind, pair) for kind, pair in self._all()]
        offset, count = call.params.get("Offset", 0), call.params.get("Count", len(listed))
        if not (isinstance(offset, int) and isinstance(count, int) and offset >= 0 and count >= 0):
            return refused(BAD_PARAMETER, "Offset and Count must be numbers")
        return done({"List": listed[offset : offset + count], "Total": len(listed)})

    def _described(self, kind: str, pair: Pair) -> Body:
        certificate = pair.certificate
        return {
            "CertSN": _number(pair),
            "Type": kind,
            "Subject": _name(certificate.subject),
            "Issuer": _name(certificate.issuer),
            "NotBefore": certificate.not_valid_before_utc.strftime("%Y-%m-%d %H:%M:%S"),
            "NotAfter": certificate.not_valid_after_utc.strftime("%Y-%m-%d %H:%M:%S"),
            "KeyLength": pair.key.key_size,
            "Default": True,
            "FileName": self._file(kind),
        }

    def _export(self, call: Call) -> Body:
        for kind, pair in self._all():
            if call.params.get("CertSN") == _number(pair):
                if self.fails():
                    return refused(DOWNLOAD_FAILED, "export failed")
                name, content = self.export((kind, pair), call.user, call.address)
                return done({"Cert": base64.b64encode(content).decode(), "FileName": name})
        return refused(BAD_PARAMETER, "no certificate with this CertSN")


def _name(name: x509.Name) -> str:
    """A certificate's name as pages show it, with the common name first."""
    return ", ".join(part.rfc4514_string() for part in reversed(list(name)))


def _number(pair: Pair) -> str:
    return f"{pair.certificate.serial_number:X}"
