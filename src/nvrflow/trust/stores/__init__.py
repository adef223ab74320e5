"""The trust stores of a computer: one module each, all with the four verbs state, holds, add and remove.

A store returns the commands that would change it; it runs only commands that read. `nvrflow.trust.apply` runs the others.
Abilities that only some stores have are protocols of their own: `Flagged`, `Lingering`, `Listing`.

In reading order: `nss_store` over `database` (what Chromium and Firefox have in common), `chromium_database` and
`firefox_profiles` (where they are), `chrome_policy` and `firefox_policy`; `files` (what lies in a folder), `debian` and
`anchors_folder`; `windows`, `macos`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from nvrflow.certificate import Certificate
from nvrflow.trust.actions import Action
from nvrflow.trust.computer import Scope

Use = Literal["authority", "leaf", "intermediate"]
Family = Literal["chromium", "firefox", "openssl", "chrome-policy", "firefox-policy", "windows", "macos"]


@dataclass(frozen=True)
class State:
    """Whether a store can be used, the reason, and the command or action that helps.

    `by_hand`: only the rights are missing, so an administrator can type the commands.
    """

    usable: bool
    why: str
    advice: str = ""
    by_hand: bool = False


@dataclass(frozen=True)
class Found:
    """A certificate that was found in a store: `label` is its name there, `unique` if no other certificate has that name."""

    label: str
    flags: str = ""
    unique: bool = True


class Store(Protocol):
    """One trust store: `name` is the value for `--store`, `place` its folder or key, `readers` the programs that read it."""

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
        """Whether the store exists and can be used."""

    def label(self, certificate: Certificate, use: Use, host: str) -> str:
        """The name of nvrflow's entry in the store: unique, recognisable, safe for the tools."""

    def holds(self, certificate: Certificate) -> Found | None:
        """Find exactly this certificate (by its SHA-256), whoever put it there."""

    def add(self, certificate: Certificate, use: Use, host: str) -> list[Action]:
        """The actions that import the certificate."""

    def remove(self, certificate: Certificate, label: str) -> list[Action]:
        """The actions that remove the certificate; empty if it is not there."""


@runtime_checkable
class Flagged(Protocol):
    """A store in which a certificate has trust flags, so that its presence is not enough."""

    def flags(self, use: Use) -> str:
        """The flags that this use needs in the store."""

    def enough(self, found: Found, use: Use) -> bool:
        """Whether the certificate that is there has the flags for this use."""

    def raising(self, certificate: Certificate, found: Found, use: Use) -> list[Action]:
        """The actions that add the missing flags to an entry; empty if that is not possible."""

    def restoring(self, certificate: Certificate, found: Found, flags: str) -> list[Action]:
        """The actions that restore the earlier flags of an entry."""


@runtime_checkable
class Lingering(Protocol):
    """A store in which a copy can remain after the certificate itself was removed."""

    def remains(self, certificate: Certificate, label: str) -> str:
        """What remains, for a sentence; empty if nothing does."""


@runtime_checkable
class Listing(Protocol):
    """A store that can list its content, for finding nvrflow's entries without a ledger."""

    def ours(self) -> list[tuple[str, Certificate]]:
        """Label and certificate of each entry that has one of nvrflow's names."""


def flags_of(store: Store, use: Use) -> str:
    """The flags that this use needs in the store; empty if the store has none."""
    return store.flags(use) if isinstance(store, Flagged) else ""


def is_enough(store: Store, found: Found, use: Use) -> bool:
    """Whether a certificate that was found there is sufficient for this use; without flags, its presence is enough."""
    return store.enough(found, use) if isinstance(store, Flagged) else True


def is_distrusted(found: Found) -> bool:
    """Whether the certificate is marked as distrusted there (NSS: `p` without `P` and `C`)."""
    tls = found.flags.partition(",")[0]
    return "p" in tls and not {"P", "C"} & set(tls)


def left_behind(store: Store, certificate: Certificate, label: str) -> str:
    """What remains after the certificate was removed, for a sentence; empty if nothing does."""
    if isinstance(store, Lingering):
        return store.remains(certificate, label)
    found = store.holds(certificate)
    return f"{found.label!r} in {store.place}" if found else ""


def short(certificate: Certificate) -> str:
    """The first 16 hex digits of the SHA-256, for use in names."""
    return certificate.sha256.replace(":", "").lower()[:16]


def plain(host: str) -> str:
    """The host in letters that are safe for every tool: NSS reads `token:name`, and file names allow no slash."""
    return "".join(letter if letter.isalnum() or letter in ".-" else "-" for letter in host.lower())[:60] or "recorder"
