"""Limited anchors of an earlier run, found again in the ledger: a new one each time would pile up in the stores."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509

from nvrflow.trust.anchor import LimitedPair, limited, name_limits
from nvrflow.trust.choosing import Material
from nvrflow.trust.ledger import Entry


def earlier_anchors(entries: Sequence[Entry], material: Material) -> LimitedPair | None:
    """Those that stand for the same CA key and the same names; what is lacking is made new. None when there are none."""
    if material.names.kind != "limited" or material.situation != "issued" or material.signer.der == material.device.der:
        return None
    limits = name_limits(material.names)
    held = [one.certificate for one in entries if one.kind == "limited"]
    fitting = [
        one for one in held if one.extension(x509.NameConstraints) == limits and one.not_after == material.signer.not_after
    ]
    roots = [one for one in fitting if one.self_signed]
    clones = [one for one in fitting if not one.self_signed and one.spki_sha256 == material.signer.spki_sha256]
    pair = next(((root, clone) for root in roots for clone in clones if root.issued(clone)), None)
    alone = next((one for one in clones if not any(root.issued(one) for root in roots)), None)
    if pair is None and alone is None:
        return None
    fresh = limited(material.signer, material.device, material.names)
    root, clone = pair or (fresh.root, fresh.clone)
    return LimitedPair(alone or fresh.alone, root, clone)
