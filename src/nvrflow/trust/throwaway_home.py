"""A temporary HOME in which a browser trusts exactly what a plan would import, for the test before the import."""

from __future__ import annotations

from pathlib import Path

from nvrflow.environment import in_home
from nvrflow.errors import NotTrusted
from nvrflow.trust.actions import perform_all
from nvrflow.trust.choice import choose
from nvrflow.trust.computer import Computer
from nvrflow.trust.plan import Plan
from nvrflow.trust.stores import is_enough
from nvrflow.trust.stores.nss_store import CERTUTIL, NssStore


def into_home(plan: Plan, home: Path) -> Path:
    """Put the plan's certificates, and nothing else, into an NSS database in the empty folder `home`; no ledger is written.

    Then start Chromium with HOME set to `home`. The database is in the old place, `.pki/nssdb`, which every version of
    Chromium reads first. Linux only. Raises NotTrusted when the database cannot be made.
    """
    computer = Computer("linux", in_home(home, plan.computer.environment))
    store = NssStore(computer, "temporary", "chromium", home / ".pki" / "nssdb", "one browser", creatable=True)
    if not computer.has("certutil"):
        raise NotTrusted(f"{home}: NSS's certutil is missing, so no browser can be given the certificates; {CERTUTIL}")
    for choice in choose(plan.material, plan.kind, "chromium"):
        if choice.certificate is None:
            raise NotTrusted(f"{plan.host}: {choice.why}")
        if problem := perform_all(store.add(choice.certificate, choice.use, plan.host)):
            raise NotTrusted(f"{home}: {problem}")
        found = store.holds(choice.certificate)
        if found is None or not is_enough(store, found, choice.use):
            raise NotTrusted(f"{store.place}: the certificate is not there as it should be")
    return store.folder
