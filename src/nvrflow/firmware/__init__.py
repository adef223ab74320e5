"""Where things are on a recorder's pages: one selector file, with its words in the recorder's language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from nvrflow.firmware.loading import available, load
from nvrflow.firmware.model import Element, Handler, Locator, Page, SelectorFile, Way

__all__ = ["Element", "Firmware", "Handler", "Locator", "Page", "SelectorFile", "Way", "available", "load_firmware"]


@dataclass(frozen=True)
class Firmware:
    """One selector file by name, and the language in which its `$texts` are read (None: not known yet, any of them)."""

    name: str
    file: SelectorFile
    language: str | None = None
    evidence: tuple[str, ...] = ()

    def speaking(self, language: str | None) -> Firmware:
        """The same firmware with its words in `language`."""
        return replace(self, language=language)

    def words(self, value: str) -> tuple[str, ...]:
        """What `value` says on the screen: itself, or for `$name` the alternatives of that text in the language."""
        if not value.startswith("$"):
            return (value,)
        text = self.file.texts[value[1:]]
        if self.language in text:
            return tuple(text[self.language])
        return tuple(dict.fromkeys(word for words in text.values() for word in words))

    def called(self, element: Element, name: str) -> str:
        """What a person calls the element: its words on the screen, else its name in the file."""
        for value in (element.called, *(locator.words for locator in element.find)):
            if value:
                return self.words(value)[0]
        return name.replace("_", " ")

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that at least one text of the file has."""
        return tuple(dict.fromkeys(code for text in self.file.texts.values() for code in text))


def load_firmware(name: str, own: Path | None = None) -> Firmware:
    """The selector file `name` (`vendor/line_firmware`), from a team's own folder or the shipped ones."""
    return Firmware(name, load(name, own)[0])
