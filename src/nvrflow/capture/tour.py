"""Taking a capture: every page of the selector file is visited as a person would, and nothing on the recorder is changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from nvrflow.address import normalised, place_of
from nvrflow.browser.inquiry import Inquiry
from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.capture.archive import FORMAT, HELD, OK, Capture, Summary, Variant
from nvrflow.capture.clearance import clear, scanner_of
from nvrflow.capture.device_facts import (
    certificate_facts,
    cookie_facts,
    device_facts,
    https_facts,
    identified,
    start_facts,
)
from nvrflow.capture.heard import Heard
from nvrflow.capture.known_values import learn_certificates, learn_run
from nvrflow.capture.question_book import QuestionBook, Recording, ask_every_file
from nvrflow.capture.route import Obstacles, before_and_after, was_passed
from nvrflow.capture.scrubber import Scrubber
from nvrflow.capture.stop import Stop
from nvrflow.capture.vocabulary import dictionaries, words_kept
from nvrflow.capture.writer import Writer
from nvrflow.errors import HeldBack, Interrupted, NvrflowError, WrongCall
from nvrflow.firmware import digest_of
from nvrflow.firmware.identification import identify
from nvrflow.recorder import Manner, Recorder, open_recorder
from nvrflow.recorder.camera import Camera
from nvrflow.recorder.steps import Steps
from nvrflow.report import Listener, Report, Silence, nvrflow_version

if TYPE_CHECKING:
    from nvrflow.capture.snapshot import Wardrobe

SignIn = Callable[[Recorder], object]


@dataclass(frozen=True)
class Wish:
    """What is captured: `pages` (none: all) of the recorder at `url`, into the folder `out`, in `languages` (none: its own).

    `donated`: the smallest capture, without styles and pictures. `sign_in` is the flow that signs in. `approve` looks at the
    finished capture, and without its consent none is written. `replaced` are further private words, such as names of cameras.
    `objection` is asked before each step why the recorder may not be used any more; it may also raise Interrupted.
    """

    url: str
    out: Path
    sign_in: SignIn
    languages: tuple[str, ...] = ()
    user: str = "admin"
    password: str | Callable[[], str] | None = None
    manner: Manner = field(default_factory=Manner)
    listener: Listener = field(default_factory=Silence)
    donated: bool = False
    approve: Callable[[Capture], bool] | None = None
    pages: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    objection: Callable[[], str] = lambda: ""

    def check(self) -> None:
        """Raise WrongCall for what can be seen to be wrong before a recorder is asked."""
        place_of(self.url)
        if self.out.exists() and (not self.out.is_dir() or any(self.out.iterdir())):
            raise WrongCall(f"--out {self.out}: exists already and is not empty; name a new folder")


def take(wish: Wish) -> Capture:
    """Capture the recorder, one visit for each language, and return the capture, which holds no private data any more.

    A page that cannot be reached is noted. Raises WrongCall, NvrflowError if not one page could be captured,
    and whatever ends a run before or during the sign-in.
    """
    wish.check()
    scrubber = Scrubber()
    scrubber.replace(wish.replaced)
    writer = Writer.begin(wish.out, scrubber)
    try:
        tour = _Tour(wish, writer)
        for language in wish.languages or (None,):
            tour.visit(language)
        tour.end()
        if wish.approve is not None and not wish.approve(Capture.open(writer.draft)):
            raise NvrflowError(f"{wish.out}: was not written, because you did not agree")
        writer.finish()
    except BaseException:
        writer.give_up()
        raise
    return Capture.open(wish.out)


@dataclass
class _Tour:
    """One capture being taken."""

    wish: Wish
    writer: Writer
    heard: Heard = field(default_factory=Heard)
    book: QuestionBook = field(default_factory=QuestionBook)
    device: dict[str, object] = field(default_factory=dict)
    pages: dict[str, dict[str, str]] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    spoken: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    wardrobe: Wardrobe | None = None

    @property
    def scrubber(self) -> Scrubber:
        """Knows what is replaced by what."""
        return self.writer.scrubber

    def visit(self, language: str | None) -> None:
        """Sign in and see each page once, in one language."""
        with self._opened(language) as recorder:
            spoken = recorder.firmware.language or "und"
            if language is not None and spoken != language:
                self.notes.append(f"{language}: the recorder's pages stayed in {spoken}, so they were not captured in {language}")
                return
            if spoken in self.pages:
                return
            said, vocabulary = dictionaries(self._inquiry(recorder), recorder.firmware)
            self.spoken[spoken] = said
            self.scrubber.keep(words_kept(recorder.firmware))
            for code, words in vocabulary.items():
                self.scrubber.keep(words.values())
                self.writer.words(code, words)
            learn_run(self.scrubber, recorder)
            if not self.device:
                self._look_at_device(recorder)
            self._see_pages(recorder, self.pages.setdefault(spoken, {}), spoken)
            learn_run(self.scrubber, recorder)

    def end(self) -> None:
        """Write what belongs to the whole device, and capture.yaml."""
        if self.wardrobe is not None:
            self.writer.styles(self.wardrobe)
        self.writer.device(device_facts(self.heard, self.book, {**self.device, "spoken": self.spoken}, self.scrubber))
        cleared = clear(self.writer.draft, self.scrubber, self.pages)
        self.pages, self.removed = cleared.pages, cleared.removed
        if not any(state == OK for states in self.pages.values() for state in states.values()):
            whys = [*self.notes, *(f"{page}: {state}" for states in self.pages.values() for page, state in states.items())]
            raise NvrflowError(f"{self.wish.out}: was not written, because no page could be captured; {next(iter(whys), '')}")
        self.writer.summary(self._summary())
        if leaks := scanner_of(self.scrubber).scan(self.writer.draft):
            raise NvrflowError(f"{self.wish.out}: was not written, because private data could not be cleared: {leaks[0]}")

    @contextmanager
    def _opened(self, language: str | None) -> Iterator[Recorder]:
        wish = self.wish
        camera = Camera(still=True, scale=1.0, met=self.heard.meet)
        steps = Steps(Report("capture", normalised(wish.url)), wish.listener, camera=camera, objection=wish.objection)
        manner = replace(wish.manner, check=True, screenshots=False, spoken=language or wish.manner.spoken)
        with open_recorder(wish.url, wish.user, wish.password, manner=manner, steps=steps) as recorder:
            yield recorder

    def _inquiry(self, recorder: Recorder) -> Inquiry:
        return Inquiry(recorder.page, recorder.firmware.name)

    def _look_at_device(self, recorder: Recorder) -> None:
        """What the start page shows to somebody who has not signed in, and how the recorder answers to anybody."""
        page = Recording(self._inquiry(recorder), self.book)
        self.device["start"] = start_facts(recorder)
        self.device["identify"] = identified(identify(page, self.wish.manner.selectors, recorder.session.challenge))
        ask_every_file(page, self.book, self.wish.manner.selectors)
        self.heard.read(self.scrubber)
        self.device["https"], chain = https_facts(recorder, self.heard)
        self.device["certificates"] = certificate_facts(chain)
        learn_certificates(self.scrubber, chain)

    def _see_pages(self, recorder: Recorder, states: dict[str, str], language: str) -> None:
        """Each page once, those that everybody sees before the sign-in."""
        stop = Stop(recorder, self.scrubber, self.writer, self.heard, language, self.wish.donated)
        self.wardrobe = stop.wardrobe = self.wardrobe or stop.wardrobe
        early, late = before_and_after(recorder, self.wish.pages)
        states |= self._see_each(stop, early)
        if recorder.has("sign_in"):
            late = [*late, *(name for name in early if states[name] != OK and name != "sign_in")]
            self.wish.sign_in(recorder)
        learn_run(self.scrubber, recorder)
        states |= self._see_each(stop, late)
        again = [name for name in late if states[name] != OK and was_passed(recorder.firmware.file, name, states)]
        states |= self._see_each(stop, again)
        stop.clean_again()
        self.differs += stop.differs
        told = recorder.report.firmware or {}
        self.about |= {key: str(told[key]) for key in ("name", "model", "version", "vendor") if told.get(key)}
        self.about["selectors"] = digest_of(recorder.firmware.whole or recorder.firmware.file)
        self.device.setdefault("cookies", cookie_facts(recorder))

    def _see_each(self, stop: Stop, names: Sequence[str]) -> dict[str, str]:
        """Capture each of these pages; `ok`, or why not. What keeps several from being reached is tried once, by chance twice."""
        states, left = dict[str, str](), list(names)
        for _ in range(2):
            obstacles = Obstacles(stop.recorder.firmware.file)
            states |= {one: self.scrubber.text(obstacles.before(one) or self._see(stop, obstacles, one)) for one in left}
            left = [one for one in left if states[one] != OK] if obstacles.by_chance else []
        return states

    def _see(self, stop: Stop, obstacles: Obstacles, name: str) -> str:
        recorder, is_there = stop.recorder, False
        began, before = time.perf_counter(), len(recorder.report.steps)
        try:
            recorder.go_to(name)
            is_there = True
            stop.capture(name, time.perf_counter() - began)
        except HeldBack as held:
            return f"{HELD} ({held})"
        except (NvrflowError, PlaywrightError) as problem:
            if isinstance(problem, Interrupted):
                raise
            held_back, recorder.steps.held = recorder.steps.held, False
            why = str(problem).splitlines()[0]
            if held_back or is_there:
                return f"{HELD}; {why}" if held_back else why
            return obstacles.met(name, recorder.report.steps[before:], problem)
        return OK

    def _summary(self) -> Summary:
        model = self.about.get("model")
        return Summary(
            format=FORMAT,
            nvrflow=nvrflow_version(),
            when=datetime.now(UTC).isoformat(timespec="seconds"),
            firmware=self.about.get("name"),
            selectors=self.about.get("selectors"),
            model=model,
            version=self.about.get("version"),
            variant=Variant(model=model, oem=self.about.get("vendor")),
            simulated=self.heard.simulated,
            donated=self.wish.donated,
            languages=tuple(self.pages),
            pages=self.pages,
            replaced=dict(self.scrubber.substitutes.counts),
            made_up=tuple(sorted(self.scrubber.substitutes.made)),
            removed=tuple(self.removed),
            differs=tuple(self.differs),
            notes=tuple(self.notes),
        )
