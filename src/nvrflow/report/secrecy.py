"""The last gate before anything is written: no password and no session cookie in any text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from nvrflow.spellings import pattern_of, spellings_of

COVER = "•••"
WARNING = "a secret was about to be written into this report; it was covered"
# Values of a report that are nvrflow's own words: they do not reveal a password that happens to be such a word.
_OWN_WORDS = {"nvrflow", "flow", "outcome", "effect", "kind", "role", "format", "screenshot", "verb"}
_OWN_WORDS |= {"raw", "failure", "pictures", "videos", "restart"}
_PICTURE = re.compile("(data:image/[a-z]+;base64,[A-Za-z0-9+/=]+)")


class Gate:
    """Covers every spelling of every secret; `found` says whether it covered anything.

    A secret of fewer than 4 characters is covered only as a separate word, because it is part of too many words.

    `names` were known before any secret was: the names of the flow, the selector file and its pages, and the recorder's address.
    A secret that is a part of such a name is not covered in the whole name, because a name with a covered part would reveal the
    secret to everybody who knows the name. A secret that is a whole name, or more than a name, is covered.
    """

    def __init__(self, secrets: Iterable[str], names: Iterable[str] = ()) -> None:
        secrets = set(secrets)
        self._forms = spellings_of(secrets)
        pattern = pattern_of(secrets)
        self._pattern = re.compile(pattern) if pattern else None
        whole = [rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(set(names), key=lambda name: (-len(name), name)) if name]
        self._names = re.compile("|".join(whole)) if whole else None
        self.found = False

    def text(self, text: str) -> str:
        """`text` without secrets."""
        return text if self._pattern is None else self._covered(text, self._pattern)

    def data(self, value: Any) -> Any:
        """Plain data without secrets in its texts; its keys and nvrflow's own words stay."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: inner if key in _OWN_WORDS else self.data(inner) for key, inner in value.items()}
        return [self.data(inner) for inner in value] if isinstance(value, list | tuple) else value

    def written(self, text: str, bare: Callable[[], str]) -> str:
        """A finished file, checked once more: secrets outside of its pictures are covered.

        `bare` writes the file without data; text that is in that file too is markup and reveals nothing.
        """
        parts = _PICTURE.split(text)
        left = [form for form in self._forms if any(form in part for part in parts[::2])]
        markup = bare() if left else ""
        if ours := [re.escape(form) for form in left if form not in markup]:
            parts[::2] = [self._covered(part, re.compile("|".join(ours))) for part in parts[::2]]
        return "".join(parts)

    def _covered(self, text: str, pattern: re.Pattern[str]) -> str:
        """`text` with everything covered that `pattern` finds, except parts of one of the names."""
        parts, done, start = list[str](), 0, 0
        names = [name.span() for name in self._names.finditer(text)] if self._names and pattern.search(text) else []
        while found := pattern.search(text, start):
            first, last = found.span()
            if any(begin <= first and last <= end and last - first < end - begin for begin, end in names):
                start = first + 1
                continue
            parts += [text[done:first], COVER]
            done = start = last
        self.found = self.found or bool(parts)
        return "".join([*parts, text[done:]])


def blank(value: Any) -> Any:
    """Plain data in which every text is empty that is not one of nvrflow's own words."""
    if isinstance(value, dict):
        return {key: inner if key in _OWN_WORDS else blank(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [blank(inner) for inner in value]
    return "" if isinstance(value, str) else value
