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
    ├── SignedOut             signed-out          1   the recorder has ended the session before the work was done
    ├── PasswordChange        password-change     1   the recorder demands a new password first
    ├── EndUserAgreement      end-user-agreement  1   the recorder demands that a person accepts its terms first
    ├── UpgradeInProgress     upgrade-in-progress 1   the recorder installs a firmware
    ├── UnknownFirmware       unknown-firmware    1   no selector file fits
    ├── SelectorDrift         selector-drift      1   an element is not where the selector file says
    ├── ProductDefect         product-defect      1   the recorder did not do what it says it does
    │   ├── DownloadFailed                            a download that did not arrive, or arrived broken
    │   ├── OtherHost                                 its page leads to a host that the person did not give
    │   └── RestartNeeded     restart-needed      1   it has to be restarted by hand, and nobody was there
    ├── CertificateRefused    certificate-refused 1   a certificate that must not be imported
    ├── NotTrusted            not-trusted         1   the browser still does not trust the recorder
    ├── NoRoom                no-room             1   there is no room for the run's files; nothing was changed
    ├── TimedOut              timeout             1   a wait came to its end
    ├── RequestHeld           request-held        1   --check held back the request whose answer was needed
    ├── FlowFailed            flow                1   a flow raised an error of its own
    ├── Defect                defect              1   nvrflow itself went wrong
    └── Interrupted           interrupted       130   the person pressed Ctrl-C

A message has the form *where: what happened; what to do*.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path


class NvrflowError(Exception):
    """An error that ends the work; the message is for a person, `step` is the id of the step that failed.

    `facts` are keys of the JSON document that `--json` prints, beside the message. `advice` is what a person can do.
    """

    kind = "failed"
    exit_code = 1
    advice = ""
    step: str | None = None
    facts: Mapping[str, object] = {}


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
    """The recorder refused user or password; `tries_left` is its own number, `since` the time of a refusal that is remembered."""

    kind = "sign-in-refused"
    advice = "the recorder refused user or password; nvrflow does not try again"
    exit_code = 4

    def __init__(self, message: str, tries_left: int | None = None, since: datetime | None = None) -> None:
        super().__init__(message)
        self.tries_left, self.since = tries_left, since


class AccountLocked(NvrflowError):
    """The recorder has locked this account; `seconds` until it is unlocked, `since` when it was locked, as far as known."""

    kind = "account-locked"
    advice = "the account is locked; wait until the recorder unlocks it"
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
    advice = "the recorder has no password yet; finish its first-start wizard by hand"


class PluginNeeded(NvrflowError):
    """The recorder's page needs a browser plugin that no current browser has."""

    kind = "plugin-needed"
    advice = "the page needs a plugin that no current browser runs; update the firmware, or use the recorder itself"


class SessionLimit(NvrflowError):
    """The recorder has as many people signed in as it allows."""

    kind = "session-limit"
    advice = "too many people are signed in; sign one of them out and try again"


class SignedOut(NvrflowError):
    """The recorder shows its sign-in page again in the middle of the work; nvrflow does not sign in a second time by itself."""

    kind = "signed-out"


class PasswordChange(NvrflowError):
    """The recorder lets nobody on before the account has a new password, because the old one has expired or is too weak."""

    kind = "password-change"
    advice = "the recorder demands a new password; change it by hand on its own page, then run the command again with it"


class EndUserAgreement(NvrflowError):
    """The recorder lets nobody on before a person has accepted its terms."""

    kind = "end-user-agreement"
    advice = "the recorder asks to accept its terms; accept them by hand on its own page, then run the command again"


class UpgradeInProgress(NvrflowError):
    """The recorder installs a firmware, and its pages cannot be used until it has restarted."""

    kind = "upgrade-in-progress"
    advice = "the recorder is installing a firmware; wait until it has restarted, then run the command again"


class UnknownFirmware(NvrflowError):
    """No selector file fits the page at that address."""

    kind = "unknown-firmware"


class SelectorDrift(NvrflowError):
    """An element is not where the selector file says it is."""

    kind = "selector-drift"


class ProductDefect(NvrflowError):
    """The recorder did not do what its own page says it does."""

    kind = "product-defect"
    advice = "the recorder reports an error"


class DownloadFailed(ProductDefect):
    """A download did not arrive, or its content is not what the button promises."""


class OtherHost(ProductDefect):
    """The recorder's page leads to another host than the person gave; the password must not go there."""

    kind = "other-host"


class RestartNeeded(ProductDefect):
    """The new setting is stored, but the recorder uses it only after a restart by hand."""

    kind = "restart-needed"


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


class RequestHeld(NvrflowError):
    """`--check` held a request back, so no answer could come."""

    kind = "request-held"


class FlowFailed(NvrflowError):
    """A flow raised an error of its own: the message names its file and line."""

    kind = "flow"


class Defect(NvrflowError):
    """Something in nvrflow went wrong that should not have."""

    kind = "defect"


class Interrupted(NvrflowError):
    """The person pressed Ctrl-C."""

    kind = "interrupted"
    exit_code = 130


def exit_code_of(kind: str) -> int:
    """The exit code of an `error.kind`."""
    return error_of(kind).exit_code


def error_of(kind: str) -> type[NvrflowError]:
    """The class of an `error.kind`, the most general one of that kind; NvrflowError for a kind that is not known."""
    return next((error for error in _family(NvrflowError) if error.kind == kind), NvrflowError)


def _family(error: type[NvrflowError]) -> list[type[NvrflowError]]:
    return [error, *(one for child in error.__subclasses__() for one in _family(child))]


class HeldBack(Exception):
    """`--check` stopped before a step that would have changed the recorder. It is not an error and reaches no user."""
