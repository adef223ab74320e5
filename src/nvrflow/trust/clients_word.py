"""The clients' answers taken together: is the recorder trusted through the stores that were changed?"""

from __future__ import annotations

from dataclasses import dataclass

from nvrflow.trust.clients.answer import Answer


@dataclass(frozen=True)
class Word:
    """The answers of all clients, and the names of the clients that read the changed stores (`concerned`)."""

    answers: tuple[Answer, ...]
    concerned: frozenset[str]

    @property
    def heard(self) -> list[Answer]:
        """The answers of the clients concerned."""
        return [answer for answer in self.answers if answer.name in self.concerned]

    @property
    def trusted(self) -> bool | None:
        """True if every client concerned that could be asked opened the recorder; None if none of them could be asked."""
        said = [answer.trusted for answer in self.heard if answer.trusted is not None]
        return all(said) if said else None

    @property
    def reason(self) -> str:
        """Why the recorder is not trusted; empty if it is."""
        if self.trusted is None:
            return "no program on this computer that reads the changed stores could be asked"
        refusing = [answer for answer in self.heard if answer.trusted is False]
        return "; ".join(f"{one.name} does not open it: {one.reason or one.code}" for one in refusing)

    @property
    def shown(self) -> str:
        """The answer of each client concerned, for a person."""
        words = {True: "opens it", False: "does not open it", None: "could not be asked"}
        return ", ".join(f"{one.name} {words[one.trusted]}" for one in self.heard) or self.reason
