"""What the words of two labels have in common: whole words in their forms, and what a button with such a label does.

Letters alone say little: "Port" is written almost like "Export", and "Delete Root Certificate" like "Export Root Certificate".
So letters only bridge the forms of one word and a slip of the pen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import as_file, files
from itertools import pairwise

from nvrflow.content import read_yaml

# Han and kana are written without spaces; other words are runs of letters and digits.
_WRITTEN_TOGETHER = "\u3040-\u30ff\u3400-\u9fff"
_TOKEN = re.compile(rf"[{_WRITTEN_TOGETHER}]+|[^\W_{_WRITTEN_TOGETHER}]+")
_TOGETHER = re.compile(rf"[{_WRITTEN_TOGETHER}]")
# Ends of words that only say number, case, time or person, in English, German and Spanish.
_ENDS = {"", "s", "e", "es", "d", "ed", "ing", "n", "en", "er", "t", "te", "ung", "ieren", "iert", "ar", "o", "a", "os", "as"}
_VOWEL = re.compile("[aeiouyäöüáéíóú]")  # what has none is an abbreviation: HTTPS is not a form of HTTP
_STEM = 4  # letters that two forms of a word share at least
_SLIP = 6  # letters of a word in which one may be wrong


@cache
def tokens(text: str) -> tuple[str, ...]:
    """The words of a label in small letters; of words that are written together, each pair of characters."""
    found: list[str] = []
    for run in _TOKEN.findall(text.casefold()):
        pairs = [one + other for one, other in pairwise(run)] if _TOGETHER.match(run) else []
        found += pairs or [run]
    return tuple(found)


def akin(one: str, other: str) -> bool:
    """Whether two words are the same, forms of one word, or differ by a slip; a number is only like itself."""
    is_alone = _TOGETHER.match(one) or re.search(r"\d", one + other) or one[0] != other[0]
    return is_form(one, other) or (not is_alone and min(len(one), len(other)) >= _SLIP and _one_slip(one, other))


def is_form(one: str, other: str) -> bool:
    """Whether two words are the same or forms of one word, such as `save`, `saves` and `saving`."""
    if one == other:
        return True
    if _TOGETHER.match(one) or re.search(r"\d", one + other):
        return False
    stem = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if not _VOWEL.search(one[:stem]):
        return False
    if stem >= _STEM and {one[stem:], other[stem:]} <= _ENDS:
        return True
    is_short = stem == _STEM - 1 and min(len(one), len(other)) == _STEM
    return is_short and {one[stem:], other[stem:]} <= {"e", "ed", "es", "ing"}


def share_a_word(known: Iterable[str], name: str) -> bool:
    """Whether the label `name` has a whole word of one of the labels in `known`, or is one of them otherwise divided."""
    said = tokens(name)
    for label in known:
        words = tokens(label)
        if any(akin(one, other) for one in words for other in said):
            return True
        if words and said and akin("".join(words), "".join(said)):
            return True
        if _divided(words, said) or _divided(said, words):
            return True
    return False


@cache
def actions(label: str) -> frozenset[str]:
    """What a button with this label does, by the names in actions.yaml; empty for a label without a verb that acts."""
    said = tokens(label)
    return frozenset(name for name, phrases in _phrases() for phrase in phrases if _holds(said, phrase))


def other_action(known: Iterable[str], name: str) -> bool:
    """Whether the label `name` says an action that none of the labels in `known` says."""
    return bool(actions(name) - {one for label in known for one in actions(label)})


def other_name(known: Iterable[str], name: str) -> bool:
    """Whether the label `name` has other numbers or abbreviations than each in `known` that has any: `Camera 2`."""
    labels = [one for label in known if any(one := _names(label))]
    numbers, short = _names(name)
    return bool(labels) and all(
        (digits and numbers and digits != numbers) or not (letters <= short or short <= letters) for digits, letters in labels
    )


def _names(label: str) -> tuple[list[str], set[str]]:
    """The words with digits in a label, and those without a vowel."""
    said = [word for word in tokens(label) if not _TOGETHER.match(word)]
    numbers = [word for word in said if re.search(r"\d", word)]
    return numbers, {word for word in said if len(word) > 1 and word not in numbers and not _VOWEL.search(word)}


def _divided(line: Sequence[str], words: Sequence[str]) -> bool:
    """Whether two neighbours in `line` are one of `words`, as in `Netzwerk-Sicherheit`."""
    return any(akin(one + two, word) for one, two in pairwise(line) for word in words)


def _holds(said: Sequence[str], phrase: Sequence[str]) -> bool:
    size = len(phrase)
    return any(all(map(is_form, said[at : at + size], phrase)) for at in range(len(said) - size + 1))


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter is missing, added, wrong or exchanged with the next."""
    if len(one) > len(other):
        one, other = other, one
    at = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return len(other) - len(one) == 1 and one[at:] == other[at + 1 :]
    return one[at + 1 :] == other[at + 1 :] or (one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :])


@cache
def _phrases() -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    with as_file(files("nvrflow.check") / "actions.yaml") as path:
        data = read_yaml(path).data
    return tuple((name, tuple(tokens(word) for words in said.values() for word in words)) for name, said in data.items())
