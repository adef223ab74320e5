"""The runs that guides are written from - made with still pictures, or read from earlier run folders - and their guides."""

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
_APART = "made for a guide: what was imported went into a throw-away home, and this computer's own stores are as they were"


@dataclass(frozen=True)
class Shooting:
    """Which runs, and how: `sources` are recorders' addresses and run folders, `languages` empty means that of the pages.

    `password` is called with a recorder's address. With `video` a screencast is made of each run. `placeholder` is the address
    that stands in the guides for the recorder's. The folders of new runs lie below `runs`.
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
        """Raise WrongCall for a source or a placeholder that can be neither address nor run folder, before anything is done."""
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

    A recorder is run first, and its run folder stays. Where its pages cannot speak another language one run serves all guides.
    Raises what ended a run before there was anything to tell, and WrongCall for a folder that is none of a run.
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
    """The folder that `source` names; None where it is an address. What has a slash and no scheme is a folder."""
    path = Path(source)
    try:
        if (path / "report.json").is_file() or (path.exists() and "://" not in source):
            return path
    except OSError:  # a name that is too long for a file
        return None
    return path if not is_like_an_address(source) and "/" in source.rstrip("/") else None


def runs_of(shooting: Shooting, origin: str, remarks: list[str]) -> Iterator[tuple[str | None, Record]]:
    """One run for each language, or the first for all where the pages speak one only; `remarks` gets what could not be had.

    Where a run switched HTTPS on, it is switched off again before the next, so that each guide shows the same.
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
    """The record of a new run, with still pictures; nothing of this computer's own trust stores is touched."""
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
    """The imports go into the throw-away `home`, where that can be done on this system; else they are described."""
    environment = in_home(Path(home))
    computer = Computer.this(environment)
    if computer.system == "linux" and computer.has("certutil"):
        return Trusting(yes=True, stores=(_STORE,), environment=environment)
    return Trusting(environment=environment, importing=False)


def _speaks(report: Report, asked: str | None, language: str | None) -> bool:
    """Whether the pages may speak `language`, so that a run of its own is worth it: they offer it, or did as they were asked."""
    offered = (report.firmware or {}).get("offers", ())
    return language in offered if offered else report.language is not None and report.language == asked


def _titled(language: str | None) -> Callable[[str, Mapping[str, str], str | None], str]:
    """What a chapter is called in a video: as in the guide."""

    def titled(title: str, translations: Mapping[str, str], spoken: str | None) -> str:
        code = language or (spoken if spoken in LANGUAGES else None) or "en"
        return words_in(code).chapter(title, translations)[0]

    return titled


def _undo(report: Report, shooting: Shooting, url: str, remarks: list[str]) -> None:
    """HTTPS off again, if that run was what switched it on."""
    https = report.https
    if https is None or https.before or not https.after:
        return
    manner = replace(shooting.manner, check=False, screenshots=False)
    with tempfile.TemporaryDirectory(prefix="nvrflow-guide-") as scratch:
        undone, _ = Run("disable_https", url, shooting.user, shooting.password(url), manner, out=Path(scratch)).go()
    if undone.error:
        remarks.append(f"{url}: HTTPS could not be switched off again ({undone.error['message']}); the next guide shows it on")
