"""What nvrflow does, shown on a simulated recorder: secured from start to end, and its guide written."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nvrflow.browser import ensure_browser, ensure_tool
from nvrflow.environment import in_home
from nvrflow.guide import Batch, Shooting, Wish, make_guides
from nvrflow.recorder import Manner
from nvrflow.report import Listener, Report, Silence
from nvrflow.report.folder import RunFolder
from nvrflow.running import Run
from nvrflow.simulator import simulate
from nvrflow.trust.stages import Trusting

if TYPE_CHECKING:
    from nvrflow.simulator.service import SimulatedRecorder


@dataclass(frozen=True)
class Demonstration:
    """One simulated recorder, by its fixture's name; `out` is the run folder (None: a new one here), the guide lies in it."""

    firmware: str
    manner: Manner = field(default_factory=Manner)
    out: Path | None = None
    listener: Listener = field(default_factory=Silence)

    def prepare(self) -> None:
        """Find or install a browser and NSS's certutil. Raises NvrflowError with the command to type."""
        if self.manner.browser is None:
            ensure_browser()
        ensure_tool("certutil")

    def secure(self) -> tuple[Report, RunFolder]:
        """Secure a recorder in a temporary home: nothing of this computer's own trust stores is touched."""
        with tempfile.TemporaryDirectory(prefix="nvrflow-demo-") as home, simulate(self.firmware) as recorder:
            trusting = Trusting(confirm=lambda question: _is_shown(recorder, question), environment=in_home(Path(home)))
            manner = replace(self.manner, state=Path(home, "state"))
            return Run(
                "secure", recorder.url, recorder.user, recorder.password, manner, self.out,
                arguments={"trusting": trusting}, listener=self.listener,
            ).go()  # fmt: skip

    def write_guide(self, folder: Path) -> Batch:
        """Write the guide of another recorder of that kind, as new as the first one was, into `folder`."""
        with tempfile.TemporaryDirectory(prefix="nvrflow-demo-") as state, simulate(self.firmware) as recorder:
            shooting = Shooting(
                (recorder.url,), user=recorder.user, password=lambda _: recorder.password,
                manner=replace(self.manner, screenshots=True, state=Path(state)), listener=self.listener,
            )  # fmt: skip
            return make_guides(shooting, folder, Wish(browser=self.manner.browser))


def _is_shown(recorder: SimulatedRecorder, question: str) -> bool:
    """The person of the demonstration compares the fingerprint with what the recorder itself shows."""
    return any(shown in "".join(question.split()) for shown in (recorder.authority_sha256, recorder.device_sha256) if shown)
