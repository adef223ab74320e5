"""What the stages of trust leave in a run's report: certificates with their problems, what was imported, what was not done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvrflow.certificate import AUTHORITY, DEVICE, Certificate
from nvrflow.report import Https, Step, TrustChange
from nvrflow.trust.approval import UNSEEN, Approval
from nvrflow.trust.clients import ask, clients_reading
from nvrflow.trust.clients_word import Word
from nvrflow.trust.judgement import Judgement
from nvrflow.trust.plan import Plan

if TYPE_CHECKING:
    from nvrflow.recorder import Recorder


def keep_judged(recorder: Recorder, found: Judgement) -> None:
    """Put the certificates of a judgement into the report; `codes` of an entry are those of its refusals and warnings."""
    device, authority = found.request.device, found.request.authority
    about = {found.material.device.sha256: [one for one in found.problems if one.where == DEVICE]}
    if authority is not None:
        about[authority.sha256] = [one for one in found.problems if one.where == AUTHORITY]
    warnings = {sha256: [one.text for one in problems] for sha256, problems in about.items()}
    recorder.keep(device, authority, warnings=warnings)
    for entry in recorder.report.certificates:
        problems = about.get(entry["sha256"], [])
        entry["codes"] = list(dict.fromkeys(one.code for one in problems if one.level != "note"))


def keep_changes(recorder: Recorder, step: Step, approval: Approval, changes: list[TrustChange]) -> None:
    """Put what an import did into the report and its step, with what is left to an administrator."""
    plan = approval.plan
    recorder.report.trust = changes
    changed = [change.store for change in changes if change.changed]
    if not changed:
        step.effect = "read"
        recorder.already("the stores hold what they should")
    step.note = (f"changed: {', '.join(changed)}" if changed else "all was there already") + f"; {approval.shown}"
    if approval.how == UNSEEN:
        recorder.report.notes.append(approval.shown)
    recorder.report.notes.extend(str(one) for one in plan.skipped)
    recorder.report.notes.extend(f"as administrator: {line}" for item in plan.by_hand for line in item.commands)


def keep_answers(recorder: Recorder, url: str, plan: Plan) -> str:
    """Ask every client of the plan's computer to open `url`, put their answers into the report, and return them in words."""
    browser, stores = recorder.session.browser.path, {item.store.name for item in plan.items}
    answers = ask(url, plan.computer, browser, recorder.timeout)
    word = Word(answers, frozenset(one.name for one in clients_reading(stores, plan.computer, browser)))
    https = https_of(recorder)
    https.clients = [answer.as_dict() for answer in answers]
    https.trusted, https.reason = word.trusted, word.reason or None
    return f"{url}: {word.shown}"


def shown(device: Certificate, authority: Certificate | None) -> str:
    """A recorder's certificate in one line: name, key, addresses, and who signed it."""
    signer = f"signed by {authority.subject}" if authority and authority.issued(device) else "signed by itself"
    return f"{device.subject}: {device.key}, {', '.join(device.san)}; {signer}"


def serves_nothing_yet(recorder: Recorder) -> bool:
    """Whether `--check` held HTTPS back, so that there is no certificate on the line to look at."""
    return recorder.checking and not https_of(recorder).after


def describe(recorder: Recorder, chapter: str, step_id: str, title: str) -> None:
    """Put a stage into the report that is described and not done in this run."""
    with recorder.chapter(chapter), recorder.steps.step(step_id, title) as step:
        step.outcome = "would"


def https_of(recorder: Recorder) -> Https:
    """The report's entry about the recorder's HTTPS."""
    assert recorder.report.https is not None
    return recorder.report.https
