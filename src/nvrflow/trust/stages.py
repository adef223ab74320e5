"""Trust as a part of a run: the stages from two downloaded files to a recorder that this computer's clients open.

    trusting = Trusting(confirm=ask)
    trusting.prepare(recorder)                       # nothing is begun that this computer cannot write down
    trusting.judge(recorder, device, authority)      # the files alone, before anything is changed
    trusting.compare(recorder, device, authority)    # with what is really served; or, without downloads: trusting.take(recorder)
    trusting.rehearse(recorder)                      # a browser that trusts only what is to be imported would open it
    trusting.import_here(recorder)                   # once somebody has confirmed the fingerprint
    trusting.verify(recorder)                        # every client that reads the changed stores opens the recorder

A stage that is called too early raises WrongCall, which names the stage that comes first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nvrflow.browser import find_browser
from nvrflow.certificate import Certificate
from nvrflow.errors import CertificateRefused, NotTrusted, NvrflowError, WrongCall
from nvrflow.problem import Problem
from nvrflow.recorder.downloads import keep_served
from nvrflow.report import Step
from nvrflow.room import ensure_room
from nvrflow.trust.apply import apply
from nvrflow.trust.approval import Approver, approve
from nvrflow.trust.computer import Computer, Scope
from nvrflow.trust.discovery import chosen_stores
from nvrflow.trust.endpoint import exchanges_of, https_url, ports_of, request_of, served_by
from nvrflow.trust.judgement import Judgement, judged
from nvrflow.trust.ledger import ledger_of
from nvrflow.trust.plan import Plan, plan_for
from nvrflow.trust.reported import describe, https_of, keep_answers, keep_changes, keep_judged, serves_nothing_yet, shown
from nvrflow.trust.request import Kind, Request, Terms
from nvrflow.trust.trial import can_rehearse, rehearsed

if TYPE_CHECKING:
    from nvrflow.recorder import Recorder


@dataclass
class Trusting:
    """How much is trusted, in which stores, and who approves; its methods are the stages of a run, in order.

    `expected` are SHA-256 fingerprints that were compared, `yes` accepts a fingerprint unseen, `confirm` asks a person (None:
    nobody is there). `also` are further public names that may be trusted. `environment` names the home whose stores are used, by
    default this user's own. Without `importing` the last two stages are described and not done. `problems` is what `judge` or
    `take` found. With `--check` a stage is only described if the recorder serves what it needs only after the change. Raises
    WrongCall for a kind that does not exist.
    """

    kind: Kind = "limited"
    stores: tuple[str, ...] = ()
    scope: Scope = "user"
    expected: tuple[str, ...] = ()
    yes: bool = False
    confirm: Callable[[str], bool] | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    also: tuple[str, ...] = ()
    importing: bool = True
    problems: tuple[Problem, ...] = field(default=(), init=False)
    _terms: Terms = field(init=False, repr=False)
    _approver: Approver = field(init=False, repr=False)
    _judgement: Judgement | None = field(default=None, init=False, repr=False)
    _plan: Plan | None = field(default=None, init=False, repr=False)
    _refusal: NvrflowError | None = field(default=None, init=False, repr=False)
    _imported: bool = field(default=False, init=False, repr=False)
    _untaken: bool = field(default=False, init=False, repr=False)

    def __post_init__(self) -> None:
        self._terms = Terms(self.kind, tuple(self.stores), self.scope, tuple(self.also))
        self._approver = Approver(tuple(self.expected), self.yes, self.confirm)

    def prepare(self, recorder: Recorder) -> None:
        """Check first that the ledger can be read and the stores are known, and before the first write that the ledger has room.

        Raises InvalidFile for a damaged ledger, WrongCall for a store that this computer does not have.
        """
        computer = Computer.this(self.environment)
        ledger_of(computer).entries()
        chosen_stores(computer, self._terms.stores, self._terms.scope)
        others = recorder.steps.before_first_write

        def before_first_write() -> None:
            if others is not None:
                others()
            ensure_room({"the ledger of what is trusted": computer.state})

        recorder.steps.before_first_write = before_first_write

    def judge(self, recorder: Recorder, device: Certificate, authority: Certificate | None) -> None:
        """Check, before any change, that browsers would accept the certificates. Raises CertificateRefused, WrongCall."""
        with recorder.chapter("Judge the certificates"), recorder.steps.step("judge", "Check the certificate files") as step:
            self._weigh(recorder, step, request_of(recorder, device, authority, self._terms, self.environment))
            self._judged("compare").admit("Nothing was changed on the recorder or on this computer")

    def take(self, recorder: Recorder) -> tuple[Certificate, Certificate | None] | None:
        """Take the certificates that a recorder without downloads serves: its own, and that of its CA if it serves that, too.

        None if `--check` did not switch HTTPS on, so that nothing is served.
        Raises CertificateRefused, NotTrusted.
        """
        chapter, title = "Take the certificate", "Take the certificate that the recorder serves"
        if serves_nothing_yet(recorder):
            self._untaken = True
            describe(recorder, chapter, "take", title)
            return None
        with recorder.chapter(chapter), recorder.steps.step("take", title) as step:
            served = served_by(recorder)
            chain = [keep_served(recorder.downloads, one, number) for number, one in enumerate(served.chain)]
            authority = next((one for one in chain[1:] if one.issued(chain[0])), None)
            request = request_of(recorder, chain[0], authority, self._terms, self.environment)
            request = request.serving(chain[0], exchanges_of(recorder))
            self._weigh(recorder, step, request)
            self._decide(recorder)
            return chain[0], authority

    def compare(self, recorder: Recorder, device: Certificate, authority: Certificate | None) -> None:
        """Check that the recorder serves the downloaded certificate. Raises CertificateRefused, NotTrusted, WrongCall."""
        before = self._judged("compare")
        title = "Compare the served certificate with the downloaded one"
        if serves_nothing_yet(recorder):
            describe(recorder, "Compare", "compare", title)
            return
        with recorder.chapter("Compare"), recorder.steps.step("compare", title) as step:
            leaf = served_by(recorder).chain[0]
            self._judgement = judged(replace(before.request, ports=ports_of(recorder)).serving(leaf, exchanges_of(recorder)))
            self.problems = self._judgement.problems
            keep_judged(recorder, self._judgement)
            same = leaf.sha256 == device.sha256
            step.note = "it is the downloaded certificate" if same else "another certificate, signed by the same CA"
            self._decide(recorder)

    def rehearse(self, recorder: Recorder) -> None:
        """Check, before the import, that a browser opens the recorder if it trusts only what is going to be imported.

        It uses a temporary HOME, so it says nothing about this computer's own stores; skipped if this system cannot do that.
        Raises NotTrusted, WrongCall.
        """
        chapter, title = "Try the certificates", "Try the certificates in a browser with a temporary store"
        plan = self._planned("rehearse")
        if plan is None or serves_nothing_yet(recorder):
            describe(recorder, chapter, "rehearse", title)
            return
        if not can_rehearse(plan):
            return
        url = https_url(recorder)
        with recorder.chapter(chapter), recorder.steps.step("rehearse", title) as step:
            proof = rehearsed(plan, url, find_browser(recorder.session.browser.path), recorder.timeout)
            if not proof.trusted:
                said = f"a browser that would trust the recorder's certificates still says {proof.code}"
                raise NotTrusted(f"{url}: {said}. Nothing was imported; run nvrflow verify {url} to see why")
            step.note = f"{url} would open" + (f" with {proof.tls}" if proof.tls else "")
            https_of(recorder).proved = url

    def import_here(self, recorder: Recorder) -> None:
        """Import into this computer's stores with the operating system's own tools; `verify` raises what prevented it.

        Raises WrongCall if neither `compare` nor `take` was called before.
        """
        title = "Import with the operating system's tools"
        plan = self._planned("import_here")
        with recorder.chapter("Import on this computer"), recorder.steps.step("import", title, "write") as step:
            step.outcome = "would"
            if plan is None or not self.importing:
                return
            if recorder.checking:
                self._imported = bool(plan.items) and not plan.wanted and not plan.replaced
                step.outcome, step.effect = ("done", "read") if self._imported else ("would", "write")
                return
            step.outcome = "done"
            try:
                approval = approve(plan, self._approver)
                changes = apply(approval)
            except (CertificateRefused, NotTrusted) as problem:
                problem.step = step.id
                self._refusal, step.outcome, step.note = problem, "failed", str(problem)
                return
            self._imported = bool(plan.items)
            keep_changes(recorder, step, approval, changes)

    def verify(self, recorder: Recorder) -> None:
        """Check that each client of this computer opens the recorder, with the stores as they are now.

        `https.trusted` is true only if every client that reads one of the chosen stores opened it, and null if nothing was
        imported. Raises NotTrusted, the error that `import_here` held back, or WrongCall if that was not called before.
        """
        plan = self._planned("verify")
        https = https_of(recorder)
        if self._refusal is not None:
            https.trusted, https.reason = None, str(self._refusal.facts.get("reason", self._refusal))
            raise self._refusal
        title = "Open the recorder in this computer's own browsers and tools"
        if recorder.checking or not self.importing:
            why = "--check imports nothing" if recorder.checking else "nothing is imported in this run"
            https.trusted, https.reason = None, why
            if not self._imported or serves_nothing_yet(recorder):
                describe(recorder, "Verify", "verify", title)
                return
        if plan is None or not self._imported:
            skipped = "; ".join(map(str, plan.skipped)) if plan else ""
            https.trusted, https.reason = None, skipped or "there was no store to change"
            return
        url = https_url(recorder)
        with recorder.chapter("Verify"), recorder.steps.step("verify", title) as step:
            step.note = keep_answers(recorder, url, plan)
            if https.trusted is False:
                raise NotTrusted(f"{url}: {https.reason}; run nvrflow verify {url} to see why")

    def _judged(self, stage: str) -> Judgement:
        if self._judgement is None:
            raise WrongCall(f"Trusting.{stage}: call judge (or take) before it; help(nvrflow.Trusting) shows the order")
        return self._judgement

    def _planned(self, stage: str) -> Plan | None:
        """What would be imported; None where `--check` could not take the certificate that it is about."""
        if self._plan is None and not self._untaken:
            first = "take, or judge and compare," if self._judgement is None else "compare"
            raise WrongCall(f"Trusting.{stage}: call {first} before it; help(nvrflow.Trusting) shows the order")
        return self._plan

    def _weigh(self, recorder: Recorder, step: Step, request: Request) -> None:
        """Judge the certificates, and write them into the report with their problems, and for `--check` what would be done."""
        self._plan, self._refusal, self._imported, self._untaken = None, None, False, False
        self._judgement = found = judged(request)
        self.problems = found.problems
        keep_judged(recorder, found)
        device, authority = request.device, request.authority
        assert device is not None
        step.note = shown(device, authority)
        recorder.report.notes.extend(found.warnings if recorder.checking or found.refused else ())
        if recorder.checking and not found.refused:
            self._plan = plan_for(found)
            recorder.report.trust = self._plan.wanted

    def _decide(self, recorder: Recorder) -> None:
        """Judge the certificates that are really served, and make the plan."""
        found = self._judged("compare")
        found.admit("Nothing was imported")
        self._plan = plan_for(found)
        if recorder.checking:
            recorder.report.trust = self._plan.wanted
        else:
            recorder.report.notes.extend(self._plan.warnings)
