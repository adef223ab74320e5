"""Runs for guides: made now with still pictures, or read from earlier run folders, and then written as guides."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from nvrflow.address import is_like_an_address, place_of
from nvrflow.browser.driver import offer_encoder
from nvrflow.environment import in_home
from nvrflow.guide.making import Wish
from nvrflow.guide.matrix import Batch, Layout
from nvrflow.guide.source import Source
from nvrflow.guide.words import LANGUAGES, words_in
from nvrflow.recorder import Manner
from nvrflow.recorder.camera import Camera
from nvrflow.report import Listener, Report, Silence
from nvrflow.report.record import Record
from nvrflow.running import Run, takes_trusting
from nvrflow.trust.computer import Computer
from nvrflow.trust.stages import Trusting

Asking = Callable[[str], Callable[[], str] | str | None]
_STORE = "chromium-nss"
_NO_ENCODER = f"Playwright's encoder is missing; to get it, type: {sys.executable} -m playwright install ffmpeg"
_APART = "made for a guide: the certificates were imported into a temporary home, and this computer's own stores were not changed"


@dataclass(frozen=True)
class Shooting:
    """What to write guides of: `sources` are recorders' addresses and run folders; empty `languages` mean the pages' language.

    `password` is called with a recorder's address. With `video` each run gets a screencast. `placeholder` is the address that
    replaces the recorder's in the guides. The folders of new runs are made below `runs`.
    """

    sources: tuple[str, ...]
    flow: str = "secure"
    languages: tuple[str, ...] = ()
    user: str = "admin"
    password: Asking = field(default=lambda url: None)
    manner: Manner = field(default_factory=Manner)
    flows: Path | None = None
    scale: float = 2.0
    video: bool = False
    listener: Listener = field(default_factory=Silence)
    placeholder: str = ""
    runs: Path = Path("nvrflow-runs")

    def check(self) -> None:
        """Before anything is done, raise WrongCall for a wrong source, and for a placeholder that is not an address."""
        for named in self.languages:
            words_in(named)
        for source in self.sources:
            folder = run_folder(source)
            if folder is None:
                place_of(source)
            else:
                Record.read(folder)
        if self.placeholder:
            place_of(self.placeholder)


def make_guides(shooting: Shooting, out: Path, wish: Wish) -> Batch:
    """Write the guide of each recorder and each run folder, in each language, below `out`, with an index if there are several.

    For an address the flow is run first, and its run folder is kept. If the pages have only one language, one run is enough for
    all guides. Raises the error that ended a run before any useful step, and WrongCall for a folder that is not a run folder.
    """
    shooting.check()
    batch, layout = Batch(), Layout(out, wish, len(shooting.sources) > 1, len(shooting.languages) > 1)
    if shooting.video and not offer_encoder():
        shooting.listener.says(f"There will be no video: this computer has no ffmpeg. {_NO_ENCODER}")
        batch.remarks.append(f"no video: {_NO_ENCODER}")
        shooting = replace(shooting, video=False)
    for origin in shooting.sources:
        for language, record in runs_of(shooting, origin, batch.remarks):
            batch.add(Source(record, shooting.placeholder), language, layout)
    batch.finish(layout)
    return batch


def run_folder(source: str) -> Path | None:
    """The folder that `source` names; None if it is an address. Text with a slash and without a scheme names a folder."""
    path = Path(source)
    try:
        if (path / "report.json").is_file() or (path.exists() and "://" not in source):
            return path
    except OSError:  # the name is too long for a file
        return None
    return path if not is_like_an_address(source) and "/" in source.rstrip("/") else None


def runs_of(shooting: Shooting, origin: str, remarks: list[str]) -> Iterator[tuple[str | None, Record]]:
    """One run for each language, or one run for all if the pages have only one; `remarks` gets what was not possible.

    If a run switched HTTPS on, it is switched off before the next run, so that every guide shows how to switch it on.
    """
    folder = run_folder(origin)
    if folder is not None:
        record = Record.read(folder)
        yield from ((language, record) for language in shooting.languages or (None,))
        return
    taken: Record | None = None
    asked: str | None = None
    for language in shooting.languages or (None,):
        if taken is None or _speaks(taken.report, asked, language):
            if taken is not None:
                _undo(taken.report, shooting, origin, remarks)
            taken, asked = _made(shooting, origin, language, remarks), language
        yield language, taken


def _made(shooting: Shooting, url: str, language: str | None, remarks: list[str]) -> Record:
    """The record of a new run with still pictures; this computer's own trust stores are not changed."""
    camera = Camera(
        still=True, scale=shooting.scale, video=Path("video.webm") if shooting.video else None, titled=_titled(language)
    )
    with tempfile.TemporaryDirectory(prefix="nvrflow-guide-") as home:
        run = Run(
            shooting.flow, url, shooting.user, shooting.password(url),
            replace(shooting.manner, language=None, spoken=language, screenshots=True), flows=shooting.flows,
            listener=shooting.listener, camera=camera, notes=(_APART,), runs=shooting.runs,
        )  # fmt: skip
        if takes_trusting(run.function):
            run.arguments["trusting"] = _trusting(home)
        report, folder = run.go()
    record = Record.read(folder.path)
    Source(record).must_tell()
    if not any(step.effect == "write" for step in report.steps):
        remarks += [f"{url}: {note} already, so the guide does not show how that is done" for note in report.already]
    if camera.no_video:
        remarks.append(f"no video: {camera.no_video}")
    return record


def _trusting(home: str) -> Trusting:
    """The trust of the run: imports into the temporary `home` if this system can do that, otherwise they are only described."""
    environment = in_home(Path(home))
    computer = Computer.this(environment)
    if computer.system == "linux" and computer.has("certutil"):
        return Trusting(yes=True, stores=(_STORE,), environment=environment)
    return Trusting(environment=environment, importing=False)


def _speaks(report: Report, asked: str | None, language: str | None) -> bool:
    """Whether the pages may have `language`, so that another run makes sense: they offer it, or changed when they were asked."""
    offered = (report.firmware or {}).get("offers", ())
    return language in offered if offered else report.language is not None and report.language == asked


def _titled(language: str | None) -> Callable[[str, Mapping[str, str], str | None], str]:
    """The title of a chapter in a video, which is its title in the guide."""

    def titled(title: str, translations: Mapping[str, str], spoken: str | None) -> str:
        code = language or (spoken if spoken in LANGUAGES else None) or "en"
        return words_in(code).chapter(title, translations)[0]

    return titled


def _undo(report: Report, shooting: Shooting, url: str, remarks: list[str]) -> None:
    """Switch HTTPS off again, if that run switched it on."""
    https = report.https
    if https is None or https.before or not https.after:
        return
    manner = replace(shooting.manner, check=False, screenshots=False)
    with tempfile.TemporaryDirectory(prefix="nvrflow-guide-") as scratch:
        undone, _ = Run("disable_https", url, shooting.user, shooting.password(url), manner, out=Path(scratch)).go()
    if undone.error:
        remarks.append(f"{url}: HTTPS could not be switched off again ({undone.error['message']}); the next guide shows it on")
