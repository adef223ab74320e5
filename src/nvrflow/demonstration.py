"""A demonstration on a simulated recorder: it is secured from start to end, and its guide is written."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nvrflow.browser import ensure_browser, ensure_tool
from nvrflow.environment import in_home
from nvrflow.guide import Batch, Wish
from nvrflow.guide_runs import Shooting, make_guides
from nvrflow.recorder import Manner
from nvrflow.recorder.camera import Camera
from nvrflow.report import Listener, Report, Silence
from nvrflow.report.folder import RunFolder
from nvrflow.running import Run
from nvrflow.simulator import simulate
from nvrflow.trust.stages import Trusting

if TYPE_CHECKING:
    from nvrflow.simulator.service import SimulatedRecorder


@dataclass(frozen=True)
class Demonstration:
    """One simulated recorder, by its fixture's name; `out` is the run folder (None: a new folder), which also holds the guide."""

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
        """Secure a recorder in a temporary home; this computer's own trust stores are not changed."""
        with tempfile.TemporaryDirectory(prefix="nvrflow-demo-") as home, simulate(self.firmware) as recorder:
            trusting = Trusting(confirm=lambda question: _is_shown(recorder, question), environment=in_home(Path(home)))
            manner = replace(self.manner, state=Path(home, "state"))
            return Run(
                "secure", recorder.url, recorder.user, recorder.password, manner, self.out,
                arguments={"trusting": trusting}, listener=self.listener, camera=Camera(still=True),
            ).go()  # fmt: skip

    def write_guide(self, run: Path) -> Batch:
        """Write the guide of that run into its folder `run`; its pictures were taken for it."""
        return make_guides(Shooting((str(run),)), run / "guide", Wish(browser=self.manner.browser))


def _is_shown(recorder: SimulatedRecorder, question: str) -> bool:
    """Play the person who compares the fingerprint with the recorder's own display."""
    return any(shown in "".join(question.split()) for shown in (recorder.authority_sha256, recorder.device_sha256) if shown)
