"""From two downloaded files to a recorder that a browser trusts: judged on paper, compared, confirmed, imported, proved."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from nvrflow import tls, trust
from nvrflow.browser import find_browser
from nvrflow.certificate import Certificate
from nvrflow.errors import CertificateRefused, NotTrusted, NvrflowError
from nvrflow.problem import Problem
from nvrflow.recorder import Recorder
from nvrflow.recorder.downloads import keep_served
from nvrflow.report import Step, TrustChange
from nvrflow.trust import Item, Kind, Plan
from nvrflow.trust.clients.chromium import prove
from nvrflow.trust.computer import Scope
from nvrflow.trust.files import import_files


@dataclass
class Trusting:
    """How much is trusted, in which stores, and who approves.

    `expected` are SHA-256 fingerprints that were compared, `yes` accepts one unseen, `confirm` asks a person (None: nobody is
    there). `environment` names the home whose stores are meant, by default this user's own. `objections` is what `judge` found.
    """

    kind: Kind = "limited"
    stores: tuple[str, ...] = ()
    scope: Scope = "user"
    expected: tuple[str, ...] = ()
    yes: bool = False
    confirm: Callable[[str], bool] | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    objections: tuple[Problem, ...] = field(default=(), init=False)
    _plan: Plan | None = None
    _refusal: NvrflowError | None = None
    _clock: datetime | None = None

    def judge(self, recorder: Recorder, device: Certificate, authority: Certificate | None) -> None:
        """Before anything is changed: would a browser take these certificates at all? Raises CertificateRefused."""
        with recorder.chapter("Judge the certificates"), recorder.steps.step("judge", "Judge the certificates on paper") as step:
            plan = self._weighed(recorder, step, device, authority, None)
            if plan.refusal:
                raise CertificateRefused(f"{plan.host}: {plan.refusal}. Nothing was changed on the recorder or on this computer")

    def take(self, recorder: Recorder) -> tuple[Certificate, Certificate | None]:
        """What the recorder serves, where it offers no download: its certificate, and the CA's if that is served, too.

        Raises CertificateRefused, NotTrusted.
        """
        title = "Take the certificate that the recorder serves"
        with recorder.chapter("Take the certificate"), recorder.steps.step("take", title) as step:
            served = _served(recorder)
            chain = [keep_served(recorder, one, number) for number, one in enumerate(served.chain)]
            authority = next((one for one in chain[1:] if one.issued(chain[0])), None)
            self._plan = self._weighed(recorder, step, chain[0], authority, chain[0])
            if self._plan.refusal:
                raise CertificateRefused(f"{self._plan.host}: {self._plan.refusal}. Nothing was imported")
            if not recorder.checking:
                recorder.report.notes.extend(self._plan.warnings)
            return chain[0], authority

    def compare(self, recorder: Recorder, device: Certificate, authority: Certificate | None) -> None:
        """The chain that is really served must be what was downloaded. Raises CertificateRefused."""
        with (
            recorder.chapter("Compare"),
            recorder.steps.step("compare", "Compare the served certificate with the downloaded one") as step,
        ):
            leaf = _served(recorder).chain[0]
            self._plan = self._made(recorder, device, authority, leaf)
            if self._plan.refusal:
                raise CertificateRefused(f"{self._plan.host}: {self._plan.refusal}. Nothing was imported")
            recorder.report.notes.extend(self._plan.warnings)
            same = leaf.sha256 == device.sha256
            step.note = "it is the downloaded one" if same else "another one, signed by the same CA"

    def import_here(self, recorder: Recorder) -> None:
        """Into this computer's stores, by the operating system's own tools; what stands against it is raised by `verify`."""
        assert self._plan is not None
        plan = self._plan
        title = "Import with the operating system's tools"
        with recorder.chapter("Import on this computer"), recorder.steps.step("import", title, "write") as step:
            try:
                changes = import_files(plan, self.expected, self.yes, self.confirm)
            except (CertificateRefused, NotTrusted) as problem:
                problem.step = step.id
                self._refusal, step.outcome, step.note = problem, "failed", str(problem)
                return
            recorder.report.trust = changes
            changed = [change.store for change in changes if change.changed]
            if not changed:
                step.effect = "read"
                recorder.already("the stores hold what they should")
            step.note = f"changed: {', '.join(changed)}" if changed else "all was there already"
            recorder.report.notes.extend(f"{name}: {why}" for name, why in plan.skipped)
            recorder.report.notes.extend(f"as administrator: {line}" for item in plan.by_hand for line in item.commands)

    def verify(self, recorder: Recorder) -> None:
        """A fresh browser that trusts only what was imported, and ignores no error, opens the recorder. Raises NotTrusted."""
        assert self._plan is not None
        https = recorder.report.https
        assert https is not None
        url = _https_url(recorder)
        with (
            recorder.chapter("Verify"),
            recorder.steps.step("verify", "Open the recorder in a fresh browser that ignores no error") as step,
        ):
            with tempfile.TemporaryDirectory(prefix="nvrflow-proof-") as home:
                trust.into_home(self._plan, Path(home))
                browser = find_browser(recorder.session.browser.path)
                clean = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")} | {"HOME": home}
                proof = prove(url, browser, clean, recorder.timeout)
            https.trusted, https.reason = proof.trusted, proof.code or None
            if not proof.trusted:
                said = f"a browser that trusts the recorder's certificates says {proof.code}"
                raise NotTrusted(f"{url}: {said}; run nvrflow verify {url} for why")
            step.note = f"{url} opens" + (f" with {proof.tls}" if proof.tls else "")
        if self._refusal is not None:
            raise self._refusal

    def _weighed(
        self, recorder: Recorder, step: Step, device: Certificate, authority: Certificate | None, served: Certificate | None
    ) -> Plan:
        """The plan for these certificates, written down: what a browser objects to, and with `--check` what would be imported."""
        self._clock = tls.date_header(recorder.url)
        plan = self._made(recorder, device, authority, served)
        recorder.keep(device, authority)
        self.objections = plan.objections
        for certificate, kept in zip((device, authority), recorder.report.certificates, strict=False):
            if certificate is plan.material.device:
                kept["warnings"] = [str(objection) for objection in plan.objections]
        if recorder.checking or plan.refusal:
            recorder.report.notes.extend(plan.warnings)
        step.note = f"{device.subject}: {device.key}, {', '.join(device.san)}; " + (
            f"signed by {authority.subject}" if authority and authority.issued(device) else "signed by itself"
        )
        if recorder.checking:
            recorder.report.trust = [_would(item, plan) for item in plan.items if not item.present]
        return plan

    def _made(self, recorder: Recorder, device: Certificate, authority: Certificate | None, served: Certificate | None) -> Plan:
        plain, secure = (
            urlsplit(recorder.session.plain_url),
            urlsplit(recorder.report.https.url or "" if recorder.report.https else ""),
        )
        return trust.plan(
            device,
            authority,
            served,
            recorder.url,
            self.kind,
            self.stores or None,
            self.scope,
            self.environment,
            recorder_clock=self._clock,
            ports=(plain.port or 80, secure.port or 443) if secure.netloc else (plain.port or 80,),
        )


def _would(item: Item, plan: Plan) -> TrustChange:
    said = f"would be imported: {'; '.join(item.commands)}"
    return TrustChange(item.store.name, plan.kind, item.certificate.sha256, False, said)


def _served(recorder: Recorder) -> tls.Served:
    """What the recorder serves by HTTPS now. Raises NotTrusted when that is nothing."""
    url = _https_url(recorder)
    served = tls.served(recorder.session.host, urlsplit(url).port or 443)
    if served.leaf is None:
        raise NotTrusted(f"{url}: {served.why}")
    return served


def _https_url(recorder: Recorder) -> str:
    https = recorder.report.https
    assert https is not None and https.url is not None
    return https.url
