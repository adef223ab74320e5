"""Problems with a store: certificates that are in it already, and limits that its readers do not apply."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nvrflow.certificate import Certificate
from nvrflow.problem import Problem
from nvrflow.trust.ledger import Entry
from nvrflow.trust.stores import Store, is_distrusted, is_enough

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
