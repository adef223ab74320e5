"""A run's outcome in words, and what a person can do about each kind of error; shown beside the error's own message."""

from __future__ import annotations

from typing import Any

_AGAIN = "then run the command again"
_ADVICE = {
    "wrong-call": ("The command is wrong", "Correct the option or argument that the message names."),
    "invalid-file": ("A file cannot be used", "Correct the file at the place that the message names."),
    "sign-in-refused": (
        "Nobody was signed in",
        f"Check the user name and the password, {_AGAIN}. nvrflow never tries twice by itself, because the recorder "
        "counts wrong passwords and locks the account.",
    ),
    "account-locked": (
        "The account is locked",
        f"Wait until the recorder lets the account in again, {_AGAIN} with the right password.",
    ),
    "unreachable": (
        "Nothing answers at the recorder's address",
        "Open the address in a browser on this computer. Check the address, its port, the cable and the recorder's power.",
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
    "unknown-firmware": (
        "No selector file fits this recorder",
        "If you know which one is right, name it with --firmware. nvrflow does not guess where it would change something.",
    ),
    "selector-drift": (
        "The page differs from the selector file",
        "Look at the picture of the step, and correct the element in the selector file that the message names.",
    ),
    "other-host": (
        "The recorder's page leads to another host",
        "The password goes to the host that you named and to no other. If the other host is the same recorder, add --follow-to "
        "with it; if not, find out why the page leads there.",
    ),
    "product-defect": (
        "The recorder did not do what its page says",
        "Repeat the step by hand. If it fails there, too, the run folder shows the manufacturer what happened.",
    ),
    "certificate-refused": (
        "A certificate was not imported",
        f"Do what the message says, {_AGAIN}: what is done already is not done twice.",
    ),
    "not-trusted": (
        "The browser does not trust the recorder",
        "Run nvrflow verify with the recorder's address: it names the reason and what to do.",
    ),
    "no-room": (
        "There is no room for what has to be written down",
        f"Nothing was changed. Make the folder that the message names writable, or give its disk room, {_AGAIN}.",
    ),
    "flow": (
        "The flow itself went wrong",
        f"Correct the flow at the file and line that the message names, {_AGAIN}.",
    ),
    "defect": (
        "Something is wrong in nvrflow itself",
        "Report it with the run folder. The steps show how far the work went.",
    ),
    "timeout": (
        "A wait took too long",
        "Look at the last picture to see what the recorder showed. If it is only slow, allow more with --timeout SECONDS.",
    ),
    "interrupted": (
        "Interrupted",
        "The steps show how far the work went. The command can be run again; what is done already is not done twice.",
    ),
}


_OUTCOMES = {
    "done": "Done",
    "already": "Already so: nothing had to be changed",
    "checked": "Checked",
    "failed": "Failed",
}


def verdict(document: dict[str, Any]) -> str:
    """The outcome of a run (report.json) in one sentence, without its full stop."""
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


def next_command(document: dict[str, Any]) -> tuple[str, str] | None:
    """What a person may want to do after this run (report.json), and the command for it; None where nothing is left to say.

    After an error `advice` says it.
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
        return "To take it back", f"nvrflow untrust {recorder}"
    if https.get("after"):
        return "To make browsers trust it", f"nvrflow secure {recorder}"
    return None


def heading(kind: str) -> str:
    """An `error.kind` in a few words."""
    return _ADVICE.get(kind, ("The work could not be finished", ""))[0]


def advice(kind: str) -> str:
    """What to do about an `error.kind`; empty when nothing can be said but the message itself."""
    return _ADVICE.get(kind, ("", ""))[1]
