"""The command `check`: a dry run that visits every page, its verdicts in the report, and the exit code that they mean."""

from __future__ import annotations

import ast
import inspect
import tempfile
import textwrap
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from nvrflow.capture.archive import Capture
from nvrflow.check.boxed import as_boxed
from nvrflow.check.captured import is_capture, look_through
from nvrflow.check.cases import as_cases
from nvrflow.check.coverage import Outcome, outcome_of
from nvrflow.check.itinerary import SIGN_IN
from nvrflow.check.patch import Patch, patch_of
from nvrflow.check.verdict import Judged
from nvrflow.check.walk import Walk
from nvrflow.errors import SelectorDrift
from nvrflow.firmware import Firmware, load_firmware
from nvrflow.recorder import Manner, Recorder
from nvrflow.rehearsal.rehearsals import Rehearsal, rehearse
from nvrflow.report import Drift, Listener, Report, Silence
from nvrflow.report.folder import RunFolder
from nvrflow.running import Errand, Run, Writers, find_flow, flow_names
from nvrflow.wait import heard_by

_CAPTURED = "http://capture"  # by which the run folder of a capture is named


@dataclass
class Examination:
    """One check of one recorder. With `strict` drift fails, too; `flows` is a folder with a team's own flows."""

    url: str
    user: str = "admin"
    password: str | Callable[[], str] | None = None
    manner: Manner = field(default_factory=Manner)
    strict: bool = False
    out: Path | None = None
    flows: Path | None = None
    trace: bool = False
    listener: Listener = field(default_factory=Silence)
    outcome: Outcome = field(default_factory=lambda: Outcome((), {}))
    objection: Callable[[], str] = lambda: ""
    _rehearsed: Future[list[Rehearsal]] | None = None

    def go(self) -> tuple[Report, RunFolder]:
        """Walk through the recorder's pages, and write the run folder whatever happens. Raises WrongCall, InvalidFile."""
        manner = replace(self.manner, check=True, screenshots=False)
        if is_capture(self.url):
            return self._go_through_capture()
        with ThreadPoolExecutor(1, "nvrflow-rehearsal") as self._worker:
            errand = Errand(self.walk_through, self._conclude, self._writers)
            run = Run("check", self.url, self.user, self.password, manner, self.out, self.flows, self.trace, errand=errand)
            return replace(run, listener=self.listener, objection=self.objection).go()

    def _go_through_capture(self) -> tuple[Report, RunFolder]:
        """The verdicts on what a capture shows, in a run folder as of a recorder."""
        folder = RunFolder.create(self.out, "check", _CAPTURED)
        folder.writers = self._writers
        began = time.perf_counter()
        with ThreadPoolExecutor(1, "nvrflow-rehearsal") as self._worker, heard_by(self.listener):
            report, pictures = look_through(Path(self.url), self.walk, self.manner, self.listener)
            report.started = datetime.now().astimezone().isoformat(timespec="seconds")
            self._conclude(report)
        report.seconds = round(time.perf_counter() - began, 3)
        folder.write(report, pictures, (), self.walk.firmware.names if self.walk.firmware else ())
        return report, folder

    @property
    def _writers(self) -> Writers:
        return {"junit.xml": lambda said, _: as_cases(said, self.strict), "report.html": as_boxed}

    @property
    def is_failed(self) -> bool:
        """Whether something is missing; with `strict`, or is found otherwise than the file says first."""
        return any(one.verdict == "missing" or (self.strict and one.verdict == "drift") for one in self.outcome.judged)

    def patch(self, name: str) -> Patch:
        """The changes of the selector file `name` that the verdicts propose."""
        return patch_of(self.outcome.judged, name, self.manner.selectors)

    @cached_property
    def walk(self) -> Walk:
        """The walk, which holds what was seen."""
        return Walk(find_flow("sign_in", self.flows), self._used_when_leaving, self.manner.screenshots)

    def walk_through(self, recorder: Recorder) -> None:
        """The walk as a flow; what the flows need of the selector file is found out meanwhile."""
        self._rehearse(recorder.firmware.name)
        self.walk.go(recorder)

    def _rehearse(self, name: str) -> None:
        if self._rehearsed is None:
            self._rehearsed = self._worker.submit(
                rehearse, list(flow_names(self.flows)), [name], self.flows, self.manner.selectors
            )

    def _used_when_leaving(self, firmware: Firmware) -> frozenset[str]:
        """What the sign-out may use: each element that its source names, of each page that it names."""
        source = ast.parse(textwrap.dedent(inspect.getsource(find_flow("sign_out", self.flows))))
        words = {node.value for node in ast.walk(source) if isinstance(node, ast.Constant)}
        pages = {name: page for name, page in firmware.file.pages.items() if name in words}
        return frozenset(f"{name}.{one}" for name, page in pages.items() for one in page.elements if one in words)

    def _rehearsals(self, name: str) -> list[Rehearsal]:
        self._rehearse(name)
        assert self._rehearsed is not None
        return self._rehearsed.result()

    def _conclude(self, report: Report) -> None:
        """Put the verdicts into the report before it is written."""
        if report.error is not None:
            self.walk.ended = f"the walk ended before this page ({report.error['kind']})"
        firmware = self._firmware(report)
        if firmware is not None:
            self.outcome = outcome_of(self.walk, firmware, self._rehearsals(firmware.name))
        judged = self.outcome.judged
        report.extra = {
            "elements": [one.as_dict() for one in judged],
            "coverage": dict(self.outcome.coverage),
            "pages": list(self.walk.pictures.values()),
        }
        report.drift = [_drift(one) for one in judged if one.verdict == "drift"]
        if report.error is None and self.is_failed:
            report.outcome = "failed"
            report.error = {"kind": "selector-drift", "message": self._failure(report), "step": None}

    def _firmware(self, report: Report) -> Firmware | None:
        """The firmware; of a run that ended before the walk, all pages count as not reached."""
        if self.walk.firmware is not None or report.firmware is None:
            return self.walk.firmware
        firmware = load_firmware(str(report.firmware["name"]), self.manner.selectors)
        if report.error is not None and report.error["kind"] == SelectorDrift.kind and SIGN_IN in firmware.file.pages:
            self.walk.not_begun(firmware, report.error["message"])
        return firmware

    def _failure(self, report: Report) -> str:
        name = report.firmware["name"] if report.firmware else self.url
        counts = {
            verdict: [one.element for one in self.outcome.judged if one.verdict == verdict] for verdict in ("missing", "drift")
        }
        told = [
            f"{len(found)} {'element is' if len(found) == 1 else 'elements are'} {_SAID[verdict]}: {', '.join(found[:5])}"
            + (f" and {len(found) - 5} more" if len(found) > 5 else "")
            for verdict, found in counts.items()
            if found and (verdict == "missing" or self.strict)
        ]
        return f"{name}: {'; '.join(told)}"


_SAID = {"missing": "missing", "drift": "found otherwise than the file says first"}


def _drift(judged: Judged) -> Drift:
    return Drift(judged.element, judged.reason.partition(" finds nothing")[0], judged.locator, judged.proposal)


def proposed_patch(folder: Path, manner: Manner, flows: Path | None = None) -> str:
    """The change of the selector file that corrects it for the capture in `folder`, in all languages of the capture; "" for none.

    Raises WrongCall, InvalidFile.
    """
    judged, name = list[Judged](), ""
    for language in Capture.open(folder).languages:
        with tempfile.TemporaryDirectory(prefix="nvrflow-") as out:
            spoken = replace(manner, language=language, screenshots=False)
            job = Examination(str(folder), manner=spoken, out=Path(out), flows=flows)
            report, _ = job.go()
            judged += job.outcome.judged
            name = str(report.firmware["name"]) if report.firmware else name
    return patch_of(judged, name, manner.selectors).text if name else ""
