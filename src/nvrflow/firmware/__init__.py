"""Where things are on a recorder's pages: one selector file, with its words in the recorder's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from nvrflow.firmware.loading import available, load
from nvrflow.firmware.locator import Locator
from nvrflow.firmware.model import Element, Handler, Page, SelectorFile, Way

__all__ = ["Element", "Firmware", "Handler", "Locator", "Page", "SelectorFile", "Way", "available", "load_firmware"]

KEY = "key"  # among the languages of a text: its keys in the recorder's own dictionary


@dataclass(frozen=True)
class Firmware:
    """One selector file by name, and the language in which its `$texts` are read (None: not known yet, any of them).

    `dictionary` has the recorder's own words by their keys; they count beside those of the file.
    """

    name: str
    file: SelectorFile
    language: str | None = None
    evidence: tuple[str, ...] = ()
    dictionary: Mapping[str, str] = field(default_factory=dict)

    def speaking(self, language: str | None) -> Firmware:
        """The same firmware with its words in `language`."""
        return replace(self, language=language)

    def words(self, value: str) -> tuple[str, ...]:
        """What `value` says on the screen: itself, or for `$name` the alternatives of that text in the language."""
        if not value.startswith("$"):
            return (value,)
        text = self.file.texts[value[1:]]
        own = [self.dictionary[key] for key in text.get(KEY, []) if self.dictionary.get(key)]
        if self.language in text:
            return tuple(dict.fromkeys([*text[self.language], *own]))
        return tuple(dict.fromkeys(own or [word for code, words in text.items() if code != KEY for word in words]))

    def reading(self, dictionary: Mapping[str, str]) -> Firmware:
        """The same firmware with the recorder's own words."""
        return replace(self, dictionary=dictionary)

    def called(self, element: Element, name: str) -> str:
        """What a person calls the element: its words on the screen, else its name in the file."""
        for value in (element.called, *(locator.words for locator in element.find)):
            if value:
                return self.words(value)[0]
        return name.replace("_", " ")

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that at least one text of the file has."""
        return tuple(dict.fromkeys(code for text in self.file.texts.values() for code in text if code != KEY))


def load_firmware(name: str, own: Path | None = None) -> Firmware:
    """The selector file `name` (`vendor/line_firmware`), from a team's own folder or the shipped ones."""
    return Firmware(name, load(name, own)[0])
