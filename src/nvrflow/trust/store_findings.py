"""What is known against a store: what lies in it already, and what its readers do not hold to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nvrflow.certificate import Certificate
from nvrflow.problem import Problem
from nvrflow.trust.ledger import Entry
from nvrflow.trust.stores import Store, is_distrusted, is_enough

# Measured with OpenSSL 3.0 and curl 7.88: common names that do not look like a usual host (*.example, a single word, a dot at the
# end, a label that ends with -) are not held to name constraints, and are accepted where there is no alternative name. Browsers
# look at no common name.
OPENSSL_GAP = Problem(
    "openssl-common-names",
    "system store",
    "programs that use OpenSSL (curl, Python) do not hold certificates without alternative names to the limits: whoever has the"
    " key of the recorder's CA can make one with an odd common name that they accept for any site",
    "browsers are not concerned; leave the system store out if those programs need not open the recorder",
    "warning",
)


def authority_there(store: Store, authority: Certificate | None, earlier: Sequence[Entry]) -> Iterator[Problem]:
    """What it means that the recorder's CA itself lies in the store already; `earlier` are our own entries."""
    found = store.holds(authority) if authority is not None else None
    if found is None or authority is None:
        return
    if is_distrusted(found):
        yield Problem(
            "distrusted-there",
            store.name,
            f"the recorder's CA {authority.name!r} is marked as distrusted there ({found.label!r})",
            "take that mark away first, or leave this store out with --store",
        )
    elif is_enough(store, found, "authority") and not any(one.sha256 == authority.sha256 for one in earlier):
        yield Problem(
            "trusted-for-every-site",
            store.name,
            f"the recorder's CA {authority.name!r} is trusted for every site there already ({found.label!r}), and that stays",
            "take that entry away if it was not meant: the limit has no effect beside it",
            "warning",
        )
