"""Everything that can go wrong, as one tree; `kind` is `error.kind` of the report, `exit_code` what the command returns.

    NvrflowError
    ├── WrongCall             wrong-call          2   an option or argument with an impossible value
    ├── InvalidFile           invalid-file        2   a file that cannot be read, or has invalid content
    ├── SignInRefused         sign-in-refused     4   the recorder refused user or password; never repeated
    ├── AccountLocked         account-locked      4   the recorder lets nobody in for a while
    ├── Unreachable           unreachable         1   nothing answers at that address
    ├── NotInitialised        not-initialised     1   the recorder waits for its first password
    ├── PluginNeeded          plugin-needed       1   the page works only with Internet Explorer's plug-in
    ├── SessionLimit          session-limit       1   too many people are signed in
    ├── UnknownFirmware       unknown-firmware    1   no selector file fits
    ├── SelectorDrift         selector-drift      1   an element is not where the selector file says
    ├── ProductDefect         product-defect      1   the recorder did not do what it says it does
    │   ├── DownloadFailed                            a download that did not arrive, or arrived broken
    │   └── OtherHost                                 its page leads to a host that the person did not give
    ├── CertificateRefused    certificate-refused 1   a certificate that must not be imported
    ├── NotTrusted            not-trusted         1   the browser still does not trust the recorder
    ├── NoRoom                no-room             1   there is no room for the run's files; nothing was changed
    ├── TimedOut              timeout             1   a wait came to its end
    │   └── RequestHeld                               --check kept the request back that was to be answered
    └── Interrupted           interrupted       130   the person pressed Ctrl-C

A message has the form *where: what happened; what to do*.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any


class NvrflowError(Exception):
    """An error that ends the work; the message is for a person, `step` is the id of the step that failed.

    `facts` are data for programs beside the message: keys of the JSON document that `--json` prints.
    """

    kind = "failed"
    exit_code = 1
    step: str | None = None
    facts: Mapping[str, Any] = {}


class WrongCall(NvrflowError):
    """An option or argument has an impossible value."""

    kind = "wrong-call"
    exit_code = 2


class InvalidFile(NvrflowError):
    """A file cannot be read, or has invalid content; the message names file, line and key as far as they are known."""

    kind = "invalid-file"
    exit_code = 2

    def __init__(self, what: str, file: Path | str | None = None, line: int | None = None, key: str | None = None) -> None:
        self.file, self.line, self.key, self.what = file, line, key, what
        place = ":".join(str(part) for part in (file, line) if part is not None)
        super().__init__(": ".join(part for part in (place, key, what) if part))


class SignInRefused(NvrflowError):
    """The recorder refused the user or the password; `tries_left` is the recorder's own number, if it gave one.

    `since` is the time of the refusal, if this computer remembered it and did not try again.
    """

    kind = "sign-in-refused"
    exit_code = 4

    def __init__(self, message: str, tries_left: int | None = None, since: datetime | None = None) -> None:
        super().__init__(message)
        self.tries_left, self.since = tries_left, since


class AccountLocked(NvrflowError):
    """The recorder has locked this account; `seconds` until it is unlocked, if known.

    `since` is the time of the lock, if this computer remembered it and did not try.
    """

    kind = "account-locked"
    exit_code = 4

    def __init__(self, message: str, seconds: int | None = None, since: datetime | None = None) -> None:
        super().__init__(message)
        self.seconds, self.since = seconds, since


class Unreachable(NvrflowError):
    """Nothing answers at the recorder's address."""

    kind = "unreachable"


class NotInitialised(NvrflowError):
    """The recorder has no password yet and shows its first-start wizard."""

    kind = "not-initialised"


class PluginNeeded(NvrflowError):
    """The recorder's page needs a browser plugin that no current browser has."""

    kind = "plugin-needed"


class SessionLimit(NvrflowError):
    """The recorder has as many people signed in as it allows."""

    kind = "session-limit"


class UnknownFirmware(NvrflowError):
    """No selector file fits the page at that address."""

    kind = "unknown-firmware"


class SelectorDrift(NvrflowError):
    """An element is not where the selector file says it is."""

    kind = "selector-drift"


class ProductDefect(NvrflowError):
    """The recorder did not do what its own page says it does."""

    kind = "product-defect"


class DownloadFailed(ProductDefect):
    """A download did not arrive, or its content is not what the button promises."""


class OtherHost(ProductDefect):
    """The recorder's page leads to another host than the person gave; the password must not go there.

    This is the recorder's doing, not a wrong call: the run has begun and has a report.
    """

    kind = "other-host"


class CertificateRefused(NvrflowError):
    """A certificate must not be imported; the message says why."""

    kind = "certificate-refused"


class NotTrusted(NvrflowError):
    """A browser that ignores no errors does not trust the recorder."""

    kind = "not-trusted"


class TimedOut(NvrflowError):
    """A wait reached its time limit."""

    kind = "timeout"


class NoRoom(NvrflowError):
    """A needed folder cannot be written, or its disk is full; this was found before anything was changed."""

    kind = "no-room"


class RequestHeld(TimedOut):
    """`--check` held a request back, so no answer could come."""


class Interrupted(NvrflowError):
    """The person pressed Ctrl-C."""

    kind = "interrupted"
    exit_code = 130


def exit_code_of(kind: str) -> int:
    """The exit code of an `error.kind`."""
    found = [error for error in _family(NvrflowError) if error.kind == kind]
    return found[0].exit_code if found else NvrflowError.exit_code


def _family(error: type[NvrflowError]) -> list[type[NvrflowError]]:
    return [error, *(one for child in error.__subclasses__() for one in _family(child))]


class HeldBack(Exception):
    """`--check` stopped before a step that would have changed the recorder. It is not an error and reaches no user."""
