"""A run's outcome in words, and what a person can do about each kind of error; shown beside the error's own message."""

from __future__ import annotations

from typing import Any

_AGAIN = "then run the command again"
_ADVICE = {
    "wrong-call": ("The command is wrong", "Correct the option or argument that the message names."),
    "invalid-file": ("A file cannot be used", "Correct the file at the place that the message names."),
    "sign-in-refused": (
        "The sign-in was refused",
        f"Check the user name and the password, {_AGAIN}. nvrflow never tries twice by itself, because the recorder "
        "counts wrong passwords and locks the account.",
    ),
    "account-locked": (
        "The account is locked",
        f"Wait until the recorder lets the account in again, {_AGAIN} with the right password.",
    ),
    "unreachable": (
        "Nothing answers at the recorder's address",
        "Open the address in a browser on this computer. If it does not open there, the network or the recorder is the cause. If "
        f"it does, {_AGAIN} with a longer --timeout.",
    ),
    "not-initialised": (
        "The recorder has no password yet",
        f"Finish the first-start wizard on the recorder or on its own page, {_AGAIN}.",
    ),
    "plugin-needed": (
        "The page needs a browser plugin",
        "No current browser has this plugin. Do this part by hand on a computer that still has it, or ask the manufacturer for "
        "firmware that works without it.",
    ),
    "session-limit": (
        "Too many people are signed in",
        f"Sign out where the recorder is open, or wait until its old sessions end, {_AGAIN}.",
    ),
    "signed-out": (
        "The recorder has ended the session",
        f"Look whether it restarts, or who else uses this account, {_AGAIN}. nvrflow does not sign in a second time by itself.",
    ),
    "password-change": (
        "The recorder demands a new password",
        f"Change the password by hand on the recorder's own page, {_AGAIN} with the new one.",
    ),
    "end-user-agreement": (
        "The recorder asks to accept its terms",
        f"Read and accept them by hand on the recorder's own page, {_AGAIN}. nvrflow never accepts terms for a person.",
    ),
    "upgrade-in-progress": (
        "The recorder is installing a firmware",
        f"Do not switch it off. Wait until it has restarted, {_AGAIN}.",
    ),
    "unknown-firmware": (
        "No selector file fits this recorder",
        "If you know which file is right, name it with --firmware. nvrflow does not guess when it would change something.",
    ),
    "selector-drift": (
        "The page differs from the selector file",
        "Correct the element in the selector file that the message names. The picture of the step shows the page.",
    ),
    "other-host": (
        "The recorder's page leads to another host",
        "The password goes only to the host that you named. If the other host is the same recorder, add it with --follow-to; "
        "if not, find out why the page leads there.",
    ),
    "product-defect": (
        "The recorder did not do what its page says",
        "Repeat the step by hand. If it fails there too, send the run folder to the manufacturer; it shows what happened.",
    ),
    "restart-needed": (
        "The recorder has to be restarted by hand",
        f"Restart it, {_AGAIN}: what is done already is not done twice.",
    ),
    "certificate-refused": (
        "A certificate was not imported",
        f"Do what the message says, {_AGAIN}. nvrflow does not repeat what is done already.",
    ),
    "not-trusted": (
        "The browser does not trust the recorder",
        "Run nvrflow verify with the recorder's address: it names the reason and what to do.",
    ),
    "not-put-back": (
        "A test changed the recorder, and it is not as it was",
        "Put it back by hand, and say in the test how that is done: recorder.restore_with(flow).",
    ),
    "no-room": (
        "There is no room for the files of this run",
        f"Nothing was changed. Make the folder in the message writable, or make room on its disk, {_AGAIN}.",
    ),
    "flow": (
        "The flow has an error of its own",
        f"Correct the flow at the file and line that the message names, {_AGAIN}.",
    ),
    "defect": (
        "Something is wrong in nvrflow itself",
        "Report it with the run folder. The steps show how far the run got.",
    ),
    "request-held": (
        "--check held back a request that the run needed",
        f"If that request changes nothing on the recorder, name it below `harmless` in the selector file, {_AGAIN}.",
    ),
    "timeout": (
        "A wait took too long",
        "Look at the last picture to see what the recorder showed. If it is only slow, allow more with --timeout SECONDS.",
    ),
    "interrupted": (
        "Interrupted",
        "The steps show how far the run got. You can run the command again; nvrflow does not repeat what is done already.",
    ),
}


_OUTCOMES = {
    "done": "Done",
    "already": "Already done: nothing had to be changed",
    "checked": "Checked",
    "failed": "Failed",
}


def verdict(document: dict[str, Any]) -> str:
    """The outcome of a run (report.json) in one sentence, without a full stop."""
    words = _OUTCOMES[document["outcome"]]
    if document["outcome"] == "checked" and document.get("enforced"):
        words += ": nothing was changed"
    if document["error"]:
        return f"{words}: {heading(document['error']['kind'])}"
    https = document["https"]
    if not https or not https["after"] or https["trusted"] is None:
        return words
    return f"{words}. HTTPS is on and trusted" if https["trusted"] else f"{words}. HTTPS is on, but not trusted"


def done_with(change: dict[str, Any], outcome: str) -> str:
    """What was done with one certificate in one store (an entry of `trust` in report.json), in a few words."""
    return "imported" if change["changed"] else "would be imported" if outcome == "checked" else "was there already"


def next_command(document: dict[str, Any], options: str = "") -> tuple[str, str] | None:
    """What a person may want to do after this run (report.json), and the command for it; None if there is no such command.

    After an error, `advice` says what to do. `options` are those that a command for the same recorder needs again.
    """
    https, recorder = document["https"] or {}, document["recorder"]
    if document["error"]:
        return None
    if document["outcome"] == "checked":
        left = document["trust"] or any(step["outcome"] == "would" for step in document["steps"])
        return ("To do it", "run the same command without --check") if left else None
    if https.get("after") and https["trusted"] is False:
        return "To see why", f"nvrflow verify {recorder}"
    if document["trust"]:
        return "To undo the import", f"nvrflow untrust {recorder}"
    if https.get("after"):
        return "To make browsers trust it", f"nvrflow secure {recorder}{options}"
    return None


def heading(kind: str) -> str:
    """An `error.kind` in a few words."""
    return _ADVICE.get(kind, ("The run could not be finished", ""))[0]


def advice(kind: str) -> str:
    """What to do about an `error.kind`; empty if the message itself says everything."""
    return _ADVICE.get(kind, ("", ""))[1]
