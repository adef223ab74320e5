"""Known faults of a product, one file `known/TICKET.yaml` for each. A failure that one explains does not fail the run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nvrflow.errors import InvalidFile
from nvrflow.pytest_plugin.failure import Failure

if TYPE_CHECKING:
    from nvrflow.content import Document

KNOWN = pytest.StashKey[tuple["KnownFault", ...]]()
_KEYS = ("element", "message", "firmware", "about")


@dataclass(frozen=True)
class KnownFault:
    """One fault: the ticket, the element (empty: the failure has none), a pattern of the message, the firmware versions."""

    ticket: str
    message: re.Pattern[str]
    element: str = ""
    firmware: str = "*"
    about: str = ""

    def explains(self, failure: Failure, version: str) -> bool:
        """Whether the failure looks like this fault, on a recorder of that version (empty: not known)."""
        fits = failure.element == self.element and self.message.search(failure.message) is not None
        return fits and self.concerns(version)

    def concerns(self, version: str) -> bool:
        """Whether recorders of that version have the fault."""
        from nvrflow.firmware.versions import VersionRange

        return version in VersionRange(self.firmware)


@dataclass(frozen=True)
class Told:
    """A failure, and the known fault that explains it. A lock-out or a picture that differs is not excused by that."""

    failure: Failure
    fault: KnownFault | None = None

    @property
    def ticket(self) -> str:
        """The ticket that excuses the failure; empty if none does."""
        return self.fault.ticket if self.fault is not None and self.failure.excusable else ""

    @property
    def headline(self) -> str:
        """The headline of the failure, after the ticket that excuses it."""
        return f"known: {self.ticket}: {self.failure.headline}" if self.ticket else self.failure.headline


def known_faults(config: pytest.Config) -> tuple[KnownFault, ...]:
    """The known faults of this project, by ticket; read once. Raises InvalidFile."""
    if KNOWN not in config.stash:
        folder = config.rootpath / str(config.getini("nvrflow_known"))
        paths = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]) if folder.is_dir() else []
        config.stash[KNOWN] = tuple(map(_read, paths))
    return config.stash[KNOWN]


def excuse(report: Any, told: Told) -> None:
    """Let pytest and all other plugins take a known fault as expected; or say why a file does not excuse the failure."""
    if told.ticket:
        report.outcome, report.wasxfail = "skipped", f"known: {told.ticket}"
    elif told.fault is not None:
        why = "a refused sign-in, a lock, a picture that differs and all that the product is not to blame for are never excused"
        report.sections.append(("known faults", f"{told.fault.ticket} explains this failure, but {why}; remove its file"))


def _read(path: Path) -> KnownFault:
    from nvrflow.content import read_yaml
    from nvrflow.firmware.versions import VersionRange

    document = read_yaml(path)
    data: Mapping[str, Any] = document.data if isinstance(document.data, Mapping) else {}
    for key, value in data.items():
        if key not in _KEYS:
            raise _fault(document, key, f"this key is not known; known are {', '.join(_KEYS)}")
        if not isinstance(value, str):
            raise _fault(document, key, "must be text")
    if not data.get("message"):
        raise _fault(document, "message", "a known fault needs a pattern of the message, which is text")
    if data.get("element") is not None and not re.fullmatch(r"\w+\.\w+", data["element"]):
        raise _fault(document, "element", "must be an element of a selector file, for example device_certificate.download")
    try:
        VersionRange(data.get("firmware", "*"))
    except ValueError as problem:
        raise _fault(document, "firmware", str(problem)) from None
    told = {key: data[key] for key in ("element", "firmware", "about") if key in data}
    return KnownFault(path.stem, _pattern(document, data["message"]), **told)


def _pattern(document: Document, text: str) -> re.Pattern[str]:
    try:
        pattern = re.compile(text)
    except re.error as problem:
        raise _fault(document, "message", f"is not a regular expression ({problem})") from None
    if pattern.search("") or pattern.search("\x00"):
        raise _fault(document, "message", "this pattern fits every message; write words that only this fault has")
    return pattern


def _fault(document: Document, key: str, what: str) -> InvalidFile:
    return InvalidFile(what, document.path, document.line((key,)), key)
