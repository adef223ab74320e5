"""One page in one language, before and after: its controls in pairs, and a clue for each thing that differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from nvrflow.capture.archive import CapturedPage
from nvrflow.capture.controls import Box, Control
from nvrflow.capture.meanings import names_a_port
from nvrflow.compare.arrangement import Reordered, reordered
from nvrflow.compare.clue import Aspect, Change, Clue, Kind
from nvrflow.compare.cluster import Cluster, clusters
from nvrflow.compare.entries import Entries
from nvrflow.compare.field_rules import choices, demanded, option_lists, order_of, radio_groups, title_of
from nvrflow.compare.pairs import Pair, Pairs, identity, paired, steady
from nvrflow.compare.table_rows import TableRows, of_the_firmware
from nvrflow.compare.tongue import Tongue

_CHOSEN = ("tab", "option", "treeitem", "menuitem", "link")  # on says only that it is the one that is open
_STATES = {True: "on", False: "off", None: ""}


@dataclass(frozen=True)
class Screen:
    """A page that both captures have in one language. `entries` are the controls that lead to pages.

    `beneath` are the identities of all controls on the pages that lie on this one: a page often shows one of them at first.
    """

    page_a: CapturedPage
    page_b: CapturedPage
    tongue_a: Tongue
    tongue_b: Tongue
    entries: Entries
    beneath: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The page's name in the selector file."""
        return self.page_a.name

    @property
    def language(self) -> str:
        """The language of both pages."""
        return self.page_a.language

    @cached_property
    def pairs(self) -> Pairs:
        """The controls of both, without data of the device, and without another page that is shown on this one at first."""
        found = paired(*of_the_firmware(*self.tables))
        return Pairs(found.both, self._own(found.gone), self._own(found.new))

    @cached_property
    def clues(self) -> tuple[Clue, ...]:
        """Everything that differs, but for pictures and time."""
        listed = {id(one) for sides in self._lists for side in sides for one in side}
        between = (clue for pair in self.pairs.both if id(pair.a) not in listed for clue in self._between(pair))
        return (*self._gone(), *self._new(), *self._choices(), *between, *self._order())

    @cached_property
    def data(self) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
        """Where data of the device stands, before and after."""
        rows_a, rows_b = self.tables
        a = [one.box for one in self.page_a.controls if self.tongue_a.is_data(one)]
        b = [one.box for one in self.page_b.controls if self.tongue_b.is_data(one)]
        if sorted(rows_a.labels.values()) != sorted(rows_b.labels.values()):
            a, b = [*a, *rows_a.boxes()], [*b, *rows_b.boxes()]
        return tuple(a), tuple(b)

    @cached_property
    def tables(self) -> tuple[TableRows, TableRows]:
        """The rows of tables on both pages."""
        return TableRows(self.page_a.controls, self.tongue_a), TableRows(self.page_b.controls, self.tongue_b)

    def _own(self, controls: tuple[Control, ...]) -> tuple[Control, ...]:
        """`controls` without those of pages on this one, if several of them came or went: then another one is shown at first."""
        others = [one for one in controls if identity(one) in self.beneath]
        several = sum(not one.is_words and not self.entries.has(one) for one in others) > 1
        return tuple(one for one in controls if not several or one not in others)

    def _gone(self) -> Iterator[Clue]:
        gone = self._without_choices(self.pairs.gone)
        for cluster in clusters(gone, self.page_b.controls, self.pairs.both, self._stands_alone, after=False):
            yield self._of(cluster, "removed", after=False)

    def _new(self) -> Iterator[Clue]:
        new = self._without_choices(self.pairs.new)
        for cluster in clusters(new, self.page_a.controls, self.pairs.both, self._stands_alone, after=True):
            yield self._of(cluster, "added", after=True)

    @cached_property
    def _lists(self) -> list[tuple[list[Control], list[Control]]]:
        return option_lists(self.pairs)

    def _without_choices(self, controls: Sequence[Control]) -> tuple[Control, ...]:
        inside = {id(one) for sides in self._lists for side in sides for one in side}
        return tuple(one for one in controls if id(one) not in inside)

    def _choices(self) -> Iterator[Clue]:
        """One clue for each open list that has other choices, however many."""
        for before, after in self._lists:
            title = before[0].group[-1] if before[0].group else before[0].name
            yield Clue(
                "setting", "changed", "options", f"option:{title}", title, self.name, self.language,
                ", ".join(one.name for one in before), ", ".join(one.name for one in after), tuple(before), tuple(after),
            )  # fmt: skip

    def _of(self, cluster: Cluster, change: Change, after: bool) -> Clue:
        tongue = self.tongue_b if after else self.tongue_a
        heads = cluster.usable if cluster.aspect == "together" else (cluster.head,)
        parts = tuple(tongue.identity(one, self.name) for one in heads)
        about = " ".join(sorted(parts))
        is_label = cluster.head.is_words and not cluster.aspect
        kind: Kind = "page" if self.entries.has(cluster.head) else "label" if is_label else "control"
        if after and not cluster.aspect and _is_port(cluster.head):
            return self._port(cluster, about)
        members, named = cluster.members, ", ".join(one.name for one in heads) if len(heads) > 1 else cluster.name
        return Clue(
            kind, change, cluster.aspect, about, cluster.name, self.name, self.language,
            before=None if after else named, after=named if after else None,
            a=() if after else members, b=members if after else (), parts=parts if len(parts) > 1 else (),
        )  # fmt: skip

    def _port(self, cluster: Cluster, about: str) -> Clue:
        return Clue(
            "tls", "added", "port", about, cluster.name, self.name, self.language,
            after=cluster.head.value or "empty", b=cluster.members,
        )  # fmt: skip

    def _stands_alone(self, control: Control) -> bool:
        """Whether a control is told alone, although it came or went with others beside it."""
        return self.entries.has(control) or _is_port(control)

    def _between(self, pair: Pair) -> Iterator[Clue]:
        """What differs between the two states of one control."""
        a, b = pair.a, pair.b
        if a.role != b.role:
            yield self._changed(pair, "control", "kind", a.role, b.role)
        in_column = a.named == b.named == "column"  # the title of the column tells it
        if not in_column and self.tongue_a.label(a.name) != self.tongue_b.label(b.name) and not self._is_filled_in(pair):
            yield self._words(pair)
        elif a.key != b.key:
            yield replace(self._changed(pair, "label", "key", a.key, b.key), identity=self.tongue_a.key_of(a) or a.key)
        if a.disabled != b.disabled:
            yield self._changed(pair, "control", "enabled", *("disabled" if one.disabled else "enabled" for one in (a, b)))
        yield from (self._changed(pair, "control", *demand) for demand in demanded(a, b))
        if None not in (a.checked, b.checked) and a.checked != b.checked and a.role == b.role and a.role not in _CHOSEN:
            yield self._changed(pair, "setting", "default", _STATES[a.checked], _STATES[b.checked])
        elif [steady(one) for one in a.options] != [steady(one) for one in b.options]:
            yield self._changed(pair, "setting", *choices(a, b))
        elif (
            not a.holds_secret
            and not b.holds_secret
            and self.tongue_a.steady(a.value or "") != self.tongue_b.steady(b.value or "")
        ):
            yield self._changed(pair, "setting", "default", a.value or "", b.value or "")

    def _is_filled_in(self, pair: Pair) -> bool:
        """Whether only a value within the words differs, because the words themselves are the same in both dictionaries."""
        key_a, key_b = self.tongue_a.key_of(pair.a), self.tongue_b.key_of(pair.b)
        same = bool(key_a) and key_a == key_b and self.tongue_a.dictionary[key_a] == self.tongue_b.dictionary[key_b]
        return same and any(mark in self.tongue_a.dictionary[key_a] for mark in ("%", "{"))

    def _words(self, pair: Pair) -> Clue:
        key = self.tongue_a.key_of(pair.a)
        clue = self._changed(pair, "label", "words", pair.a.name, pair.b.name)
        return replace(clue, identity=key) if key else clue

    def _changed(self, pair: Pair, kind: Kind, aspect: Aspect, before: str, after: str) -> Clue:
        change: Change = "renamed" if kind == "label" else "changed"
        about = self.tongue_a.identity(pair.a, self.name)
        return Clue(
            kind, change, aspect, about, pair.a.name, self.name, self.language,
            before=before, after=after, a=(pair.a,), b=(pair.b,),
        )  # fmt: skip

    def _order(self) -> Iterator[Clue]:
        for pairs in radio_groups(self.pairs.both):
            if choice := order_of(pairs):
                clue = self._changed(pairs[0], "setting", "order", *choice)
                yield replace(clue, name=title_of(pairs), a=tuple(pair.a for pair in pairs), b=tuple(pair.b for pair in pairs))
        for line in reordered([pair for pair in self.pairs.both if pair.a.name and pair.a.role != "radio"]):
            yield self._reordered(line)

    def _reordered(self, line: Reordered) -> Clue:
        kind: Kind = "page" if any(self.entries.has(pair.a) for pair in line.moved) else "control"
        about = sorted(self.tongue_a.identity(pair.a, self.name) for pair in line.moved)
        return Clue(
            kind, "moved", "order", " ".join(about), ", ".join(pair.a.name for pair in line.moved), self.name, self.language,
            before=_beside(line.a, line.moved[0].a), after=_beside(line.b, line.moved[0].b),
            a=tuple(pair.a for pair in line.moved), b=tuple(pair.b for pair in line.moved),
        )  # fmt: skip


def _is_port(control: Control) -> bool:
    """Whether a field holds the number of a port, by its label or its words' key."""
    said = names_a_port(control.name) or names_a_port(control.key)
    return control.role in ("textbox", "spinbutton") and said and (control.value or "").isdigit()


def _beside(controls: tuple[Control, ...], control: Control) -> str:
    """Where one of several controls in a line stands."""
    at = next(index for index, one in enumerate(controls) if one is control)
    return f'after "{controls[at - 1].name}"' if at else "first"
