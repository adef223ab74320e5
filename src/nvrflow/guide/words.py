"""nvrflow's own words in the guide's language, and sentences with the names filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from nvrflow.content import read_yaml
from nvrflow.errors import WrongCall

LANGUAGES = ("en", "es", "de", "zh")
Part = Literal["plain", "screen", "code"]
_PLAIN = {"number", "sentence", "import", "enable"}
_CODE = {"address", "value", "file", "script", "names", "code", "other"}
_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Sentence:
    """A sentence with `{names}`, and their values: words from the screen, typed text, or plain text."""

    template: str
    values: Mapping[str, str] = field(default_factory=dict)

    def parts(self) -> Iterator[tuple[Part, str]]:
        """Its pieces in order, each with its kind."""
        for index, piece in enumerate(_NAME.split(self.template)):
            if index % 2 == 0 or piece not in self.values:
                text = piece if index % 2 == 0 else f"{{{piece}}}"
                if text:
                    yield "plain", text
            else:
                kind: Part = "plain" if piece in _PLAIN else "code" if piece in _CODE else "screen"
                yield kind, self.values[piece]

    @property
    def text(self) -> str:
        """The whole sentence as plain text."""
        return "".join(text for _, text in self.parts())


@dataclass(frozen=True)
class Words:
    """All of nvrflow's own words in one language."""

    language: str

    def say(self, key: str, **values: str) -> Sentence:
        """The sentence `section.name`, with its names filled in."""
        section, _, name = key.partition(".")
        return Sentence(self._of(_texts()[section][name]), values)

    def label(self, name: str) -> str:
        """A short label."""
        return self._of(_texts()["labels"][name])

    def title(self, flow: str, own: Mapping[str, str]) -> str:
        """The title of a flow's guide: the flow's own (`own`, by language), nvrflow's, or the flow's name."""
        known = _texts()["titles"].get(flow)
        said = own.get(self.language) or own.get("")
        return said or (self._of(known) if known else flow.replace("_", " ").capitalize())

    def chapter(self, title: str, translations: Mapping[str, str]) -> tuple[str, Sentence | None]:
        """A chapter's heading and its first paragraph."""
        known = _texts()["chapters"].get(title, {})
        own = translations.get(self.language)
        heading = own or (self._of(known["title"]) if "title" in known else title)
        return heading, Sentence(self._of(known["intro"])) if "intro" in known and not own else None

    def problem(self, kind: str) -> str:
        """Why something cannot be done, by the kind of error."""
        problems = _texts()["problems"]
        return self._of(problems.get(kind, problems["other"]))

    def troubles(self, **values: str) -> Iterator[tuple[Sentence, Sentence, Sentence]]:
        """The error codes of browsers, with their meaning and what helps."""
        for one in _texts()["troubles"]:
            first, *others = one["codes"]
            said = Sentence("{code}" + " {other}" * len(others), {"code": first, "other": " ".join(others)})
            yield said, Sentence(self._of(one["means"]), values), Sentence(self._of(one["helps"]), values)

    def language_name(self, code: str) -> str:
        """A language's own name, or its code."""
        return str(_texts()["languages"].get(code, code))

    def _of(self, text: Mapping[str, str]) -> str:
        return text[self.language]


def joins_next(title: str) -> bool:
    """Whether the steps of a flow's chapter, or those outside of any chapter, move into the chapter that follows."""
    return not title or bool(_texts()["chapters"].get(title, {}).get("joins"))


def words_in(language: str) -> Words:
    """The words in `language`. Raises WrongCall if guides cannot be written in it."""
    if language not in LANGUAGES:
        raise WrongCall(f"--language {language}: a guide can be written in {', '.join(LANGUAGES)}")
    return Words(language)


@cache
def _texts() -> Any:
    return read_yaml(Path(__file__).with_name("texts.yaml")).data
