"""The places where a computer keeps what it trusts: one file each, all with four verbs: state, holds, add, remove.

A store says which commands it would run; it runs none but those that only look. `nvrflow.trust.apply` does the rest. What only
some stores can do is an ability of its own (`Flagged`, `Lingering`, `Listing`); a store without it does not define it.

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
    """One place. `name` is what `--store` takes, `place` the folder or key, `readers` who looks there, for a person."""

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

    def holds(self, certificate: Certificate) -> Found | None:
        """Exactly this certificate (by its SHA-256), whoever put it there."""

    def add(self, certificate: Certificate, use: Use, host: str) -> list[Action]:
        """What puts it there."""

    def remove(self, certificate: Certificate, label: str) -> list[Action]:
        """What takes it away again; empty when it is not there."""


@runtime_checkable
class Flagged(Protocol):
    """A store that keeps flags beside a certificate: being there is not enough."""

    def flags(self, use: Use) -> str:
        """The flags that this use needs there."""

    def enough(self, found: Found, use: Use) -> bool:
        """Whether what is there already does for this use."""

    def raising(self, certificate: Certificate, found: Found, use: Use) -> list[Action]:
        """What makes the flags of an entry that is there enough; empty when that cannot be."""

    def restoring(self, certificate: Certificate, found: Found, flags: str) -> list[Action]:
        """What gives an entry its earlier flags back."""


@runtime_checkable
class Lingering(Protocol):
    """A store in which a copy can stay behind after the certificate itself was taken out."""

    def remains(self, certificate: Certificate, label: str) -> str:
        """What is still there, for a sentence; empty when nothing is."""


@runtime_checkable
class Listing(Protocol):
    """A store that can say all it holds, for finding our entries without a ledger."""

    def ours(self) -> list[tuple[str, Certificate]]:
        """Label and certificate of each entry that has a name of nvrflow's."""


def flags_of(store: Store, use: Use) -> str:
    """The flags that this use needs in that store; empty where a store knows none."""
    return store.flags(use) if isinstance(store, Flagged) else ""


def is_enough(store: Store, found: Found, use: Use) -> bool:
    """Whether what lies in the store already does for this use; where there are no flags, being there is all."""
    return store.enough(found, use) if isinstance(store, Flagged) else True


def is_distrusted(found: Found) -> bool:
    """Whether somebody marked the certificate as distrusted there (NSS: `p` without `P` and `C`)."""
    tls = found.flags.partition(",")[0]
    return "p" in tls and not {"P", "C"} & set(tls)


def left_behind(store: Store, certificate: Certificate, label: str) -> str:
    """What is still there after the certificate was taken away, for a sentence; empty when nothing is."""
    if isinstance(store, Lingering):
        return store.remains(certificate, label)
    found = store.holds(certificate)
    return f"{found.label!r} in {store.place}" if found else ""


def short(certificate: Certificate) -> str:
    """The first 16 hex digits of the SHA-256, for names."""
    return certificate.sha256.replace(":", "").lower()[:16]


def plain(host: str) -> str:
    """The host in letters that no tool reads anything into: NSS takes `token:name`, file names take no slash."""
    return "".join(letter if letter.isalnum() or letter in ".-" else "-" for letter in host.lower())[:60] or "recorder"
