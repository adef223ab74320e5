"""The places where a computer keeps what it trusts: one file each, all with the same few verbs.

A store says which commands it would run; it runs none but those that only look. `trust.applying` does the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from nvrflow.certificate import Certificate
from nvrflow.trust.actions import Action
from nvrflow.trust.computer import Scope

Use = Literal["authority", "leaf", "intermediate"]
Family = Literal["chromium", "firefox", "openssl", "chrome-policy", "firefox-policy", "windows", "macos"]


@dataclass(frozen=True)
class State:
    """Whether a store can be used, a sentence why (not), and the command or act that mends it.

    `by_hand`: everything is there but the rights, so an administrator can type the commands.
    """

    usable: bool
    why: str
    mend: str = ""
    by_hand: bool = False


@dataclass(frozen=True)
class Found:
    """Exactly the certificate asked for, as it lies in a store: `label` is the store's name for it, `unique` if no other's."""

    label: str
    flags: str = ""
    unique: bool = True


class Store(Protocol):
    """One place. `name` is what `--store` takes, `place` the folder or key, `readers` who looks there."""

    @property
    def name(self) -> str: ...
    @property
    def family(self) -> Family: ...
    @property
    def scope(self) -> Scope: ...
    @property
    def place(self) -> str: ...
    @property
    def readers(self) -> str: ...

    def state(self) -> State:
        """Whether it is there and can be used."""

    def label(self, certificate: Certificate, use: Use, host: str) -> str:
        """What our entry is called there: unique, recognisable, harmless to the tools."""

    def flags(self, use: Use) -> str:
        """The flags that this use needs there; empty where a store knows none."""

    def find(self, certificate: Certificate) -> Found | None:
        """Exactly this certificate (by its SHA-256), whoever put it there."""

    def enough(self, found: Found, use: Use) -> bool:
        """Whether what is there already does for this use."""

    def adding(self, certificate: Certificate, use: Use, host: str) -> list[Action]:
        """What puts it there."""

    def raising(self, certificate: Certificate, found: Found, use: Use) -> list[Action]:
        """What makes the flags of an entry that is there enough; empty when that cannot be."""

    def restoring(self, certificate: Certificate, found: Found, flags: str) -> list[Action]:
        """What gives an entry its earlier flags back."""

    def removing(self, certificate: Certificate, label: str) -> list[Action]:
        """What takes it away again; empty when it is not there."""

    def remains(self, certificate: Certificate, label: str) -> str:
        """What is still there after it was taken away, for a sentence; empty when nothing is."""


def short(certificate: Certificate) -> str:
    """The first 16 hex digits of the SHA-256, for names."""
    return certificate.sha256.replace(":", "").lower()[:16]


def plain(host: str) -> str:
    """The host in letters that no tool reads anything into: NSS takes `token:name`, file names take no slash."""
    return "".join(letter if letter.isalnum() or letter in ".-" else "-" for letter in host.lower())[:60] or "recorder"
