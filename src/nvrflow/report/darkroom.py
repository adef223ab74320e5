"""Where pictures are developed: covered, marked and encoded by a thread of its own, while the flow waits for the recorder."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from nvrflow.report.pictures import Picture, as_png, png, thumbnail


@dataclass(frozen=True)
class Print:
    """One step's picture as it is written: PNG without marks and with them, and a small JPEG for the report."""

    raw: bytes
    marked: bytes
    small: bytes


@dataclass
class Darkroom:
    """Develops what it is given, one picture after the other, and keeps it until it is asked for."""

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
        """End the thread; nothing that was begun is waited for."""
        self._worker.shutdown(wait=False, cancel_futures=True)


def develop(picture: Picture, number: int) -> Print:
    """Cover, mark and encode one picture. Raises NvrflowError where its target lies outside, or it is no picture."""
    raw = picture.raw()
    marked = picture.annotated(raw, number)
    return Print(as_png(picture, raw), png(marked), thumbnail(marked))
