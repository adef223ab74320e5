"""Running one flow on one recorder, from its name to the run folder."""

from __future__ import annotations

import difflib
import importlib.util
import inspect
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from nvrflow.address import normalised
from nvrflow.content import folder
from nvrflow.errors import (
    Defect,
    FlowFailed,
    HeldBack,
    Interrupted,
    InvalidFile,
    NvrflowError,
    OtherHost,
    ProductDefect,
    SelectorDrift,
    TimedOut,
    WrongCall,
)
from nvrflow.recorder import Manner, open_recorder
from nvrflow.recorder.camera import Camera
from nvrflow.recorder.steps import Steps
from nvrflow.report import Listener, Report, Silence
from nvrflow.report.darkroom import Darkroom
from nvrflow.report.folder import RunFolder

Flow = Callable[..., Any]
Writers = Mapping[str, Callable[[dict[str, Any], dict[str, bytes]], str]]
_ENGINE = Path(__file__).parent
_NOT_THERE = (SelectorDrift, TimedOut, ProductDefect)  # errors that may come from a step that --check held back


@dataclass(frozen=True)
class Errand:
    """What is run in place of a flow with a file: a function, what is done with the report before it is written, and documents.

    `writers` make further documents, or others than a flow's, from report.json and the thumbnails, by their file names.
    """

    flow: Flow
    conclude: Callable[[Report], None]
    writers: Writers = field(default_factory=dict)


@dataclass
class Run:
    """One flow on one recorder; `arguments` are the flow's own keywords, `out` the run folder (None: a new folder below `runs`).

    `camera` says how pictures are taken: quick by default, or still. `notes` are the first notes of the report. `objection` is
    asked before each step and each change why the recorder may not be used any more; it may also raise an error.
    """

    flow: str
    url: str
    user: str = "admin"
    password: str | Callable[[], str] | None = None
    manner: Manner = field(default_factory=Manner)
    out: Path | None = None
    flows: Path | None = None
    trace: bool = False
    arguments: dict[str, Any] = field(default_factory=dict)
    listener: Listener = field(default_factory=Silence)
    camera: Camera = field(default_factory=Camera)
    notes: tuple[str, ...] = ()
    runs: Path = Path("nvrflow-runs")
    errand: Errand | None = None
    objection: Callable[[], str] = lambda: ""

    @cached_property
    def function(self) -> Flow:
        """The flow itself, loaded once. Raises WrongCall, InvalidFile."""
        return self.errand.flow if self.errand is not None else find_flow(self.flow, self.flows)

    def go(self) -> tuple[Report, RunFolder]:
        """Run the flow, and write the run folder whatever happens. Raises WrongCall or InvalidFile before anything is done.

        A defect of nvrflow itself is raised after the folder was written.
        """
        flow = self.function
        url = normalised(self.url)
        self.manner = self.manner.checked()
        folder = RunFolder.create(self.out, self.flow, url, self.runs)
        folder.writers = self.errand.writers if self.errand is not None else {}
        started = datetime.now().astimezone().isoformat(timespec="seconds")
        report = Report(flow=self.flow, recorder=url, notes=[*self.notes], started=started)
        darkroom = Darkroom()
        steps = Steps(report, self.listener, camera=self.camera, darkroom=darkroom, objection=self.objection)
        began = time.perf_counter()
        secrets, names = set[str](), set[str]()
        try:
            self._drive(flow, steps, folder, secrets, names)
            report.outcome = _outcome(report, self.manner.check)
        except HeldBack:
            report.outcome = "checked"
        except (Exception, KeyboardInterrupt, SystemExit) as problem:
            _ended(report, told := _told(problem, flow), steps.held)
            if isinstance(told, Defect):
                raise
        finally:
            report.seconds = round(time.perf_counter() - began, 3)
            report.pictures = "still" if self.camera.still else "quick"
            report.videos = [path.name for path in self.camera.videos]
            if self.errand is not None:
                self.errand.conclude(report)
            folder.write_illustrations(report, steps.sheets)
            folder.write(report, steps.pictures, secrets, names, darkroom)
            darkroom.close()
        return report, folder

    def _drive(self, flow: Flow, steps: Steps, folder: RunFolder, secrets: set[str], names: set[str]) -> None:
        if self.camera.video is not None:
            self.camera.video = folder.path / self.camera.video
        manner = replace(self.manner, out=folder.path, trace=folder.path / "trace.zip" if self.trace else self.manner.trace)
        with open_recorder(self.url, self.user, self.password, manner=manner, steps=steps, downloads=folder.downloads) as opened:
            opened.session.secrets = secrets
            names |= opened.firmware.names
            flow(opened, **self.arguments)


def _told(problem: BaseException, flow: Flow) -> NvrflowError:
    """The exception that ended a run, as an error for a person; the code that raised it decides whose error it is."""
    if isinstance(problem, NvrflowError):
        return problem
    if isinstance(problem, KeyboardInterrupt):
        return Interrupted("interrupted; the steps show in which state the recorder is now")
    own = Path(inspect.getfile(flow)).parent
    for frame in _that_raised(problem, own):
        file = Path(frame.filename)
        if _is_own(file, own):
            said = f"{type(problem).__name__}: {' '.join(str(problem).split())}".removesuffix(": ")
            return FlowFailed(f"{file}:{frame.lineno}: the flow ended with an error of its own: {said}; correct the flow there")
        if file.is_relative_to(_ENGINE) or file.is_relative_to(folder("flows")):
            break
    return Defect(f"this is a defect in nvrflow ({type(problem).__name__}); the steps show how far the run got")


def _that_raised(problem: BaseException, own: Path) -> list[traceback.FrameSummary]:
    """The frames of an exception, the last first; of a flow that calls itself for ever only its own frames."""
    frames = [*reversed(traceback.extract_tb(problem.__traceback__))]
    loop = [frame for frame in frames if _is_own(Path(frame.filename), own)] if isinstance(problem, RecursionError) else []
    return loop if len(loop) > 10 else frames


def _is_own(file: Path, own: Path) -> bool:
    """Whether a file belongs to the team's own flows in the folder `own`."""
    theirs = own != folder("flows") and not own.is_relative_to(_ENGINE)
    return theirs and file.is_relative_to(own) and not {"site-packages", "dist-packages"} & set(file.parts)


def _ended(report: Report, problem: NvrflowError, held: bool) -> None:
    """Put the end of a run into its report; a `--check` may end because the flow needs something that was held back."""
    if held and isinstance(problem, _NOT_THERE) and not isinstance(problem, OtherHost):
        report.checked_until(problem)
    else:
        report.failed(problem)


def _outcome(report: Report, check: bool) -> Any:
    if check:
        return "checked"
    wrote = any(step.effect == "write" and step.outcome == "done" for step in report.steps)
    return "already" if report.already and not wrote and not any(one.changed for one in report.trust) else "done"


def flow_names(own: Path | None = None) -> dict[str, Path]:
    """Every flow by name: a team's own folder first, then the shipped ones."""
    found: dict[str, Path] = {}
    for top in [own, folder("flows")] if own else [folder("flows")]:
        if not top.is_dir():
            raise WrongCall(f"--flows {top}: there is no such folder; name the folder that holds <flow>.py")
        for path in sorted(top.glob("*.py")):
            if not path.name.startswith("_") and path.is_file():
                found.setdefault(path.stem, path)
    return found


def find_flow(name: str, own: Path | None = None) -> Flow:
    """The function of the flow `name`, which is named like its file. Raises WrongCall, InvalidFile."""
    flows = flow_names(own)
    if name not in flows:
        near = difflib.get_close_matches(name, flows, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(flows)}"
        raise WrongCall(f"{name}: there is no such flow; {hint}")
    path = flows[name]
    module = import_module(f"nvrflow.flows.{name}") if path.parent == folder("flows") else _own_module(name, path)
    flow = getattr(module, name, None)
    if not callable(flow) or not inspect.signature(flow).parameters:
        raise InvalidFile(f"must define `def {name}(recorder)`; a flow's function is named like its file", path)
    if path.parent != folder("flows"):
        _must_be_called_so(flow, name, path)
    return flow  # type: ignore[no-any-return]


def _must_be_called_so(flow: Flow, name: str, path: Path) -> None:
    """Raise InvalidFile for a function that a call with the recorder would not run: it needs more, or waits to be continued."""
    line = inspect.getsourcelines(flow)[1] if inspect.isfunction(flow) else None
    waits = inspect.iscoroutinefunction(flow) or inspect.isasyncgenfunction(flow)
    lazy = "an `async def`" if waits else "a function with `yield`" if inspect.isgeneratorfunction(flow) else ""
    if lazy:
        raise InvalidFile(f"`{name}` is {lazy}, which does nothing when it is called; make it a plain `def`", path, line)
    given = {"trusting": None} if takes_trusting(flow) else {}
    try:
        inspect.signature(flow).bind(None, **given)
    except TypeError as problem:
        raise InvalidFile(
            f"`{name}` cannot be called with the recorder alone ({problem}); give its other parameters a default", path, line
        ) from None


def takes_trusting(flow: Flow) -> bool:
    """Whether the flow has a parameter `trusting`, which says how much is trusted and who approves."""
    return "trusting" in inspect.signature(flow).parameters


def _own_module(name: str, path: Path) -> Any:
    """A team's flow as a module beside the shipped flows, so that it can import them."""
    spec = importlib.util.spec_from_file_location(f"nvrflow_own_flows_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as problem:
        raise InvalidFile(f"is not valid Python: {problem.msg}", path, problem.lineno) from None
    except (Exception, SystemExit) as problem:
        own = [
            frame.lineno
            for frame in traceback.extract_tb(problem.__traceback__)
            if Path(frame.filename).resolve() == path.resolve()
        ]
        what = " ".join(str(problem).split())
        why = (
            what if isinstance(problem, ImportError) else f"{type(problem).__name__}: {what}" if what else type(problem).__name__
        )
        raise InvalidFile(f"cannot be imported: {why}", path, own[-1] if own else None) from None
    return module
