"""A guide's folder: Markdown, HTML, PDF and pictures; only changed files are written, and old files are deleted."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nvrflow.browser import Browser, find_browser
from nvrflow.browser.pdf import print_pdf
from nvrflow.content import from_json
from nvrflow.errors import WrongCall
from nvrflow.guide.composing import compose
from nvrflow.guide.html import as_html
from nvrflow.guide.manual import Guide
from nvrflow.guide.markdown import as_markdown
from nvrflow.guide.pictures import Plate, plates
from nvrflow.guide.source import Source
from nvrflow.guide.theme import Theme, read_theme
from nvrflow.guide.words import LANGUAGES, Words, words_in
from nvrflow.report import nvrflow_version
from nvrflow.report.likeness import write_if_changed

FORMATS = ("md", "html", "pdf")
_MANIFEST = "guide.json"


@dataclass(frozen=True)
class Wish:
    """How guides are written: which files, how they look, and the day on the title page.

    With None the day is that of the run, or that of the earlier guide in the folder if nothing has changed since.
    """

    formats: tuple[str, ...] = FORMATS
    theme: Theme = field(default_factory=read_theme)
    date: str | None = None
    browser: Path | Browser | None = None


@dataclass(frozen=True)
class Made:
    """One guide that was written: `files` by format, `written` are the changed files, `problem` is what it could not show."""

    folder: Path
    language: str
    title: str
    recorder: str
    address: str
    origin: str
    firmware: str
    run: Path
    files: Mapping[str, Path]
    written: tuple[str, ...]
    chapters: int
    pictures: int
    problem: str = ""
    kind: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The result as plain data for JSON."""
        return {
            "folder": str(self.folder),
            "language": self.language,
            "recorder": self.address,
            "firmware": self.firmware,
            "run": str(self.run),
            "files": {name: str(path) for name, path in self.files.items()},
            "written": list(self.written),
            "chapters": self.chapters,
            "pictures": self.pictures,
            "error": {"kind": self.kind, "message": self.problem} if self.problem else None,
        }


def make_guide(source: Source, out: Path, wish: Wish, language: str | None = None) -> Made:
    """Write the guide of `source` into the folder `out`, in `language` or else in the language of the recorder's pages.

    Raises WrongCall if the folder holds other files or cannot be written, NvrflowError for a picture without its target.
    """
    source.must_tell()
    spoken = source.report.language
    words = words_in(language or (spoken if spoken in LANGUAGES else None) or "en")
    before = _earlier(out)
    guide = compose(source, words, "")
    pictures = {plate.step_id: plate for plate in plates(source, guide, wish.theme, out / "raw")}
    video = next(iter(source.record.videos), None) if not source.placeholder else None  # a video cannot be covered
    guide = replace(guide, video=video.name if video else "")
    digest = _digest(guide, words, wish.theme, pictures)
    day = wish.date or (before.get("date") if before.get("digest") == digest else None) or _day_of(source)
    guide = replace(compose(source, words, day), video=guide.video)
    same = before.get("digest") == digest and before.get("date") == day
    try:
        written = _write(out, guide, words, wish, pictures, same)
        if video is not None:
            written[video.name] = write_if_changed(out / video.name, video.read_bytes())
        manifest = {"nvrflow": nvrflow_version(), "digest": digest, "date": day, "files": sorted(written)}
        changed = [name for name, new in written.items() if new]
        write_if_changed(out / _MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())
        _sweep(out, set(before.get("files", ())) - set(written))
    except OSError as problem:
        raise WrongCall(f"--out {out}: cannot be written ({problem.strerror}); name a folder of your own") from None
    files = {name: out / f"guide.{name}" for name in wish.formats}
    if video is not None:
        files["video"] = out / video.name
    return _made(source, guide, out, files, changed)


def _made(source: Source, guide: Guide, out: Path, files: dict[str, Path], changed: list[str]) -> Made:
    ended = source.problem
    return Made(
        folder=out,
        language=guide.language,
        title=guide.title,
        recorder=guide.recorder,
        address=source.placeholder or source.report.recorder,
        origin=source.report.recorder,
        firmware=str((source.report.firmware or {})["name"]),
        run=source.record.path,
        files=files,
        written=tuple(changed),
        chapters=len(guide.chapters),
        pictures=len(list(guide.figures())),
        problem=str(ended or ""),
        kind=ended.kind if ended else "",
    )


def _write(out: Path, guide: Guide, words: Words, wish: Wish, pictures: Mapping[str, Plate], same: bool) -> dict[str, bool]:
    """Write each file if it changed; returns every file of the guide, and whether it was written."""
    written: dict[str, bool] = {}

    def write(name: str, data: bytes) -> None:
        written[name] = write_if_changed(out / name, data)

    for name, plate in pictures.items():
        write(f"raw/{name}.png", plate.raw)
        if "md" in wish.formats:
            write(f"pictures/{name}.png", plate.crop)
            write(f"pictures/{name}-whole.png", plate.whole)
    if "md" in wish.formats:
        write("guide.md", as_markdown(guide, words).encode())
    html = as_html(guide, words, wish.theme, pictures).encode() if {"html", "pdf"} & set(wish.formats) else b""
    if "html" in wish.formats:
        write("guide.html", html)
    if "pdf" in wish.formats:
        if same and (out / "guide.pdf").is_file():
            written["guide.pdf"] = False
        else:
            write("guide.pdf", _printed(html, wish.browser, guide.date))
    return written


def _day_of(source: Source) -> str:
    """The day of the run, so that its guide is the same whenever it is written."""
    began = source.report.started[:10]
    return began if re.fullmatch(r"\d{4}-\d\d-\d\d", began) else datetime.date.today().isoformat()


def _printed(html: bytes, browser: Path | Browser | None, date: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="nvrflow-guide-") as scratch:
        file = Path(scratch) / "guide.html"
        file.write_bytes(html)
        return print_pdf(file, browser if isinstance(browser, Browser) else find_browser(browser), date)


def _earlier(out: Path) -> dict[str, Any]:
    """The manifest of the guide in `out`; empty for a new folder. Raises WrongCall if other files are there."""
    if out.exists() and not out.is_dir():
        raise WrongCall(f"--out {out}: is a file; name a folder")
    try:
        found = from_json((out / _MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        if out.is_dir() and any((out / f"guide.{name}").exists() for name in FORMATS):
            raise WrongCall(f"--out {out}: holds a guide that nvrflow did not write; name a new folder") from None
        return {}
    except (OSError, ValueError):
        raise WrongCall(f"--out {out}: its {_MANIFEST} cannot be read; name a new folder") from None
    return found if isinstance(found, dict) else {}


def _digest(guide: Guide, words: Words, theme: Theme, pictures: Mapping[str, Plate]) -> str:
    """All that a reader sees, except the day."""
    parts = [nvrflow_version(), as_markdown(guide, words), theme.model_dump_json(), as_html(guide, words, theme, {**pictures})]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _sweep(out: Path, left_over: set[str]) -> None:
    """Delete files of the earlier guide that are not part of this guide; no other file, and nothing outside the folder."""
    for name in left_over:
        path = out / name
        if path.is_file() and path.resolve().is_relative_to(out.resolve()):
            path.unlink()
