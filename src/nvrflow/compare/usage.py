"""Which flows need which pages and elements of a selector file: what they name, and what lies on the way to it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from nvrflow.firmware import SelectorFile
from nvrflow.rehearsal.rehearsals import Rehearsal, rehearse
from nvrflow.running import flow_names


@dataclass(frozen=True)
class Usage:
    """What each flow uses of one selector file."""

    file: SelectorFile
    used: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)

    @cached_property
    def needs(self) -> dict[str, frozenset[str]]:
        """For each page the flows that need it: they use it, or it lies on the way to a page that they need."""
        found = {
            page: {flow for flow, used in self.used.items() if any(at == page for at, _ in used)} for page in self.file.pages
        }
        for _ in self.file.pages:
            before = {page: set(flows) for page, flows in found.items()}
            for page in self.file.pages:
                for way in self.file.pages[page].all_ways:
                    found.setdefault(way.on, set()).update(found[page])
            if before == found:
                break
        return {page: frozenset(flows) for page, flows in found.items()}

    def flows_of(self, page: str, element: str) -> frozenset[str]:
        """The flows that use this element, or take a way on which it is clicked, or leave the page by it."""
        direct = {flow for flow, used in self.used.items() if (page, element) in used}
        known = self.file.pages.get(page)
        leaving = self.needs.get(page, frozenset()) if known and element in known.close else frozenset[str]()
        return frozenset(direct | leaving).union(*(self.needs[other] for other in self.opened_by(page, element)))

    def opened_by(self, page: str, element: str) -> list[str]:
        """The pages to which a click on this element leads."""
        return [
            name for name, other in self.file.pages.items() for way in other.all_ways if way.on == page and element in way.open
        ]

    def has_another_way(self, page: str, element: str) -> bool:
        """Whether this element only opens pages, and each of them can be reached without it."""
        opened = self.opened_by(page, element)
        if not opened or any((page, element) in used for used in self.used.values()):
            return False
        return all(any(way.on != page or element not in way.open for way in self.file.pages[other].all_ways) for other in opened)


def verifying_flows(flows: Path | None = None) -> tuple[str, ...]:
    """The flows that end with a browser that trusts the recorder: those with a parameter `trusting`."""
    return tuple(sorted(name for name, path in flow_names(flows).items() if _takes_trusting(name, path)))


def _takes_trusting(name: str, path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    own = [one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == name]
    return any(argument.arg == "trusting" for one in own for argument in (*one.args.args, *one.args.kwonlyargs))


def usage_of(name: str, file: SelectorFile, flows: Path | None = None, selectors: Path | None = None) -> Usage:
    """What the flows (shipped ones, and those in the folder `flows`) use of the selector file `name`. Takes a few seconds."""
    found: Sequence[Rehearsal] = rehearse(list(flow_names(flows)), [name], flows, selectors)
    return Usage(file, {one.flow: frozenset(one.used.get(name, ())) for one in found})
