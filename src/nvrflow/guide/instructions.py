"""The sentence for a step: chosen by its verb and its kind of control, with the words from the screen."""

from __future__ import annotations

from collections.abc import Iterator

from nvrflow.guide.source import Source
from nvrflow.guide.words import Sentence, Words
from nvrflow.report import Step, Target

_ROLES = {"button": "button", "link": "link", "tab": "tab", "menuitem": "menu"}
_NAMED_ALIKE = ("open", "authenticate", "answer", "select", "check", "uncheck", "press", "hover", "upload")
_LONGEST = 60  # letters; a longer text on a control is not a name


def sentences(source: Source, step: Step, words: Words) -> tuple[Sentence, ...]:
    """What the reader does, and what the recorder then announces."""
    return tuple(_sentences(source, step, words))


def _sentences(source: Source, step: Step, words: Words) -> Iterator[Sentence]:
    target = step.target or Target()
    values = {"called": _called(target), "value": " ".join(step.value.split()), "address": step.value}
    yield words.say(f"steps.{_key(source, step, target)}", **values, **({"row": target.row} if target.row else {}))
    if target.row and step.verb != "click":
        yield words.say("steps.in_row", row=target.row)
    if step.announced:
        yield words.say("steps.announced", words=step.announced.rstrip(".。"))
    if step.verb == "download":
        yield words.say("steps.error")


def _key(source: Source, step: Step, target: Target) -> str:
    """The key of the sentence that fits."""
    verb = step.verb
    if verb == "click":
        return _click(step, target)
    if verb == "fill":
        return _fill(step, target)
    if verb == "download":
        return "download" if step.value else "download.unknown"
    if verb == "read":
        return "read" if step.value else "read.unknown"
    if verb == "wait":
        return _wait(source, step)
    return verb if verb in _NAMED_ALIKE else "click.other"


def _fill(step: Step, target: Target) -> str:
    if target.secret:
        return "fill.secret"
    return "fill.account" if step.chapter == "Sign in" else "fill" if step.value else "fill.empty"


def _click(step: Step, target: Target) -> str:
    if step.unseen:
        return "click.unseen"
    if step.optional:
        return "click.optional"
    kind = _ROLES.get(target.role, "other") if target.kind == "other" else target.kind
    return "click.in" if target.row else f"click.{kind}"


def _wait(source: Source, step: Step) -> str:
    if not any(one.effect == "write" for one in source.steps):
        return "already"
    by_hand = (source.report.firmware or {}).get("restart") == "by_hand"
    known = "" if step.value else ".unknown"
    if by_hand:
        return f"wait.by_hand{known}"
    return "wait.https" if step.id == "await-https" and step.value else "wait"


def _called(target: Target) -> str:
    """The words on the target as the page shows them, or else its name in the selector file."""
    if not target.named and target.words and len(target.words) <= _LONGEST:
        return target.words
    return target.called or target.words
