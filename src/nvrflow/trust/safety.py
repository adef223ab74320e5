"""What is never imported, whatever the command line says, and what is imported with a warning: each with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nvrflow.certificate import Certificate
from nvrflow.certificate.form import about_authoritys_form
from nvrflow.problem import Problem
from nvrflow.trust.anchor import foreign_names
from nvrflow.trust.choosing import Kind, Material
from nvrflow.trust.ledger import Entry


@dataclass(frozen=True)
class Case:
    """All that a decision needs: what was downloaded, what is served, what the ledger says of other recorders."""

    host: str
    kind: Kind
    material: Material
    downloaded: Certificate | None
    served: Certificate | None
    objections: Sequence[Problem]
    entries: Sequence[Entry]


def refusals(case: Case) -> list[str]:
    """Every reason not to import; empty when there is none."""
    found = [*_not_served(case)]
    found += [str(objection) for objection in case.objections if objection.fatal]
    found += _broken_chain(case.material)
    authority = case.material.authority
    if case.kind in ("ca", "as-guide") and case.material.situation == "issued" and authority is not None:
        found += _no_root(authority)
        found += [
            f"{sentence}; it is not trusted for every site - use --trust limited" for sentence in _seen_elsewhere(authority, case)
        ]
    return found


def warnings(case: Case) -> list[str]:
    """What a person should know although it is imported."""
    found = [str(objection) for objection in case.objections if not objection.fatal]
    if case.material.authority is not None:
        found += _seen_elsewhere(case.material.authority, case)
    foreign = foreign_names(case.material.device, case.host)
    if foreign and case.kind == "limited":
        found.append(
            f"device certificate: is for {', '.join(foreign)} as well as for {case.host}, so the limited anchor vouches"
            " for that name too; say no unless it is the recorder's own name"
        )
    if case.kind in ("ca", "as-guide"):
        found.append(
            f"--trust {case.kind}: whoever has the key of the recorder's CA can from now on pose as any site towards"
            " this computer; --trust limited does without that"
        )
    if case.served is None:
        found.append(f"{case.host}: HTTPS is off, so the files could not be compared with what the recorder really serves")
    return found


def _not_served(case: Case) -> Iterator[str]:
    """The live chain must be what was downloaded, or be signed by it."""
    served, material = case.served, case.material
    if served is None or (case.downloaded is not None and case.downloaded.der == served.der):
        return
    if material.signer.der != served.der and material.signer.issued(served):
        return  # made anew by the same CA since it was downloaded
    yield (
        f"the recorder serves {served.name!r} (SHA-256 {served.sha256[:23]}…), which is neither the downloaded"
        " device certificate nor signed by the downloaded CA; download both again - if it stays so, somebody stands"
        " between you and the recorder"
    )


def _broken_chain(material: Material) -> Iterator[str]:
    """Between the device and the CA whose fingerprint is confirmed every signature has to fit."""
    authority, link = material.authority, material.signer
    if material.situation != "issued" or authority is None or link.der == material.device.der:
        return
    for _ in range(len(material.intermediates) + 1):
        if link.der == authority.der or authority.issued(link):
            return
        link = next((one for one in material.intermediates if one.der != link.der and one.issued(link)), link)
    yield f"CA certificate: {authority.name!r} did not sign {link.name!r}, the next link of the chain; download both again"


def _no_root(authority: Certificate) -> Iterator[str]:
    """Root stores take only a self-signed CA of today's strength."""
    lack = ""
    if not authority.self_signed:
        lack = "is not self-signed"
    elif odd := next(about_authoritys_form(authority), None):
        lack = odd.sentence
    elif not authority.is_ca:
        lack = "does not say that it is a CA"
    elif authority.key.startswith(("RSA", "DSA")) and int(authority.key.split()[1]) < 2048:
        lack = f"has a key that is too short ({authority.key})"
    if lack:
        yield f"CA certificate: {lack}, so it is not taken as a root for every site; use --trust limited"


def _seen_elsewhere(authority: Certificate, case: Case) -> Iterator[str]:
    """The same CA key on two recorders comes out of the firmware: everybody who has the firmware has the key."""
    others = {entry.host for entry in case.entries if entry.host != case.host and entry.source_spki == authority.spki_sha256}
    if others:
        yield (
            f"CA certificate: {', '.join(sorted(others))} has the same CA key as {case.host}; a key that two recorders"
            " share comes with their firmware, and anyone can have it"
        )
