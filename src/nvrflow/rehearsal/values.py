"""The values that a rehearsed flow gets in place of a recorder's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from nvrflow.rehearsal.branches import Question

Ask = Callable[[Question], bool]


class Anything:
    """An unknown value: it has every attribute, can be called, and is neither empty nor false."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Anything()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return Anything()

    def __getitem__(self, key: Any) -> Any:
        return Anything()

    def __iter__(self) -> Iterator[Any]:
        return iter([Anything()])

    def __len__(self) -> int:
        return 1

    def __int__(self) -> int:
        return 1

    def __or__(self, other: Any) -> Any:
        return self

    __ror__ = __add__ = __radd__ = __or__

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *problem: object) -> None:
        return None


class Shown(str):
    """A text from a screen; whether it equals or contains another text is a question with two answers."""

    _question: Question
    _ask: Ask

    def __new__(cls, question: Question, ask: Ask) -> Shown:
        text = super().__new__(cls, "1")  # a number, so that a flow can count with it
        text._question, text._ask = question, ask
        return text

    def _is(self, verb: str, other: object) -> bool:
        return self._ask((*self._question, verb, str.__str__(other) if isinstance(other, str) else repr(other)))

    def __eq__(self, other: object) -> bool:
        return self._is("==", other)

    def __ne__(self, other: object) -> bool:
        return not self._is("==", other)

    def __contains__(self, other: object) -> bool:
        return self._is("in", other)

    def __bool__(self) -> bool:
        return not self._ask((*self._question, "is empty"))

    def startswith(self, *args: Any) -> bool:
        """Whether it begins with something: a question."""
        return self._is("begins", args[0])

    def endswith(self, *args: Any) -> bool:
        """Whether it ends in something: a question."""
        return self._is("ends", args[0])

    def strip(self, *args: Any) -> Shown:
        """This text, which has no white space around it."""
        return self

    __hash__ = str.__hash__
