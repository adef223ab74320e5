"""The recorder's own dictionary before and after: other words, other white space, and words that lost their translation."""

from __future__ import annotations

from collections.abc import Iterator

from nvrflow.compare.clue import Aspect, Clue
from nvrflow.compare.tongue import Tongue


def word_clues(a: Tongue, b: Tongue, reference_a: Tongue, reference_b: Tongue) -> Iterator[Clue]:
    """A clue for each key whose words differ in one language; `reference_a` and `reference_b` are the reference language."""
    for key, before in a.dictionary.items():
        after = b.dictionary.get(key, "")
        if before == after or not before or (not after and key not in reference_b.dictionary):
            continue
        name = reference_a.dictionary.get(key, before)
        if a.language != a.reference and _lost(key, a, b, reference_a, reference_b):
            yield Clue("label", "changed", "untranslated", key, name, "", a.language, before, after)
        else:
            aspect: Aspect = "spaces" if "".join(before.split()) == "".join(after.split()) else "words"
            yield Clue("label", "renamed", aspect, key, name, "", a.language, before, after)


def _lost(key: str, a: Tongue, b: Tongue, reference_a: Tongue, reference_b: Tongue) -> bool:
    """Whether there was a translation, and now the words of the reference language, the key or nothing stand there."""
    had = a.dictionary[key] not in (reference_a.dictionary.get(key), key)
    return had and b.dictionary.get(key, "") in (reference_b.dictionary.get(key, ""), key, "")
