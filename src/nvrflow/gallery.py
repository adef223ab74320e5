"""Pictures of named pages for documentation: taken, compared with the files there, and written if they look different."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from nvrflow.address import place_of
from nvrflow.errors import SelectorDrift, WrongCall
from nvrflow.recorder import Manner, Recorder, open_recorder
from nvrflow.recorder.camera import Camera
from nvrflow.recorder.illustrator import Subject, illustrate
from nvrflow.recorder.steps import Steps
from nvrflow.recorder.verbs import element_of
from nvrflow.recorder.window import lineage
from nvrflow.report import Listener, Report, Silence
from nvrflow.report.illustration import Sheet
from nvrflow.report.likeness import looks_same, opened, write_if_changed
from nvrflow.running import find_flow

Scheme = Literal["light", "dark"]
State = Literal["written", "unchanged", "missing", "outdated"]
ENDINGS = (".png", ".webp")


@dataclass(frozen=True)
class Shown:
    """How pages are shown: in which colour schemes and languages (none: as they are), on a screen of which size (CSS pixels)."""

    schemes: tuple[Scheme, ...] = ("light",)
    languages: tuple[str, ...] = ()
    width: int = 1280
    height: int = 720
    scale: float = 2.0


@dataclass(frozen=True)
class Wanted:
    """The picture of `subject` on the recorder at `url` in the file `out`; where several are taken, each has its own name.

    `alt` is the text for those who do not see it, instead of the one that nvrflow makes.
    """

    url: str
    subject: Subject
    out: Path
    shown: Shown = field(default_factory=Shown)
    alt: str = ""

    def check(self) -> None:
        """Raise WrongCall for what can be seen to be wrong before a recorder is asked."""
        place_of(self.url)
        if self.out.suffix.lower() not in ENDINGS:
            raise WrongCall(f"--out {self.out}: a picture is a .png or a .webp; name such a file")
        if self.out.is_dir():
            raise WrongCall(f"--out {self.out}: is a folder; name a file in it")


@dataclass(frozen=True)
class Hung:
    """One picture and its alternative text, as files: what they were compared with, and what became of them."""

    file: Path
    alt_file: Path
    alt: str
    state: State
    language: str | None
    scheme: Scheme

    @property
    def is_out_of_date(self) -> bool:
        """Whether the files in the documentation are not what the recorder shows."""
        return self.state in ("missing", "outdated")

    def as_dict(self) -> dict[str, str | None]:
        """Plain data for JSON."""
        return {
            "file": str(self.file),
            "alt_file": str(self.alt_file),
            "alt": self.alt,
            "state": self.state,
            "language": self.language,
            "color_scheme": self.scheme,
        }


@dataclass(frozen=True)
class Visit:
    """Who takes pictures, and how: the account, the manner of driving, a folder with own flows, and who hears of progress."""

    user: str = "admin"
    password: str | Callable[[], str] | None = None
    manner: Manner = field(default_factory=Manner)
    flows: Path | None = None
    listener: Listener = field(default_factory=Silence)


def hang(wanted: Wanted, visit: Visit | None = None, verify: bool = False) -> list[Hung]:
    """Take the pictures, and write those that look different from their files; with `verify` nothing is written.

    Nothing is changed on the recorder. Raises WrongCall for a page or an element that the selector file does not have, and
    whatever ends a run.
    """
    wanted.check()
    hung = []
    for language in wanted.shown.languages or (None,):
        for scheme, sheet in _taken(wanted, visit or Visit(), language):
            hung.append(_put(wanted, language, scheme, sheet, verify))
    return hung


def _taken(wanted: Wanted, visit: Visit, language: str | None) -> Iterator[tuple[Scheme, Sheet]]:
    """The picture in each colour scheme, from one visit to the recorder."""
    shown, subject = wanted.shown, wanted.subject
    camera = Camera(still=True, scale=shown.scale, width=shown.width, height=shown.height)
    steps = Steps(Report(flow="picture", recorder=wanted.url), visit.listener, camera=camera)
    manner = replace(visit.manner, check=True, screenshots=False, spoken=language or visit.manner.spoken)
    with open_recorder(wanted.url, visit.user, visit.password, manner=manner, steps=steps) as recorder:
        _must_have(recorder, subject)
        show(recorder, subject.page, visit.flows)
        for scheme in shown.schemes:
            recorder.page.emulate_media(color_scheme=scheme)
            illustrate(recorder.window, f"{subject.page}-{scheme}", subject)
            yield scheme, steps.sheets[-1]


def _must_have(recorder: Recorder, subject: Subject) -> None:
    """Raise WrongCall for a page or an element that the selector file does not have, before anybody signs in."""
    pages = recorder.firmware.file.pages
    if subject.page not in pages:
        near = difflib.get_close_matches(subject.page, pages, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; it has {', '.join(pages)}"
        raise WrongCall(f"{recorder.firmware.name}: the selector file has no page {subject.page!r}{hint}")
    for element in subject.elements:
        element_of(recorder.window, subject.page, element)


def show(recorder: Recorder, page: str, flows: Path | None) -> None:
    """Go to the page, signed in only if it is not shown to everybody."""
    file = recorder.firmware.file
    if page == "sign_in" or "sign_in" not in file.pages or "sign_in" in lineage(file, page):
        recorder.go_to(page)
        return
    if file.pages[page].path is not None and page != "home":
        try:
            recorder.go_to(page)
            return
        except SelectorDrift:
            recorder.report.notes.append(f"{page} is not shown to somebody who has not signed in")
    find_flow("sign_in", flows)(recorder)
    recorder.go_to(page)


def _put(wanted: Wanted, language: str | None, scheme: Scheme, sheet: Sheet, verify: bool) -> Hung:
    """Compare a picture with its file, and write it if it looks different."""
    file = named(wanted, language, scheme)
    alt, alt_file = wanted.alt or sheet.facts.alt, file.with_name(file.name + ".alt.txt")
    text, there = f"{alt}\n".encode(), opened(file)
    same = there is not None and looks_same(there, sheet.image())
    same_text = alt_file.is_file() and alt_file.read_bytes() == text
    state: State = "unchanged" if same and same_text else "written"
    if verify:
        state = "unchanged" if state == "unchanged" else "missing" if there is None or not alt_file.is_file() else "outdated"
    else:
        try:
            if not same:
                write_if_changed(file, sheet.encoded(file.suffix.lower()))
            write_if_changed(alt_file, text)
        except OSError as problem:
            raise WrongCall(
                f"--out {file}: cannot be written ({problem.strerror}); name a file in a folder of your own"
            ) from None
    return Hung(file, alt_file, alt, state, language, scheme)


def named(wanted: Wanted, language: str | None, scheme: Scheme) -> Path:
    """The file of one picture: `menu.png`, and where there are several languages or schemes `menu.de.dark.png`."""
    parts = [language] if language is not None and len(wanted.shown.languages) > 1 else []
    parts += [scheme] if len(wanted.shown.schemes) > 1 else []
    return wanted.out.with_name(".".join([wanted.out.stem, *parts]) + wanted.out.suffix)
