"""Which certificate is which, told by what they are and never by the button or file they came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nvrflow.certificate import Certificate
from nvrflow.errors import CertificateRefused


@dataclass(frozen=True)
class Sorted:
    """The recorder's own certificate, the CA at the top of its chain, and what stands between."""

    device: Certificate | None
    authority: Certificate | None
    intermediates: tuple[Certificate, ...] = ()


def sort_out(certificates: Sequence[Certificate], served_leaf: Certificate | None = None) -> Sorted:
    """Sort what one or two files held. Without a clear device certificate `served_leaf` (from TLS) is it."""
    unique = list({certificate.der: certificate for certificate in certificates}.values())
    device = _device(unique, served_leaf)
    below = device or served_leaf
    others = [one for one in unique if device is None or one.der != device.der]
    if below is None:
        return Sorted(None, others[0] if others else None, tuple(others[1:]))
    chain: list[Certificate] = []
    link = below
    while not link.self_signed:
        above = next((one for one in others if one not in chain and one.issued(link)), None)
        if above is None:
            break
        chain.append(above)
        link = above
    if chain:
        return Sorted(device, chain[-1], tuple(chain[:-1]))
    # Nobody signed it: keep a CA to judge it by, so that the message can name the wrong one.
    candidate = next((one for one in others if one.is_ca), others[0] if others else None)
    return Sorted(device, candidate)


def device_and_authority(certificates: Sequence[Certificate]) -> tuple[Certificate, Certificate | None]:
    """The recorder's own certificate and its CA's among downloads, with their roles; None for a recorder without a CA.

    Raises CertificateRefused when the recorder's own is not there.
    """
    found = sort_out(certificates)
    if found.device is None:
        names = ", ".join(one.subject for one in certificates) or "nothing"
        raise CertificateRefused(f"the downloads: hold {names}; the recorder's own certificate should be among them")
    return replace(found.device, role="device"), replace(found.authority, role="trusted-ca") if found.authority else None


def _device(certificates: Sequence[Certificate], served_leaf: Certificate | None) -> Certificate | None:
    """The certificate that is served; else the one that issued none of the others and is no CA; else a lone one."""
    if served_leaf is not None:
        for one in certificates:
            if one.der == served_leaf.der:
                return one
    leaves = [
        one
        for one in certificates
        if not one.is_ca and not any(one.issued(other) for other in certificates if other.der != one.der)
    ]
    if leaves:
        return leaves[0]
    if served_leaf is None and len(certificates) == 1:
        return certificates[0]
    return None
