"""What stands in for the imports while a guide is filmed: certificates are judged and proved, this computer stays as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from nvrflow.certificate import Certificate, Code
from nvrflow.environment import in_home
from nvrflow.recorder import Recorder
from nvrflow.trust.stages import Trusting


@dataclass
class Bystander:
    """Goes through the flow's part outside the recorder without touching this computer's stores; `home` is a throw-away folder.

    The reader does that part by hand; the guide's chapters about it are written from what is kept here. `proved` is the
    address that a fresh browser opened which trusts these certificates only; empty when that could not be tried.
    """

    home: Path
    device: Certificate | None = None
    authority: Certificate | None = None
    proved: str = ""
    _trusting: Trusting = field(init=False)

    def __post_init__(self) -> None:
        self._trusting = Trusting(environment=in_home(self.home))

    @property
    def objections(self) -> tuple[str, ...]:
        """What a browser objects to in the certificates, by code."""
        return tuple(
            dict.fromkeys(one.code for one in self._trusting.problems if one.code in get_args(Code) and one.level != "note")
        )

    def prepare(self, recorder: Recorder) -> None:
        """Nothing to prepare: this computer stays as it is."""

    def judge(self, recorder: Recorder, device: Certificate, authority: Certificate | None) -> None:
        """Would a browser take these certificates? Raises CertificateRefused."""
        self.device, self.authority = device, authority
        self._trusting.judge(recorder, device, authority)

    def take(self, recorder: Recorder) -> None:
        """What the recorder serves; only described where HTTPS was not switched on. Raises CertificateRefused, NotTrusted."""
        if recorder.checking and not recorder.session.address.secure:
            self._described(recorder, "Take the certificate", "take")
            return
        self.device, self.authority = self._trusting.take(recorder)

    def compare(self, recorder: Recorder, device: Certificate, authority: Certificate | None) -> None:
        """What is really served must be what was downloaded; only described where HTTPS was not switched on."""
        if recorder.checking:
            self._described(recorder, "Compare", "compare")
        else:
            self._trusting.compare(recorder, device, authority)

    def rehearse(self, recorder: Recorder) -> None:
        """Nothing: the reader imports by hand, and what was imported is tried afterwards, as `verify`."""

    def import_here(self, recorder: Recorder) -> None:
        """Described, never done."""
        self._described(recorder, "Import on this computer", "import")

    def verify(self, recorder: Recorder) -> None:
        """A fresh browser in a throw-away home opens the recorder, where this system can do that. Raises NotTrusted."""
        if recorder.checking:
            self._described(recorder, "Verify", "verify")
        else:
            self.proved = self._trusting.rehearse(recorder, "Verify", "verify")
            if not self.proved:
                self._described(recorder, "Verify", "verify")

    def _described(self, recorder: Recorder, chapter: str, step_id: str) -> None:
        with recorder.chapter(chapter), recorder.steps.step(step_id, chapter) as step:
            step.outcome = "would"
