"""Trust: importing a recorder's certificates into this computer's trust stores, as narrowly as possible, and undoing it exactly.

    request = Request("192.0.2.10", device, authority, served)     # what is asked for
    plan = make_plan(request)                                      # what would be done; nothing is changed
    approval = approve(plan, Approver(yes=True))                   # CertificateRefused when nobody confirms
    changes = apply(approval)                                      # all or nothing; recorded in the ledger
    remove("192.0.2.10", plan.ledger, plan.computer)               # removes exactly what was imported

In reading order: `request` (what is asked for), `names` with `domains` and `anchor` (which names may be trusted), `material`
(the certificates, sorted), `judgement` (problems with them), `choice` (what goes into which kind of store), `plan`, `approval`,
`ledger`, `apply`, `removal`, `listing`; then `clients` and `clients_word` (the programs that are asked, and what their answers
mean), `scene`, `diagnosis`, `open_browsers` and `verify` (why a client refuses); `stages`, `endpoint`, `reported` and `trial`
(trust as a part of a run), `throwaway_home` (a temporary store), `equipment`, `surroundings` and `overrides` (this computer),
`bundle` (other computers). The lowest modules are `computer`, `actions`, `stores` with `store_findings`, and `discovery`.
"""

from nvrflow.trust.apply import apply
from nvrflow.trust.approval import Approval, Approver, approve
from nvrflow.trust.computer import Computer
from nvrflow.trust.discovery import all_stores
from nvrflow.trust.ledger import Entry, Ledger, ledger_of
from nvrflow.trust.listing import Held, listed, status
from nvrflow.trust.material import Material, Sorted, sort_out
from nvrflow.trust.plan import Item, Plan, make_plan
from nvrflow.trust.removal import Removal, recover, remove
from nvrflow.trust.request import KINDS, Kind, Request, Terms, request_for_files, request_for_served
from nvrflow.trust.throwaway_home import into_home

__all__ = [
    "KINDS",
    "Approval",
    "Approver",
    "Computer",
    "Entry",
    "Held",
    "Item",
    "Kind",
    "Ledger",
    "Material",
    "Plan",
    "Removal",
    "Request",
    "Sorted",
    "Terms",
    "all_stores",
    "apply",
    "approve",
    "into_home",
    "ledger_of",
    "listed",
    "make_plan",
    "recover",
    "remove",
    "request_for_files",
    "request_for_served",
    "sort_out",
    "status",
]
