"""A word on the screen, as a selector file gives it: alone, or with the versions of the firmware that show it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainValidator
from typing_extensions import TypedDict

from nvrflow.firmware.locator import as_list


class Word(str):
    """Words that a person sees. `firmware` is the range of versions that show them; None: all."""

    firmware: str | None = None


class _Limited(TypedDict):
    word: str
    firmware: str


def _as_words(value: Any) -> list[str]:
    """Raises ValueError for anything but texts, and mappings with `word` and `firmware`."""
    return [_as_word(one) for one in as_list(value) or []]


def _as_word(value: Any) -> Word:
    if isinstance(value, str):
        return Word(value)
    if (
        not isinstance(value, dict)
        or set(value) != {"word", "firmware"}
        or not all(isinstance(one, str) for one in value.values())
    ):
        raise ValueError("has to be a text, or a mapping with `word` and `firmware`, both texts (in quotation marks)")
    word = Word(value["word"])
    word.firmware = value["firmware"]
    return word


Words = Annotated[list[str], PlainValidator(_as_words, json_schema_input_type=str | list[str | _Limited])]
