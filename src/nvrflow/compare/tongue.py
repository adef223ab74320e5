"""What a capture knows of words: the recorder's own dictionary, what is data of the device, one name in all languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from nvrflow.capture.archive import Capture
from nvrflow.capture.controls import Control
from nvrflow.compare.pairs import identity, label, steady

_SHORTEST = 4  # characters of a made-up value that is looked for within other words
_NEAR = 40.0  # CSS pixels by which words of another length may move a control


@dataclass(frozen=True)
class Tongue:
    """One language of a capture; `reference` is the language in which controls without a key get their identity."""

    capture: Capture
    language: str
    reference: str

    @cached_property
    def dictionary(self) -> dict[str, str]:
        """The recorder's own words by key."""
        return self.capture.words(self.language)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(" ".join(words.split()) for words in self.dictionary.values())

    @cached_property
    def _made_up(self) -> re.Pattern[str]:
        """What the capture put in the place of private values; it may be another value in each capture of one device."""
        values = sorted((steady(one) for one in self.capture.summary.made_up if len(one) >= _SHORTEST), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, values)) or r"(?!)")

    def steady(self, words: str) -> str:
        """As `pairs.steady`, and `#` for each value that the capture made up."""
        return self._made_up.sub("#", steady(words))

    def label(self, words: str) -> str:
        """As `pairs.label`, and `#` for each value that the capture made up."""
        return self._made_up.sub("#", label(words))

    def is_data(self, control: Control) -> bool:
        """Whether these words are the device's own data, such as the name of a camera or a cell of a table."""
        if control.role == "cell" or (control.is_words and self.label(control.name) == "#"):
            return True
        return control.is_words and not control.key and bool(self._known) and control.name not in self._known

    def key_of(self, control: Control) -> str:
        """The dictionary's key of the control's words, "" if it has none: `com.OK` for `t=com.OK`."""
        key = control.key.partition("=")[2]
        return key if key in self.dictionary else ""

    def identity(self, control: Control, page: str) -> str:
        """The control's identity; one without a key is looked for at its place on the page in the reference language."""
        if control.key or self.language == self.reference or not control.name:
            return identity(control)
        if page not in {one.name for one in self.capture.pages(self.reference)}:
            return identity(control)
        same = self._of_one_kind(control, page, self.reference)
        distance, found = min(
            ((max(abs(one.box[0] - control.box[0]), abs(one.box[1] - control.box[1])), identity(one)) for one in same),
            default=(_NEAR, ""),
        )
        if distance < _NEAR:
            return found
        own = self._of_one_kind(control, page, self.language)
        at = next((at for at, one in enumerate(own) if one == control), None)
        return identity(same[at]) if at is not None and len(own) == len(same) else identity(control)

    def _of_one_kind(self, control: Control, page: str, language: str) -> list[Control]:
        """The controls of the page that are of one kind with this one, in reading order."""
        return [
            one
            for one in self.capture.page(page, language).controls
            if (one.role, one.tag, one.frame, one.key) == (control.role, control.tag, control.frame, "") and one.name
        ]
