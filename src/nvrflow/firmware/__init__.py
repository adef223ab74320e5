"""Where things are on a recorder's pages: one selector file, with its words in the recorder's language.

In reading order, what a file may say: `model`, with `locator`, `elements`, `traffic` and `evidence`; then how it is read:
`catalogue` (names of settings), `loading`, `checking`, `faults`, `parts`, `word`, `versions`, `version_limits`, `schema`;
then what a recorder is asked: `shown_page` (who answers), `body` (its answers), `identification`, `about`, `language`; and
`on_screen` (what its own monitor shows).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nvrflow.firmware.loading import available, digest_of, load
from nvrflow.firmware.locator import Locator
from nvrflow.firmware.model import Element, Handler, Page, SelectorFile, Way
from nvrflow.firmware.version_limits import limited_to
from nvrflow.firmware.versions import VersionRange

__all__ = ["Element", "Firmware", "Handler", "Locator", "Page", "SelectorFile", "Way", "available", "digest_of", "load_firmware"]

_COLON = re.compile(r"\s*[:\uff1a]\s*$")


@dataclass(frozen=True)
class Firmware:
    """One selector file by name, and the language in which its `$texts` are read (None: not known yet, any of them).

    `own_words` are the recorder's own for a `$text`, by its name; they count beside those of the file. `whole` is the file with
    what counts for other versions, once the version is known. `declared` is the language that the pages say they speak, if
    another one was named by hand.
    """

    name: str
    file: SelectorFile
    language: str | None = None
    evidence: tuple[str, ...] = ()
    own_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    whole: SelectorFile | None = None
    declared: str = ""

    @property
    def named(self) -> bool:
        """Whether a person named the file; otherwise there is evidence that it fits."""
        return not self.evidence

    @property
    def contradiction(self) -> str:
        """That the pages declare another language than the one that was named by hand; empty if they do not."""
        return f"the pages say that they speak {self.declared}, and --language says {self.language}" if self.declared else ""

    @property
    def names(self) -> frozenset[str]:
        """Its own name and those of its pages and elements, alone and as `page.element`."""
        elements = {(page, element) for page, spec in self.file.pages.items() for element in spec.elements}
        joined = {f"{page}.{element}" for page, element in elements}
        return frozenset({self.name, *self.file.pages, *(element for _, element in elements), *joined})

    def is_for(self, version: str) -> bool:
        """Whether a firmware version is in the file's range; one without a number in it never is, except in `*`."""
        return version in VersionRange(self.file.firmware)

    def at(self, version: str) -> Firmware:
        """This firmware with what counts for one version of it."""
        whole = self.whole or self.file
        return replace(self, file=limited_to(version, whole), whole=whole)

    def speaking(self, language: str | None) -> Firmware:
        """This firmware with its words in `language`."""
        return replace(self, language=language)

    def words(self, value: str) -> tuple[str, ...]:
        """What `value` says on the screen: itself, or for `$name` the alternatives of that text in the language."""
        if not value.startswith("$"):
            return (value,)
        text, own = self.file.texts[value[1:]], self.own_words.get(value[1:], ())
        if self.language in text:
            return tuple(dict.fromkeys((*text[self.language], *own)))
        return own or tuple(dict.fromkeys(word for words in text.values() for word in words))

    def reading(self, own: Mapping[str, str], english: Mapping[str, str]) -> Firmware:
        """This firmware with the recorder's own words: what its dictionary has for the keys of the English ones."""
        keys: dict[str, list[str]] = {}
        for key, word in english.items():
            keys.setdefault(word.strip().casefold(), []).append(key)
        found = {
            name: tuple(
                dict.fromkeys(own[key] for word in text.get("en", []) for key in keys.get(word.casefold(), []) if own.get(key))
            )
            for name, text in self.file.texts.items()
        }
        return replace(self, own_words={name: words for name, words in found.items() if words})

    def scope(self, locator: Locator) -> Sequence[Locator]:
        """What finds the scope within which `locator` is looked for; a scope that names no frame is looked for in the locator's.

        A scope with `frame: []` stays outside of frames. Empty where the locator names no scope.
        """
        found = self.file.scopes[locator.scope] if locator.scope else []
        return [one if one.frame is not None else one.model_copy(update={"frame": locator.frame}) for one in found]

    def called(self, element: Element, name: str) -> str:
        """What a person calls the element: its words on the screen, else its name in the file."""
        for value in (element.called, *(locator.words for locator in element.find)):
            if value:
                return self.in_a_sentence(value)
        return name.replace("_", " ")

    def in_a_sentence(self, value: str) -> str:
        """What `value` says on the screen as a sentence takes it: without the colon in which a label ends."""
        said = self.words(value)[0]
        return _COLON.sub("", said) or said

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that at least one text of the file has."""
        return tuple(dict.fromkeys(code for text in self.file.texts.values() for code in text))


def load_firmware(name: str, own: Path | None = None) -> Firmware:
    """The selector file `name` (`vendor/line_firmware`), from a team's own folder or the shipped ones."""
    return Firmware(name, load(name, own)[0])
