"""Certificate files from a folder or thumb drive, into this computer's stores and out again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nvrflow import tls, trust
from nvrflow.certificate import read_certificate_file
from nvrflow.errors import CertificateRefused, WrongCall
from nvrflow.recorder.address import normalised
from nvrflow.report import TrustChange
from nvrflow.trust import Computer, Kind, Plan, Removal
from nvrflow.trust.computer import Scope


def planned(files: Sequence[Path], url: str | None, kind: Kind, stores: Sequence[str], scope: Scope) -> Plan:
    """What would be imported; the certificate that the recorder at `url` serves is compared if it serves one.

    Without `url` the recorder is the one that the device certificate names. Raises InvalidFile, CertificateRefused, WrongCall.
    """
    certificates = [certificate for path in files for certificate in read_certificate_file(path)]
    host, port = _place(url)
    ports = (urlsplit(normalised(url)).port or port, port) if url else ()
    served = tls.served(host, port) if host else None
    if served and served.unreadable:
        raise CertificateRefused(f"{served.why}; create a new certificate on the recorder")
    leaf = served.leaf if served else None
    found = trust.sort_out(certificates, leaf)
    if not host:
        if found.device is None or not (found.device.ip_names + found.device.dns_names):
            raise WrongCall("trust: no file names the recorder; say which one with --for URL")
        host = (found.device.ip_names + found.device.dns_names)[0]
    return trust.plan(
        found.device,
        found.authority,
        leaf,
        host,
        kind,
        list(stores) or None,
        scope,
        intermediates=found.intermediates,
        ports=tuple(dict.fromkeys(ports)),
    )


def import_files(plan: Plan, expected: Sequence[str], yes: bool, confirm: Callable[[str], bool] | None) -> list[TrustChange]:
    """Carry the plan out once its fingerprint is confirmed. Raises CertificateRefused, NotTrusted."""
    if plan.refusal:
        raise CertificateRefused(f"{plan.host}: {plan.refusal}")
    return trust.apply(plan, approval(plan, expected, yes, confirm))


def approval(plan: Plan, expected: Sequence[str], yes: bool, confirm: Callable[[str], bool] | None) -> str:
    """How the fingerprint was confirmed; one of several expected ones has to be it. Raises CertificateRefused."""
    fitting = [one for one in expected if "".join(filter(str.isalnum, one)).upper() == plan.fingerprint.replace(":", "")]
    given = (fitting or expected)[0] if expected else None
    return trust.approve(plan, given, yes, confirm)


def take_back(targets: Sequence[str]) -> tuple[list[Removal], list[str]]:
    """Take back what the ledger says of these recorders or files; of everything without a target.

    Also returns a sentence for each thing that an earlier run was cut off in and that was undone first.
    """
    computer = Computer.this()
    ledger = trust.ledger_of(computer)
    undone = trust.recover(ledger, computer)
    if not targets:
        return trust.remove(None, ledger, computer), undone
    done: list[Removal] = []
    for target in targets:
        path = Path(target)
        meant = read_certificate_file(path) if path.is_file() else normalised(target)
        done += trust.remove(meant, ledger, computer)
    return done, undone


def listed() -> list[dict[str, Any]]:
    """Every store that this computer can have, whether it can be used, and what nvrflow put there."""
    computer = Computer.this()
    held = trust.status(trust.ledger_of(computer), computer)
    listing = []
    for store in trust.all_stores(computer):
        state = store.state()
        own = [one for one in held if one.entry.store == store.name and one.entry.place == store.place]
        listing.append(
            {
                "name": store.name,
                "scope": store.scope,
                "place": store.place,
                "readers": store.readers,
                "usable": state.usable,
                "why": state.why,
                "mend": state.mend,
                "entries": [
                    {"sha256": one.entry.sha256, "kind": one.entry.kind, "host": one.entry.host, "note": one.note} for one in own
                ],
            }
        )
    return listing


def _place(url: str | None) -> tuple[str, int]:
    parts = urlsplit(normalised(url)) if url else None
    if parts is None:
        return "", 443
    if parts.scheme == "https":
        return parts.hostname or "", parts.port or 443
    redirect = urlsplit(tls.redirect_of(f"{parts.scheme}://{parts.netloc}") or "")
    return parts.hostname or "", (redirect.port or 443) if redirect.scheme == "https" else 443
