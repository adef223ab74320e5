"""Which downloaded certificate is the recorder's own, and which is the CA's: told from the content, not from the button."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from nvrflow.certificate.noun import Certificate
from nvrflow.errors import CertificateRefused


def device_and_authority(certificates: Iterable[Certificate]) -> tuple[Certificate, Certificate | None]:
    """The device certificate and the CA certificate among `certificates`, with their roles set.

    The authority is the CA that signed the device certificate, else a CA that did not (to be judged as such), else None for
    a recorder that signs its own certificate. Raises CertificateRefused when there is no device certificate.
    """
    unique = list({certificate.sha256: certificate for certificate in certificates}.values())
    leaves = [one for one in unique if not one.is_ca]
    authorities = [one for one in unique if one.is_ca]
    if not leaves and len(unique) == 1 and unique[0].self_signed:
        leaves, authorities = unique, []
    if not leaves:
        names = ", ".join(one.subject for one in unique) or "nothing"
        raise CertificateRefused(f"the downloads: hold {names}; the recorder's own certificate should be among them")
    signed = [(leaf, ca) for leaf in leaves for ca in authorities if ca.issued(leaf)]
    device, authority = signed[0] if signed else (leaves[0], authorities[0] if authorities else None)
    return replace(device, role="device"), replace(authority, role="trusted-ca") if authority else None
