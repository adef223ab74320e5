"""Several guides in one call: every recorder in every language, and an index of them all."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nvrflow.guide.filming import Film, film
from nvrflow.guide.html import as_index
from nvrflow.guide.making import Made, Wish, make_guide
from nvrflow.guide.pictures import write_if_changed
from nvrflow.guide.words import LANGUAGES, words_in
from nvrflow.recorder import Manner
from nvrflow.recorder.studio import Studio
from nvrflow.report import Listener, Silence
from nvrflow.running import Run

Asking = Callable[[str], Callable[[], str] | str | None]


@dataclass(frozen=True)
class Shooting:
    """What is filmed, and how: `languages` empty means one guide in the language of the recorder's pages.

    `password` is called with a recorder's address. With `video` a screencast is made of each run.
    """

    urls: tuple[str, ...]
    flow: str = "secure"
    languages: tuple[str, ...] = ()
    user: str = "admin"
    password: Asking = field(default=lambda url: None)
    manner: Manner = field(default_factory=Manner)
    flows: Path | None = None
    scale: float = 2.0
    video: bool = False
    listener: Listener = field(default_factory=Silence)


@dataclass
class Batch:
    """What was made of it all: `remarks` say what could not be had, `index` leads to several guides."""

    guides: list[Made] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    index: Path | None = None


def make_guides(shooting: Shooting, out: Path, wish: Wish) -> Batch:
    """Film each recorder in each language and write the guides below `out`, with an index if there is more than one.

    Where a recorder's pages cannot speak another language the film of its own language serves all guides. Where a run switched
    HTTPS on, it is switched off again before the next language, so that each guide shows the same. Raises as `film` does.
    """
    for named in shooting.languages:
        words_in(named)
    batch = Batch()
    several = len(shooting.urls) > 1
    for url in shooting.urls:
        for language, shown in _films(shooting, url, out, batch):
            top = out / _folder(shown, batch, out) if several else out
            made = make_guide(shown, top / language if len(shooting.languages) > 1 and language else top, wish, language)
            batch.guides.append(made)
    if len(batch.guides) > 1:
        batch.index = _write_index(batch.guides, out, wish)
    return batch


def _films(shooting: Shooting, url: str, out: Path, batch: Batch) -> Iterator[tuple[str | None, Film]]:
    """One film for each language, or the first for all where the pages speak one only."""
    taken: Film | None = None
    for index, language in enumerate(shooting.languages or (None,)):
        if taken is not None and _speaks_one_only(taken):
            yield language, taken
            continue
        if taken is not None:
            _undo(taken, shooting, url, batch)
        studio = Studio(scale=shooting.scale, language=language)
        studio.titled = _titled(studio, language)
        if shooting.video:
            studio.video = out / (f"video-{language}.webm" if index or len(shooting.languages) > 1 else "video.webm")
        taken = film(
            shooting.flow, url, shooting.user, shooting.password(url), replace(shooting.manner, out=out), studio,
            flows=shooting.flows, listener=shooting.listener,
        )  # fmt: skip
        if not any(step.effect == "write" for step in taken.steps):
            notes = taken.report.already
            batch.remarks += [f"{url}: {note} already, so the guide does not show how that is done" for note in notes]
        if studio.no_video:
            batch.remarks.append(_no_video(studio.no_video))
        yield language, taken


def _speaks_one_only(taken: Film) -> bool:
    """Whether the pages cannot be asked to speak another language, or were asked by the browser alone and did not heed it."""
    language = taken.firmware.file.language
    return language is None or (language.cookie is None and taken.firmware.language != taken.studio.language)


def _titled(studio: Studio, language: str | None) -> Callable[[str], str]:
    """What a chapter is called in a video: as in the guide."""

    def titled(title: str) -> str:
        spoken = studio.firmware.language if studio.firmware else None
        code = language or (spoken if spoken in LANGUAGES else None) or "en"
        return words_in(code).chapter(title, studio.translations.get(title, {}))[0]

    return titled


def _no_video(why: str) -> str:
    if "Executable doesn't exist" not in why:
        return f"no video: {why}"
    return f"no video: Playwright's encoder is missing; to get it, type: {sys.executable} -m playwright install ffmpeg"


def _undo(taken: Film, shooting: Shooting, url: str, batch: Batch) -> None:
    """HTTPS off again, if the film was what switched it on."""
    https = taken.report.https
    if https is None or https.before or not https.after:
        return
    manner = replace(shooting.manner, check=False, screenshots=False)
    with tempfile.TemporaryDirectory(prefix="nvrflow-guide-") as scratch:
        report, _ = Run("disable_https", url, shooting.user, shooting.password(url), manner, out=Path(scratch)).go()
    if report.error:
        batch.remarks.append(
            f"{url}: HTTPS could not be switched off again ({report.error['message']}); the next guide shows it on"
        )


def _folder(shown: Film, batch: Batch, out: Path) -> str:
    """A folder for one of several recorders, named after its firmware, and its host where that is not enough."""
    name = shown.firmware.name.replace("/", "-")
    others = {made.folder.relative_to(out).parts[0] for made in batch.guides if made.address != shown.report.recorder}
    host = shown.report.recorder.partition("://")[2].replace(":", "-").replace("[", "").replace("]", "")
    return f"{name}-{host}" if name in others else name


def _write_index(guides: Sequence[Made], out: Path, wish: Wish) -> Path:
    words = words_in("en" if any(made.language == "en" for made in guides) else guides[0].language)
    rows = []
    for made in guides:
        files = [(name.upper(), path.relative_to(out).as_posix()) for name, path in made.files.items()]
        name = words.language_name(made.language)
        rows.append(
            {"recorder": made.recorder, "title": made.title, "language": made.language, "language_name": name,
             "files": files, "problem": made.problem}
        )  # fmt: skip
    title = words.label("index")
    write_if_changed(out / "index.html", as_index(title, words, wish.theme, rows).encode())
    lines = [f"# {title}", ""]
    for made, row in zip(guides, rows, strict=True):
        links = " · ".join(f"[{name}]({target})" for name, target in row["files"])
        lines.append(f"- {made.recorder}, {row['language_name']}: {links}" + (f" – {made.problem}" if made.problem else ""))
    write_if_changed(out / "index.md", ("\n".join(lines) + "\n").encode())
    return out / "index.html"
