"""One signed-in session for several tests on a recorder, where they allow it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nvrflow import tls
from nvrflow.address import place_of
from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.errors import NvrflowError
from nvrflow.report import Report

if TYPE_CHECKING:
    from nvrflow.recorder import Recorder


@dataclass
class KeptSession:
    """A browser that stays open between tests; `key` says for which recorder and options."""

    key: str = ""
    recorder: Recorder | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def use(self, key: str, opening: Callable[[], AbstractContextManager[Recorder]]) -> Recorder:
        """The browser that is open, at its home page and with an empty report; or a new one where that does not work."""
        if self.recorder is not None and self.key == key and self._begin_again(self.recorder):
            return self.recorder
        self.close()
        self.recorder, self.key = self._open.enter_context(opening()), key
        return self.recorder

    def close(self) -> None:
        """Sign out and close the browser."""
        self.recorder = None
        self._open.close()

    def _begin_again(self, recorder: Recorder) -> bool:
        old = recorder.report
        recorder.steps.report = Report(
            old.flow, old.recorder, firmware=old.firmware, language=old.language, https=old.https, notes=[]
        )
        recorder.steps.pictures.clear()
        recorder.window.tries.notes = recorder.report.notes
        place = place_of(recorder.url)
        if not tls.listens(place.host, place.port):  # the page that is shown would say nothing of that
            return False
        try:
            if recorder.signed_in:
                recorder.go_to("home")
        except (NvrflowError, PlaywrightError):
            return False
        return recorder.signed_in
