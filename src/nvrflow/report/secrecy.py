"""The last gate before anything is written: no password and no session cookie in any text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from nvrflow.spellings import pattern_of, spellings_of

COVER = "•••"
WARNING = "a secret would have been in this report; it was covered"
# Values of a report that are nvrflow's own words: a password that happens to be one of them is not given away by it.
_OWN_WORDS = {"nvrflow", "flow", "outcome", "effect", "kind", "role", "format", "screenshot", "verb"}
_OWN_WORDS |= {"raw", "failure", "pictures", "videos", "restart"}
_PICTURE = re.compile("(data:image/[a-z]+;base64,[A-Za-z0-9+/=]+)")


class Gate:
    """Covers every spelling of every secret; `found` tells whether there was one.

    A secret of fewer than 4 characters is covered only where it stands alone, because it is part of too many words.

    `names` were known before any secret was: the flow's, the selector file's and its pages', the recorder's address. A secret
    that is a part of such a name is left in it where the name stands whole, by itself; a name with a part covered would tell the
    secret to everybody who knows the name. A secret that is all of a name, or reaches beyond it, is covered.
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
        """Plain data without secrets in its texts; its keys and its closed vocabularies are ours and stay."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: inner if key in _OWN_WORDS else self.data(inner) for key, inner in value.items()}
        return [self.data(inner) for inner in value] if isinstance(value, list | tuple) else value

    def written(self, text: str, bare: Callable[[], str]) -> str:
        """A finished file once more, the pictures in it apart: what still spells a secret is covered.

        `bare` writes the same file without data; what is in it too is markup and gives nothing away.
        """
        parts = _PICTURE.split(text)
        left = [form for form in self._forms if any(form in part for part in parts[::2])]
        markup = bare() if left else ""
        if ours := [re.escape(form) for form in left if form not in markup]:
            parts[::2] = [self._covered(part, re.compile("|".join(ours))) for part in parts[::2]]
        return "".join(parts)

    def _covered(self, text: str, pattern: re.Pattern[str]) -> str:
        """`text` with everything covered that `pattern` finds, but not what is a part of one of the names."""
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
    """Plain data with every text emptied that is not one of nvrflow's own words."""
    if isinstance(value, dict):
        return {key: inner if key in _OWN_WORDS else blank(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [blank(inner) for inner in value]
    return "" if isinstance(value, str) else value
