"""Develops pictures - covers, marks and encodes them - in a thread of its own, while the flow waits for the recorder."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from nvrflow.report.pictures import Picture, as_png, png, thumbnail


@dataclass(frozen=True)
class Print:
    """One step's picture as files: a PNG without marks, a PNG with marks, and a small JPEG for the report."""

    raw: bytes
    marked: bytes
    small: bytes


@dataclass
class Darkroom:
    """Develops pictures one after the other, and keeps them until they are asked for."""

    _worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "nvrflow-darkroom"))
    _begun: dict[str, tuple[Picture, int, Future[Print]]] = field(default_factory=dict)

    def give(self, picture: Picture, number: int) -> None:
        """Begin with a picture; `number` is its step's, which stands in the badge."""
        self._begun[picture.name] = (picture, number, self._worker.submit(develop, picture, number))

    def take(self, picture: Picture, number: int) -> Print:
        """The picture, developed now if it was not given with this number. Raises NvrflowError as `develop` does."""
        given, label, begun = self._begun.pop(picture.name, (None, 0, None))
        if begun is not None and given is picture and label == number:
            return begun.result()
        return develop(picture, number)

    def close(self) -> None:
        """End the thread without waiting for pictures that were begun."""
        self._worker.shutdown(wait=False, cancel_futures=True)


def develop(picture: Picture, number: int) -> Print:
    """Cover, mark and encode one picture. Raises NvrflowError if its target is outside of it, or it cannot be read."""
    raw = picture.raw()
    marked = picture.annotated(raw, number)
    return Print(as_png(picture, raw), png(marked), thumbnail(marked))
