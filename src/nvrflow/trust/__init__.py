"""Trust: the recorder's certificates put into this computer's stores, as little as is needed, and exactly undone.

made = plan(device, authority, served.leaf, "http://192.0.2.10")        # nothing is changed
approved = approve(made, expect_sha256, yes, confirm)                   # CertificateRefused when nobody confirms
changes = apply(made, approved)                                         # all or nothing, written in the ledger
remove("192.0.2.10", made.ledger, made.computer)                        # exactly that, away again
"""

from nvrflow.trust.apply import Removal, apply, recover, remove
from nvrflow.trust.approval import approve
from nvrflow.trust.choosing import KINDS, Kind, Material
from nvrflow.trust.computer import Computer
from nvrflow.trust.discovery import all_stores
from nvrflow.trust.home import into_home
from nvrflow.trust.ledger import Entry, Ledger
from nvrflow.trust.listing import Held, status
from nvrflow.trust.plan import Item, Plan, ledger_of, plan
from nvrflow.trust.sorting import Sorted, sort_out

__all__ = [
    "KINDS",
    "Computer",
    "Entry",
    "Held",
    "Item",
    "Kind",
    "Ledger",
    "Material",
    "Plan",
    "Removal",
    "Sorted",
    "all_stores",
    "apply",
    "approve",
    "into_home",
    "ledger_of",
    "plan",
    "recover",
    "remove",
    "sort_out",
    "status",
]
