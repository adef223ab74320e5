"""What goes where: for each kind of recorder certificate, each store and each `--trust`, the right thing and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nvrflow.certificate import Certificate
from nvrflow.trust.material import Material
from nvrflow.trust.request import Kind
from nvrflow.trust.stores import Family, Use


@dataclass(frozen=True)
class Choice:
    """One certificate for one store, how it is used there, and a sentence why; `certificate` None: nothing, and why."""

    certificate: Certificate | None
    use: Use
    why: str


def choose(material: Material, kind: Kind, family: Family) -> list[Choice]:
    """What goes into a store of this family."""
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
            "the recorder's CA, trusted for every site: whoever has its key can pose as any site towards this computer",
        )
        for one in material.intermediates if family not in ("chrome-policy", "firefox-policy") else ():
            yield Choice(one, "intermediate", "the recorder does not send this link of its chain itself")
        if kind == "as-guide":
            yield from _device_as_guide(material.device, family)


def _limited(material: Material, family: Family) -> Iterator[Choice]:
    names = material.names.shown
    if family in ("chromium", "firefox", "chrome-policy", "firefox-policy"):
        yield Choice(material.anchors.alone, "authority", f"stands for the recorder's CA, but for {names} only")
    else:
        remark = "; OpenSSL does not hold certificates without alternative names to it" if family == "openssl" else ""
        yield Choice(material.anchors.root, "authority", f"a root made here for {names} only; its key is destroyed{remark}")
        second: Use = "authority" if family == "openssl" else "intermediate"
        yield Choice(material.anchors.clone, second, f"stands for the recorder's CA below that root, for {names} only")


def _pinned(device: Certificate, family: Family) -> Choice:
    """One device certificate that a CA issued."""
    if family in ("chrome-policy", "firefox-policy"):
        return Choice(None, "leaf", "a policy takes CA certificates only, and not this one certificate of the recorder")
    if family == "windows":
        return Choice(None, "leaf", "Windows takes a server's own certificate as root only if it is self-signed")
    if family == "firefox" and device.is_ca:
        return _ca_in_firefox()
    if family == "openssl" and device.acts_as_ca:
        return Choice(None, "leaf", "OpenSSL would let this certificate vouch for every site, because it may act as a CA")
    remark = "; curl takes it, Python does not" if family == "openssl" else ""
    return Choice(
        device, "leaf", f"this one device certificate and nothing else; it ends when the recorder makes a new one{remark}"
    )


def _device_as_guide(device: Certificate, family: Family) -> Iterator[Choice]:
    if family in ("chrome-policy", "firefox-policy", "openssl"):
        yield Choice(None, "leaf", "the device certificate has no effect here beside its CA and is left out")
    elif family == "firefox" and device.is_ca:
        yield _ca_in_firefox()
    else:
        yield Choice(device, "leaf", "the device certificate, as the guide says; beside its CA it has no effect")


def _self_signed(material: Material, kind: Kind, family: Family) -> Iterator[Choice]:
    device = material.device
    if family in ("chrome-policy", "firefox-policy"):
        yield Choice(None, "leaf", "the recorder's certificate is self-signed and no CA; a policy takes CAs only")
        return
    note = "" if kind in ("limited", "pin") else f" ({kind}: there is no CA behind it, so it is all there is)"
    yield Choice(device, "leaf", f"the recorder's certificate is self-signed: itself, for itself only{note}")


def _self_signed_ca(material: Material, kind: Kind, family: Family) -> Iterator[Choice]:
    device, full = material.device, kind in ("ca", "as-guide")
    if family == "chromium":
        yield Choice(device, "leaf", "self-signed and a CA at once: pinned, so that it cannot vouch for other sites")
    elif family == "firefox":
        yield (
            _ca_in_firefox() if device.is_ca else Choice(device, "leaf", "the recorder's certificate is self-signed: itself only")
        )
    elif full:
        yield Choice(
            device,
            "authority",
            "self-signed and a CA at once: from now on whoever has the recorder's key can pose as any site",
        )
    else:
        yield Choice(
            None,
            "authority",
            "the recorder's certificate is self-signed and a CA at once; here it could only be trusted for every site."
            " Create a certificate on the recorder that is no CA, or say --trust ca",
        )


def _ca_in_firefox() -> Choice:
    return Choice(
        None,
        "leaf",
        "Firefox never takes a CA certificate as a server's own (MOZILLA_PKIX_ERROR_CA_CERT_USED_AS_END_ENTITY); accept"
        " the exception in Firefox itself, or create a certificate on the recorder that is no CA",
    )


_CHOOSERS = {"issued": _issued, "self-signed": _self_signed, "self-signed-ca": _self_signed_ca}
