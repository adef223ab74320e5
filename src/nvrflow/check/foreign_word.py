"""Whether a label on the page is a word of another language than the page speaks: then it is not proposed for this one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

_EVERYWHERE = "LATIN"  # HTTPS and SSH are written so in every language
Texts = Mapping[str, Mapping[str, Sequence[str]]]


def other_language(texts: Texts, language: str | None, name: str) -> str:
    """The language of which `name` is a word, by the selector file's texts or by its script; empty if it may be of this one."""
    if language is None:
        return ""
    said = name.casefold()
    for text in texts.values():
        if said in map(str.casefold, text.get(language, ())):
            return ""
    for text in texts.values():
        for code, words in text.items():
            if code != language and text.get(language) and said in map(str.casefold, words):
                return code
    own = {script for text in texts.values() for script in _scripts(text.get(language, ()))}
    written = set(_scripts([name]))
    is_other = bool(own) and written - {_EVERYWHERE} and not written & own
    return "another script" if is_other else ""


def _scripts(words: Iterable[str]) -> Iterable[str]:
    """The scripts of the letters in some words, such as LATIN, CJK and CYRILLIC."""
    for word in words:
        for letter in filter(str.isalpha, word):
            yield unicodedata.name(letter, "?").partition(" ")[0].partition("-")[0]
