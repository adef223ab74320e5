"""Several guides in one call: every run in every language, and an index of them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nvrflow.guide.fonts import missing_font
from nvrflow.guide.html import as_index
from nvrflow.guide.making import Made, Wish, make_guide
from nvrflow.guide.source import Source
from nvrflow.guide.words import words_in
from nvrflow.report.likeness import write_if_changed


@dataclass(frozen=True)
class Layout:
    """Where guides go: below `out`, in one folder per recorder if there are `several`, and per language if there are `many`."""

    out: Path
    wish: Wish
    several: bool = False
    many: bool = False


@dataclass
class Batch:
    """The guides that were written: `remarks` say what was not possible, `index` is the page that leads to several guides."""

    guides: list[Made] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    index: Path | None = None

    def add(self, source: Source, language: str | None, layout: Layout) -> None:
        """Write one guide. Raises what `make_guide` raises."""
        top = layout.out / _folder(source, self, layout.out) if layout.several else layout.out
        folder = top / language if layout.many and language else top
        self.guides.append(make_guide(source, folder, layout.wish, language))

    def finish(self, layout: Layout) -> None:
        """Write the index of several guides, and remark which fonts are missing on this computer for their languages."""
        self.remarks += _without_fonts(self.guides, layout.wish)
        if len(self.guides) > 1:
            self.index = _write_index(self.guides, layout.out, layout.wish)


def _without_fonts(guides: Sequence[Made], wish: Wish) -> list[str]:
    """What to do if a PDF was printed without the letters of its language."""
    printed = {made.language for made in guides} if "pdf" in wish.formats else set()
    return [said for language in sorted(printed) if (said := missing_font(language, wish.browser))]


def _folder(source: Source, batch: Batch, out: Path) -> str:
    """A folder for one of several recorders, named after its firmware, with a number if two have one firmware."""
    name = str((source.report.firmware or {})["name"]).replace("/", "-")
    taken = {made.folder.relative_to(out).parts[0]: made.origin for made in batch.guides}
    number, folder = 1, name
    while taken.get(folder, source.report.recorder) != source.report.recorder:
        number += 1
        folder = f"{name}-{number}"
    return folder


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
