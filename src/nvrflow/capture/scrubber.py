"""Replaces private data in every text of a capture by made-up values, the same original always by the same value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from nvrflow.capture.announced import announced
from nvrflow.capture.meanings import EVERYBODYS, Kind
from nvrflow.capture.patterns import spots, without_unseen
from nvrflow.capture.substitutes import Substitutes
from nvrflow.errors import WrongCall
from nvrflow.spellings import spellings_of

_ANYWHERE: tuple[Kind, ...] = ("password", "token")  # these are looked for inside of words as well
_LEAST = 3  # characters; shorter values are part of too much
_LEAST_ENCODED = 5


@dataclass
class Scrubber:
    """Knows the private values of one recorder, and what may never be replaced.

    `kept` are the words of the selector file and of the recorder's dictionary, and names of firmwares: a value that is one of
    them, or stands within one of them, stays. `known` are the private values with what stands for each of them, and `kinds` of
    which kind they are. `resources` are the data: URLs that were cleaned already.
    """

    kept: set[str] = field(default_factory=set)
    substitutes: Substitutes = field(default_factory=Substitutes)
    known: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    resources: set[str] = field(default_factory=set)
    _anywhere: set[str] = field(default_factory=set)
    _pattern: re.Pattern[str] | None = None
    _encoded: dict[str, str] | None = None
    _done: dict[str, str] = field(default_factory=dict)

    def keep(self, words: Iterable[str]) -> None:
        """Never replace these."""
        self.kept |= {word.strip() for word in words if len(word.strip()) >= _LEAST}
        self._changed()

    def learn(self, kind: Kind, *values: str) -> None:
        """Replace these values from now on, wherever they stand."""
        for value in map(str.strip, values):
            if (
                len(value) >= _LEAST
                and value.casefold() not in EVERYBODYS
                and value not in self.known
                and not self._is_ours(value)
            ):
                self._add(kind, value)

    def put(self, kind: Kind, value: str, made: str) -> None:
        """Let `made` stand for a private value."""
        self.known[value], self.kinds[value] = made, kind
        self._changed()

    def replace(self, words: Iterable[str]) -> None:
        """Replace these names wherever they stand alone, because the person says that they are private.

        Raises WrongCall for a word that is too short, because it would be part of too much.
        """
        for word in map(str.strip, words):
            if len(word) < _LEAST:
                raise WrongCall(
                    f"--replace {word!r}: is too short; give at least {_LEAST} characters, for example the whole name"
                )
            self.put("name", word, self.substitutes.of("name", word))

    def text(self, text: str) -> str:
        """`text` with made-up values for private ones."""
        if len(text) < _LEAST:
            return text
        if text not in self._done:
            plain = without_unseen(text)
            said = self._by_pattern(self.encoded(self._by_value(plain)))
            self._done[text] = said if plain == text or said != plain else text
        return self._done[text]

    def encoded(self, text: str) -> str:
        """`text` without known values in any other spelling: percent signs, HTML, JSON, base64, hexadecimal."""
        if self._encoded is None:
            self._encoded = dict(self._spelled())
        for form, made in self._encoded.items():
            if form in text:
                text = text.replace(form, made)
        return text

    def data(self, value: Any) -> Any:
        """Plain data with made-up values in its texts, also in its keys."""
        if isinstance(value, str):
            return self.encoded(self.text(value))
        if isinstance(value, dict):
            self._learn_named(value)
            return {self.data(key): self.data(inner) for key, inner in value.items()}
        return [self.data(inner) for inner in value] if isinstance(value, list | tuple) else value

    def _learn_named(self, data: dict[Any, Any]) -> None:
        """Learn the values whose keys announce them, as the scanner reads them in the file."""
        for key, inner in data.items():
            if isinstance(inner, str) and inner:
                for spot in announced(f'"{key}": "{inner}"'):
                    if spot.text == inner:
                        self.learn(spot.kind, inner)

    def _add(self, kind: Kind, value: str) -> None:
        for form in (value, *(_macs(value) if kind == "mac" else ())):
            self.put(kind, form, self.substitutes.of(kind, form))
        if kind in _ANYWHERE:
            self._anywhere.add(value)
        self._changed()

    def _changed(self) -> None:
        self._pattern = self._encoded = None
        self._done.clear()

    def _is_ours(self, value: str) -> bool:
        return value in self.kept or value in self.substitutes.made

    def _by_value(self, text: str) -> str:
        if self._pattern is None:
            ordered = sorted(self.known, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(self._bounded, ordered)) or r"(?!)")
        return self._pattern.sub(lambda match: self._unless_kept(match, self.known.get(match[0], match[0])), text)

    def _bounded(self, value: str) -> str:
        anywhere = value in self._anywhere
        before = "" if anywhere or not value[0].isalnum() else r"(?<![^\W_])"
        after = "" if anywhere or not value[-1].isalnum() else r"(?![^\W_])"
        return before + re.escape(value) + after

    def _unless_kept(self, match: re.Match[str], made: str) -> str:
        return match[0] if self._is_kept(match.string, match.start(), match.end()) else made

    def _is_kept(self, text: str, start: int, end: int) -> bool:
        """Whether the place belongs to a word that stays."""
        value = text[start:end]
        if self._is_ours(value):
            return True
        for word in self.kept:
            if value in word and len(word) > len(value):
                at = text.find(word, max(0, start - len(word)))
                while 0 <= at <= start:
                    if at + len(word) >= end:
                        return True
                    at = text.find(word, at + 1)
        return False

    def _by_pattern(self, text: str) -> str:
        parts, done = list[str](), 0
        for spot in spots(text):
            if not self._is_kept(text, spot.start, spot.end):
                if spot.text not in self.known and not spot.only_here:
                    self._add(spot.kind, spot.text)
                made = self.known.get(spot.text) or self.substitutes.of(spot.kind, spot.text)
                parts += [text[done : spot.start], made]
                done = spot.end
        return "".join([*parts, text[done:]])

    def _spelled(self) -> Iterable[tuple[str, str]]:
        """Each spelling of a known value other than the value itself, with what stands there instead, the longest first."""
        for value in sorted(self.known, key=len, reverse=True):
            made = self.known[value]
            if len(value) < _LEAST_ENCODED or made == value:
                continue
            for form in spellings_of([value]):
                if form != value and len(form) >= 8 and not self._is_ours(form):
                    yield form, "0" * len(form)  # right in an address, in base64 and in hexadecimal


def _macs(value: str) -> Iterator[str]:
    """A MAC address in each way in which recorders write it."""
    digits = re.sub("[^0-9a-f]", "", value.lower())
    for joint in (":", "-", ""):
        for spelled in (digits, digits.upper()):
            yield joint.join(spelled[at : at + 2] for at in range(0, len(spelled), 2))
