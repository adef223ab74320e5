"""Tables of data, such as a log or a list of channels: their rows are the device's own, what each row offers is the firmware's.

A row that only one page has is data. A kind of control that no row of the other page has is new, and one of them tells it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from nvrflow.capture.controls import Box, Control
from nvrflow.compare.tongue import Tongue

_FREE = ("link", "clickable", "treeitem", "option")  # roles whose words are often a thing's own name
_SPOKEN = ("text", "")  # how a name was found that stands on the control itself
_SHORTEST = 2  # characters of a row's label that is looked for in other names

Row = tuple[tuple[str, ...], str, str]  # the frames, the table, the row
Label = tuple[tuple[str, ...], str, str]  # the frames, the table, what its first words say
Kind = tuple[str, str, tuple[str, ...]]  # the role, the words without data, the frames


@dataclass(frozen=True)
class TableRows:
    """The rows of all tables of one page; `controls` are all of its controls."""

    controls: Sequence[Control]
    tongue: Tongue

    @cached_property
    def rows(self) -> Mapping[Row, list[Control]]:
        """The controls of each row."""
        found = defaultdict[Row, list[Control]](list)
        for one in self.controls:
            if one.row:
                found[one.frame, one.row[0], one.row[1]].append(one)
        return found

    @cached_property
    def labels(self) -> Mapping[Row, str]:
        """What the first words of each row say, without what changes from one look to the next."""
        return {
            row: self.tongue.steady(next((one.name for one in sorted(inside, key=lambda one: one.box[0]) if one.name), ""))
            for row, inside in self.rows.items()
        }

    @cached_property
    def repeated(self) -> frozenset[Kind]:
        """The kinds of controls with words of their own that stand in more than one row."""
        counts = Counter(kind for row, inside in self.rows.items() for kind in {self._plain(one, row) for one in inside})
        return frozenset(kind for kind, count in counts.items() if count > 1)

    def kind(self, control: Control, repeated: frozenset[Kind]) -> Kind | None:
        """Which kind of control it is in each row; None for what is the row's own data."""
        row = control.frame, control.row[0], control.row[1]
        plain = self._plain(control, row)
        if control.is_words:
            return None
        is_own = control.named in _SPOKEN and control.role in _FREE and not control.key
        known = not is_own or plain in repeated or control.name in self.tongue.dictionary.values()
        return plain if known else None

    def _plain(self, control: Control, row: Row) -> Kind:
        said, label = self.tongue.steady(control.name), self.labels[row]
        words = said.replace(label, "#") if len(label) >= _SHORTEST and said != label else said
        return control.role, control.key or ("" if control.named == "column" else words), control.frame

    def boxes(self) -> Iterable[Box]:
        """Where the rows of each table stand."""
        tables = defaultdict[tuple[tuple[str, ...], str], list[Box]](list)
        for (frame, table, _), inside in self.rows.items():
            tables[frame, table] += [one.box for one in inside]
        for boxes in tables.values():
            left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
            yield left, top, max(box[0] + box[2] for box in boxes) - left, max(box[1] + box[3] for box in boxes) - top


def of_the_firmware(a: TableRows, b: TableRows) -> tuple[tuple[Control, ...], tuple[Control, ...]]:
    """The controls of both pages without data of the device, each kind in rows that only one has once."""
    if any(not side.rows and any(one.role == "cell" for one in side.controls) for side in (a, b)):
        return _words_apart(a), _words_apart(b)  # a capture of an older nvrflow does not say what lies in rows
    repeated = a.repeated | b.repeated
    shared = _unique(a.labels) & _unique(b.labels)
    kinds_a, kinds_b = (frozenset(_kinds(side, repeated)) for side in (a, b))
    return _kept(a, b, shared, repeated, kinds_b), _kept(b, a, shared, repeated, kinds_a)


def _words_apart(side: TableRows) -> tuple[Control, ...]:
    return tuple(one for one in side.controls if not side.tongue.is_data(one))


def _unique(labels: Mapping[Row, str]) -> set[Label]:
    """The labels that one row of a table has alone, with their frames and table."""
    counts = Counter((frame, table, label) for (frame, table, _), label in labels.items())
    return {one for one, count in counts.items() if count == 1 and one[2] not in ("", "#")}


def _kinds(side: TableRows, repeated: frozenset[Kind]) -> Iterable[Kind]:
    return (kind for one in side.controls if one.row and (kind := side.kind(one, repeated)) is not None)


def _kept(
    side: TableRows,
    other: TableRows,
    shared: set[Label],
    repeated: frozenset[Kind],
    there: frozenset[Kind],
) -> tuple[Control, ...]:
    kept, told = list[Control](), set[Kind]()
    tables = {(frame, table) for frame, table, _ in other.rows}
    for one in side.controls:
        if not one.row:
            if not side.tongue.is_data(one):
                kept.append(one)
            continue
        kind, (table, number, *_) = side.kind(one, repeated), one.row
        if kind is None or (one.frame, table) not in tables:
            continue
        in_both = (one.frame, table, side.labels[one.frame, table, number]) in shared
        if kind in there and in_both:
            kept.append(one)
        elif kind not in there and kind not in told:
            told.add(kind)
            kept.append(one)
    return tuple(kept)
