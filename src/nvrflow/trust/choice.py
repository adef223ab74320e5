"""What goes into which store: the right certificate for each kind of recorder certificate, store and `--trust`, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nvrflow.certificate import Certificate
from nvrflow.trust.material import Material
from nvrflow.trust.request import Kind
from nvrflow.trust.stores import Family, Use


@dataclass(frozen=True)
class Choice:
    """One certificate for one store, its use there, and the reason; with `certificate` None, the reason why there is none."""

    certificate: Certificate | None
    use: Use
    why: str


def choose(material: Material, kind: Kind, family: Family) -> list[Choice]:
    """Choose what goes into a store of this family."""
    return list(_CHOOSERS[material.situation](material, kind, family))


def _issued(material: Material, kind: Kind, family: Family) -> Iterator[Choice]:
    if kind == "limited" and material.names.kind == "limited":
        yield from _limited(material, family)
    elif kind in ("limited", "pin"):
        yield _pinned(material.device, family)
    else:
        assert material.authority is not None
        yield Choice(
            material.authority,
            "authority",
            "the recorder's CA, trusted for every site: whoever has its key can impersonate any site towards this computer",
        )
        for one in material.intermediates if family not in ("chrome-policy", "firefox-policy") else ():
            yield Choice(one, "intermediate", "the recorder does not send this part of its chain")
        if kind == "as-guide":
            yield from _device_as_guide(material.device, family)


def _limited(material: Material, family: Family) -> Iterator[Choice]:
    names = material.names.shown
    if family in ("chromium", "firefox", "chrome-policy", "firefox-policy"):
        yield Choice(material.anchors.alone, "authority", f"replaces the recorder's CA, for {names} only")
    else:
        remark = "; OpenSSL does not apply that limit to certificates without alternative names" if family == "openssl" else ""
        yield Choice(material.anchors.root, "authority", f"a root made here for {names} only; its key is destroyed{remark}")
        second: Use = "authority" if family == "openssl" else "intermediate"
        yield Choice(material.anchors.clone, second, f"replaces the recorder's CA below that root, for {names} only")


def _pinned(device: Certificate, family: Family) -> Choice:
    """Choose for a pin of one device certificate that a CA issued."""
    if family in ("chrome-policy", "firefox-policy"):
        return Choice(None, "leaf", "a policy accepts only CA certificates, not the recorder's device certificate")
    if family == "windows":
        return Choice(None, "leaf", "Windows accepts a server's own certificate as root only if it is self-signed")
    if family == "firefox" and device.is_ca:
        return _ca_in_firefox()
    if family == "openssl" and device.acts_as_ca:
        return Choice(None, "leaf", "OpenSSL would trust this certificate for every site, because it may act as a CA")
    remark = "; curl accepts it, Python does not" if family == "openssl" else ""
    return Choice(
        device, "leaf", f"only this device certificate; the trust ends when the recorder makes a new certificate{remark}"
    )


def _device_as_guide(device: Certificate, family: Family) -> Iterator[Choice]:
    if family in ("chrome-policy", "firefox-policy", "openssl"):
        yield Choice(None, "leaf", "the device certificate is left out, because it has no effect here beside its CA")
    elif family == "firefox" and device.is_ca:
        yield _ca_in_firefox()
    else:
        yield Choice(device, "leaf", "the device certificate, as in the manual procedure; beside its CA it has no effect")


def _self_signed(material: Material, kind: Kind, family: Family) -> Iterator[Choice]:
    device = material.device
    if family in ("chrome-policy", "firefox-policy"):
        yield Choice(None, "leaf", "the recorder's certificate is self-signed and not a CA, and a policy accepts only CAs")
        return
    note = "" if kind in ("limited", "pin") else f" ({kind} has no further effect, because there is no CA)"
    yield Choice(device, "leaf", f"the recorder's self-signed certificate, trusted for itself only{note}")


def _self_signed_ca(material: Material, kind: Kind, family: Family) -> Iterator[Choice]:
    device, full = material.device, kind in ("ca", "as-guide")
    if family == "chromium":
        yield Choice(
            device, "leaf", "the recorder's certificate is self-signed and a CA: pinned, so that it counts for no other site"
        )
    elif family == "firefox":
        yield (
            _ca_in_firefox()
            if device.is_ca
            else Choice(device, "leaf", "the recorder's self-signed certificate, trusted for itself only")
        )
    elif full:
        yield Choice(
            device,
            "authority",
            "the recorder's certificate is self-signed and a CA: whoever has the recorder's key can impersonate any site",
        )
    else:
        yield Choice(
            None,
            "authority",
            "the recorder's certificate is self-signed and a CA; this store could trust it only for every site."
            " Create a certificate on the recorder that is not a CA, or use --trust ca",
        )


def _ca_in_firefox() -> Choice:
    return Choice(
        None,
        "leaf",
        "Firefox never accepts a CA certificate as a server's own (MOZILLA_PKIX_ERROR_CA_CERT_USED_AS_END_ENTITY); accept"
        " the exception in Firefox itself, or create a certificate on the recorder that is not a CA",
    )


_CHOOSERS = {"issued": _issued, "self-signed": _self_signed, "self-signed-ca": _self_signed_ca}
