"""How long each known fault has not occurred, over several test runs; kept in `known.json` beside the report page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nvrflow.pytest_plugin.known_faults import KnownFault


@dataclass
class Sightings:
    """What one test run saw of the known faults: the tests in which each occurred, by ticket, and what could have shown them.

    `used` are the elements that were used, each with the recorder's version; `tests` are the tests that ran to their end.
    """

    occurred: dict[str, set[str]] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)
    tests: set[str] = field(default_factory=set)

    def hear(self, told: dict[str, Any]) -> None:
        """Note what the report of one test says."""
        for ticket in told.get("known", ()):
            self.occurred.setdefault(ticket, set()).add(told["node"])
        self.used |= {(element, told["version"]) for element in told.get("elements", ())}
        self.tests.add(told["node"])

    def could_show(self, fault: KnownFault, before: Iterable[str]) -> bool:
        """Whether the fault had an occasion: its element was used, or a test ran in which it occurred before."""
        if fault.element:
            return any(element == fault.element and fault.concerns(version) for element, version in self.used)
        return bool(self.tests & set(before))


@dataclass(frozen=True)
class FaultHistory:
    """The file `path`: for each ticket the number of runs since it was seen, and the tests in which it occurred last."""

    path: Path

    def add(self, faults: Iterable[KnownFault], seen: Sightings) -> dict[str, int]:
        """Add one run. Returns, for each fault that this run could have shown and did not, the number of such runs in a row.

        Raises OSError if the file cannot be written.
        """
        from nvrflow.whole_file import write_whole

        old, new = self._read(), {}
        for fault in faults:
            missed, tests = old.get(fault.ticket, (0, []))
            if fault.ticket in seen.occurred:
                missed, tests = 0, sorted(seen.occurred[fault.ticket])
            elif seen.could_show(fault, tests):
                missed += 1
            new[fault.ticket] = (missed, tests)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        document = {ticket: {"runs_without": missed, "tests": tests} for ticket, (missed, tests) in new.items()}
        write_whole(self.path, (json.dumps(document, indent=2) + "\n").encode())
        return {ticket: missed for ticket, (missed, _) in new.items() if missed}

    def _read(self) -> dict[str, tuple[int, list[str]]]:
        """The file's content; nothing if there is none, or if it is damaged."""
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
            return {name: (int(one["runs_without"]), [str(test) for test in one["tests"]]) for name, one in document.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}
