"""Problems with a store: certificates that are in it already, and limits that its readers do not apply."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cryptography import x509

from nvrflow.certificate import Certificate
from nvrflow.problem import Problem
from nvrflow.trust.ledger import Entry
from nvrflow.trust.request import Kind
from nvrflow.trust.stores import Listing, Store, is_distrusted, is_enough

# Measured with OpenSSL 3.0 and curl 7.88: name constraints do not apply to common names that do not look like a usual host
# (*.example, a single word, a dot at the end, a label that ends with -), and such a name is accepted if the certificate has no
# alternative name. Browsers ignore common names.
OPENSSL_GAP = Problem(
    "openssl-common-names",
    "system store",
    "programs that use OpenSSL (curl, Python) do not apply the limits to certificates without alternative names: whoever has the"
    " key of the recorder's CA can make a certificate with an unusual common name that these programs accept for any site",
    "browsers are not affected; leave the system store out if these programs need not open the recorder",
    "warning",
)


def authority_there(store: Store, authority: Certificate | None, earlier: Sequence[Entry]) -> Iterator[Problem]:
    """Yield what it means that the recorder's CA itself is already in the store; `earlier` are nvrflow's own entries."""
    found = store.holds(authority) if authority is not None else None
    if found is None or authority is None:
        return
    if is_distrusted(found):
        yield Problem(
            "distrusted-there",
            store.name,
            f"the recorder's CA {authority.name!r} is marked as distrusted there ({found.label!r})",
            "remove that mark first, or choose other stores with --store",
        )
    elif is_enough(store, found, "authority") and not any(one.sha256 == authority.sha256 for one in earlier):
        yield Problem(
            "trusted-for-every-site",
            store.name,
            f"the recorder's CA {authority.name!r} is already trusted there for every site ({found.label!r}), and that stays",
            "remove that entry if it is not intended: the limit has no effect beside it",
            "warning",
        )


# Measured with Chromium 156: of the certificates with the name and key of an issuer it tries 20. Firefox 153 has no such limit.
CHROMIUM_TRIES = 20


def others_of_its_ca(store: Store, signer: Certificate, kind: Kind, earlier: Sequence[Entry]) -> Iterator[Problem]:
    """Yield why limited anchors for other recorders of the CA `signer` are in the way; `earlier` are this recorder's own entries.

    A note means that only this store has to be left out.
    """
    own = {one.sha256 for one in earlier}
    listed = store.ours() if isinstance(store, Listing) else []
    others = [label for label, one in listed if one.sha256 not in own and replaces(one, signer)]
    if store.family == "openssl" and others:
        yield Problem(
            "one-of-a-ca",
            store.name,
            "curl and Python look at only one certificate of a CA, and that of another recorder with this CA is there already"
            f" ({others[0]}); this store is left out",
            "browsers are not affected; give its CA certificate to the program itself (curl --cacert FILE)",
            "note",
        )
    elif store.family in ("chromium", "chrome-policy") and kind == "limited" and len(others) >= CHROMIUM_TRIES:
        yield Problem(
            "too-many-of-a-ca",
            store.name,
            f"limited anchors for {len(others)} other recorders of the CA {signer.name!r} are there already, and Chromium tries"
            f" only {CHROMIUM_TRIES} of one CA",
            "use --store chromium-nss --trust pin, or choose other stores with --store",
        )


def replaces(anchor: Certificate, signer: Certificate) -> bool:
    """Whether this is a limited anchor that has the name and key of the CA `signer`."""
    alike = (anchor.spki_sha256, anchor.x509.subject) == (signer.spki_sha256, signer.x509.subject)
    return alike and anchor.der != signer.der and anchor.extension(x509.NameConstraints) is not None
