"""The judgement: every known problem with the recorder's certificates, before anything is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nvrflow.certificate import Certificate, judge
from nvrflow.errors import CertificateRefused
from nvrflow.problem import Problem, refusals, warnings
from nvrflow.trust.ledger import Entry
from nvrflow.trust.material import Material, anchors_in_use
from nvrflow.trust.names import decide
from nvrflow.trust.request import Kind, Request

WHOLE = ("ca", "as-guide")  # the kinds that trust the recorder's CA for every site


@dataclass(frozen=True)
class Judgement:
    """The request, the sorted certificates, and every problem with them: refusals first, then warnings."""

    request: Request
    material: Material
    problems: tuple[Problem, ...]

    @property
    def kind(self) -> Kind:
        """The kind of trust that results: a certificate whose names cannot be limited is pinned."""
        asked = self.request.terms.kind
        return "pin" if asked == "limited" and self.material.names.kind == "pin" else asked

    @property
    def source(self) -> Certificate:
        """The certificate to confirm: the CA certificate if the CA will be trusted, otherwise the recorder's own."""
        authority = self.material.authority
        if authority is None or self.material.situation != "issued" or self.kind == "pin":
            return self.material.device
        return authority

    @property
    def fingerprint(self) -> str:
        """The SHA-256 fingerprint to compare with the recorder's own screen."""
        return self.source.sha256

    @property
    def reach(self) -> str:
        """What would be trusted, in a few words that end a sentence."""
        if self.kind in WHOLE and (self.material.situation == "issued" or self.material.device.acts_as_ca):
            return "for every site in the world"
        if self.kind == "pin" or self.material.situation != "issued":
            return f"as this one device certificate, which is for {', '.join(self.material.device.san) or 'no name'}"
        return f"for {self.material.names.shown}"

    @property
    def refused(self) -> bool:
        """Whether nothing may be imported."""
        return bool(refusals(self.problems))

    @property
    def refusal(self) -> str:
        """Every reason not to import, as a sentence for a person; empty if there is none."""
        return ". ".join(str(problem) for problem in refusals(self.problems))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person must know before deciding."""
        return tuple(str(problem) for problem in warnings(self.problems))

    def admit(self, consequence: str) -> None:
        """Raise CertificateRefused if the certificates may not be imported; `consequence` is the last sentence of the message."""
        if self.refused:
            problem = CertificateRefused(f"{self.request.host}: {self.refusal}. {consequence}")
            problem.facts = self.as_dict()
            raise problem

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        names = self.material.names
        return {
            "host": self.request.host,
            "kind": self.kind,
            "asked": self.request.terms.kind,
            "situation": self.material.situation,
            "names": {"permitted": list(dict.fromkeys((*names.addresses, *names.names))), "further": list(names.further)},
            "fingerprint": self.fingerprint,
            "refusal": self.refusal or None,
            "warnings": list(self.warnings),
            "problems": [problem.as_dict() for problem in self.problems],
        }


def judged(request: Request, entries: Sequence[Entry] | None = None) -> Judgement:
    """Judge a request; nothing is changed. `entries` is what is known of other recorders (None: the user's ledger)."""
    entries = request.ledger.entries() if entries is None else entries
    material = _material(request)
    of_host = [entry.certificate for entry in entries if entry.host == request.host and entry.kind == "limited"]
    material = replace(material, earlier=anchors_in_use(of_host, material))
    problems = [
        *_not_served(request, material),
        *_about_certificates(request, material),
        *_about_names(request, material),
        *_broken_chain(material),
        *_about_ca(request, material, entries),
        *_not_compared(request),
    ]
    order = {"refusal": 0, "warning": 1, "note": 2}
    return Judgement(request, material, tuple(sorted(problems, key=lambda problem: order[problem.level])))


def _material(request: Request) -> Material:
    leaf, authority = request.leaf, request.authority
    if authority is not None and leaf.self_signed and not authority.issued(leaf):
        authority = None  # a recorder that offers an unrelated CA beside its self-signed certificate
    known = {leaf.der, authority.der if authority else b""}
    links = tuple(one for one in request.intermediates if one.der not in known and not one.self_signed)
    return Material(leaf, decide(leaf, request.host, request.terms.also), authority, links)


def _about_certificates(request: Request, material: Material) -> list[Problem]:
    """Judge the chain by the CA that signed the device certificate."""
    signer = material.signer if material.signer.der != material.device.der else material.authority
    found = judge(material.device, signer, request.host, request.now, request.recorder_clock, request.exchanges)
    alone = request.terms.kind == "pin" and material.authority is None
    return [problem for problem in found if not (alone and problem.code == "not-issued")]


def _about_names(request: Request, material: Material) -> Iterator[Problem]:
    """Judge the names; when the whole CA is trusted they limit nothing, and a problem is only a warning."""
    whole = request.terms.kind in WHOLE and material.situation == "issued"
    for problem in material.names.problems:
        yield replace(problem, level="warning") if whole and problem.fatal else problem


def _not_served(request: Request, material: Material) -> Iterator[Problem]:
    """Check that the served certificate is the downloaded one, or is signed by the downloaded CA."""
    served, signer = request.served, material.signer
    if served is None or (request.device is not None and request.device.der == served.der):
        return
    if signer.der != served.der and signer.issued(served):
        return  # a new certificate by the same CA, made after the download
    yield Problem(
        "other-certificate-served",
        "served certificate",
        f"the recorder serves {served.name!r} (SHA-256 {served.sha256[:23]}…), which is neither the downloaded device"
        " certificate nor signed by the downloaded CA",
        "download both certificates again; if this repeats, somebody may be intercepting the connection to the recorder",
    )


def _broken_chain(material: Material) -> Iterator[Problem]:
    """Check every signature between the device certificate and the CA whose fingerprint is confirmed."""
    authority, link = material.authority, material.signer
    if material.situation != "issued" or authority is None or link.der == material.device.der:
        return
    for _ in range(len(material.intermediates) + 1):
        if link.der == authority.der or authority.issued(link):
            return
        link = next((one for one in material.intermediates if one.der != link.der and one.issued(link)), link)
    yield Problem(
        "broken-chain",
        "CA certificate",
        f"{authority.name!r} did not sign {link.name!r}, the next certificate of the chain",
        "download both certificates again",
    )


def _about_ca(request: Request, material: Material, entries: Sequence[Entry]) -> Iterator[Problem]:
    """Check what is special about the recorder's CA, and what it means to trust it for every site."""
    kind, authority = request.terms.kind, material.authority
    whole = kind in WHOLE
    if authority is not None:
        yield from _shared_key(authority, request, entries, refused=whole and material.situation == "issued")
        if whole and material.situation == "issued":
            yield from _no_root(authority)
    if whole and (material.situation == "issued" or material.device.acts_as_ca):
        yield Problem(
            "whole-ca",
            f"--trust {kind}",
            "whoever has the key of the recorder's CA can then impersonate any site towards this computer",
            "use --trust limited to avoid that",
            "warning",
        )


def _no_root(authority: Certificate) -> Iterator[Problem]:
    """Check the CA for use as a root: it must be self-signed, readable, marked as a CA and have a strong key."""
    fault = ""
    if not authority.self_signed:
        fault = "is not self-signed"
    elif authority.odd:
        fault = "is encoded in a way that browsers refuse"
    elif not authority.is_ca:
        fault = "is not marked as a CA"
    elif authority.key.startswith(("RSA", "DSA")) and int(authority.key.split()[1]) < 2048:
        fault = f"has a key that is too short ({authority.key})"
    if fault:
        sentence = f"{fault}, so nvrflow does not import it as a root for every site"
        yield Problem("no-root", "CA certificate", sentence, "use --trust limited")


def _shared_key(authority: Certificate, request: Request, entries: Sequence[Entry], *, refused: bool) -> Iterator[Problem]:
    """Check for a CA key that two recorders share: such a key comes with the firmware, so everybody can have it."""
    others = sorted({entry.host for entry in entries if entry.source_spki == authority.spki_sha256} - {request.host})
    if others:
        yield Problem(
            "shared-ca-key",
            "CA certificate",
            f"{', '.join(others)} has the same CA key as {request.host}; a key that two recorders share comes with their"
            " firmware, and anyone can have it",
            "use --trust limited; nvrflow does not trust this CA for every site" if refused else "",
            "refusal" if refused else "warning",
        )


def _not_compared(request: Request) -> Iterator[Problem]:
    if request.served is None:
        yield Problem(
            "not-compared",
            request.host,
            "the files were not compared with what the recorder serves; with HTTPS off it serves no certificate",
            level="warning",
        )
