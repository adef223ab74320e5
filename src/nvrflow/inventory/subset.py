"""Which recorders of a list are meant: by tag, name, site and firmware."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from nvrflow.errors import WrongCall
from nvrflow.inventory.roster import Device, Roster

_KEYS = ("tag", "name", "site", "firmware")


@dataclass(frozen=True)
class Subset:
    """Conditions, each `(key, pattern)`: key is tag, name, site or firmware; `*` in a pattern stands for any text.

    A recorder is meant if it fits one condition of each key that occurs.
    """

    conditions: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, only: Sequence[str], sites: Sequence[str] = (), firmwares: Sequence[str] = ()) -> Subset:
        """The conditions that were typed: `--only tag=lobby`, `--site`, `--firmware`. Raises WrongCall."""
        typed = []
        for one in only:
            key, equals, pattern = one.partition("=")
            if key not in _KEYS or not equals or not pattern:
                raise WrongCall(f"--only {one}: write KEY=VALUE, with a KEY of {', '.join(_KEYS)}; for example tag=lobby")
            typed.append((key, pattern))
        return cls((*typed, *(("site", one) for one in sites), *(("firmware", one) for one in firmwares)))

    def of(self, roster: Roster) -> tuple[Device, ...]:
        """The recorders that are meant, in the order of the list. Raises WrongCall if there is none."""
        found = tuple(device for device in roster.devices if self._means(device))
        if not found:
            said = " ".join(f"{key}={pattern}" for key, pattern in self.conditions)
            raise WrongCall(f"{roster.path}: no recorder fits {said}; `nvrflow fleet list` shows what the list has")
        return found

    def _means(self, device: Device) -> bool:
        for key in {key for key, _ in self.conditions}:
            has = device.tags if key == "tag" else {getattr(device, key)}
            if not any(fnmatchcase(value, pattern) for kind, pattern in self.conditions if kind == key for value in has):
                return False
        return True
