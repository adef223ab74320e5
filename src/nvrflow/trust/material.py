"""The recorder's certificates, sorted by their content, never by the button or file that they came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from cryptography import x509

from nvrflow.certificate import Certificate
from nvrflow.errors import CertificateRefused
from nvrflow.trust.anchor import LimitedPair, limited, name_limits
from nvrflow.trust.names import Names

Situation = Literal["issued", "self-signed", "self-signed-ca"]


@dataclass(frozen=True)
class Sorted:
    """The recorder's own certificate, the CA at the top of its chain, and the certificates between them."""

    device: Certificate | None
    authority: Certificate | None
    intermediates: tuple[Certificate, ...] = ()


def sort_out(certificates: Sequence[Certificate], served_leaf: Certificate | None = None) -> Sorted:
    """Sort the certificates of one or two files. If the device certificate is not clear, `served_leaf` (from TLS) is used."""
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
    # None of them signed it: keep a CA, so that the message can name the wrong CA.
    candidate = next((one for one in others if one.is_ca), others[0] if others else None)
    return Sorted(device, candidate)


def device_and_authority(certificates: Sequence[Certificate]) -> tuple[Certificate, Certificate | None]:
    """Find the recorder's own certificate and its CA certificate among downloads, and give them their roles.

    The CA certificate is None for a recorder without a CA. Raises CertificateRefused when the recorder's own is missing.
    """
    found = sort_out(certificates)
    if found.device is None:
        names = ", ".join(one.subject for one in certificates) or "nothing"
        said = f"the downloads: they hold {names}, but not the recorder's own certificate; download that one too"
        raise CertificateRefused(said)
    return replace(found.device, role="device"), replace(found.authority, role="trusted-ca") if found.authority else None


def _device(certificates: Sequence[Certificate], served_leaf: Certificate | None) -> Certificate | None:
    """The served certificate; otherwise the one that is not a CA and issued no other; otherwise a single certificate."""
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


@dataclass(frozen=True)
class Material:
    """Everything that can be imported: the recorder's certificates, and limited anchors, which are made on first use.

    `names` is the decision about which names may be trusted. `earlier` are limited anchors of an earlier run that are in use.
    """

    device: Certificate
    names: Names
    authority: Certificate | None = None
    intermediates: tuple[Certificate, ...] = ()
    earlier: LimitedPair | None = None

    @property
    def situation(self) -> Situation:
        """`issued` (by its CA), `self-signed`, or `self-signed-ca` (self-signed and marked as a CA)."""
        if not self.device.self_signed:
            return "issued"
        return "self-signed-ca" if self.device.acts_as_ca else "self-signed"

    @cached_property
    def signer(self) -> Certificate:
        """The certificate whose key signed the device certificate: the CA, or an intermediate below it."""
        for candidate in (self.authority, *self.intermediates):
            if candidate is not None and candidate.issued(self.device):
                return candidate
        return self.device

    @cached_property
    def anchors(self) -> LimitedPair:
        """The limited anchors, made on first use."""
        return self.earlier or limited(self.signer, self.device, self.names)


def anchors_in_use(held: Sequence[Certificate], material: Material) -> LimitedPair | None:
    """Find limited anchors among `held` for the same CA key and the same names; None when there are none.

    This avoids that every run adds a new anchor. If only one of a pair is there, the other one is made new.
    """
    if material.situation != "issued" or material.signer.der == material.device.der or material.names.kind != "limited":
        return None
    limits, signer = name_limits(material.names), material.signer
    fitting = [one for one in held if one.extension(x509.NameConstraints) == limits and one.not_after == signer.not_after]
    roots = [one for one in fitting if one.self_signed]
    clones = [one for one in fitting if not one.self_signed and one.spki_sha256 == signer.spki_sha256]
    pair = next(((root, clone) for root in roots for clone in clones if root.issued(clone)), None)
    alone = next((one for one in clones if not any(root.issued(one) for root in roots)), None)
    if pair is None and alone is None:
        return None
    fresh = limited(signer, material.device, material.names)
    root, clone = pair or (fresh.root, fresh.clone)
    return LimitedPair(alone or fresh.alone, root, clone)
