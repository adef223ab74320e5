"""Selector files checked beyond what the loader refuses: missing words and elements, brittle locators, what nothing uses."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nvrflow.capture.archive import Capture
from nvrflow.capture.clearance import leaks_in
from nvrflow.capture.scanner import DAMAGED
from nvrflow.capture.trust_level import trust_in
from nvrflow.errors import InvalidFile, WrongCall
from nvrflow.firmware import Firmware
from nvrflow.firmware.checking import Origin, dotted, place
from nvrflow.firmware.loading import available, load
from nvrflow.firmware.model import SelectorFile
from nvrflow.firmware.parts import Where
from nvrflow.rehearsal.rehearsals import Rehearsal, rehearse
from nvrflow.running import flow_names

Loaded = tuple[SelectorFile, Origin]


@dataclass(frozen=True)
class Finding:
    """One thing to correct. An `error` keeps the file from being used, a `warning` makes it brittle, a `note` is for reading."""

    severity: str
    file: str
    line: int | None
    key: str
    what: str

    def __str__(self) -> str:
        at = f"{self.file}:{self.line}" if self.line else self.file
        return f"{at}: {self.severity}: {self.key}: {self.what}" if self.key else f"{at}: {self.severity}: {self.what}"

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


def lint(given: Sequence[Path] = (), own: Path | None = None, flows: Path | None = None) -> list[Finding]:
    """Everything worth correcting in the files and captures that are given, or in all selector files.

    Raises WrongCall for a file outside the folders, InvalidFile for a damaged capture.
    """
    captures = [path for path in given if Capture.is_at(path)]
    files = [path for path in given if path not in captures]
    private = [finding for path in captures for finding in _private(path, own)]
    return private if captures and not files else [*private, *_of_files(files, own, flows)]


def _private(capture: Path, own: Path | None) -> Iterator[Finding]:
    """What looks like private data in a capture that somebody gives away or has sent."""
    for leak in leaks_in(Capture.open(capture), own):
        advice = "capture it again, or delete the file and name it in `removed`"
        what = f"looks like private data: {leak.kind} ({leak.where}); {advice}"
        if leak.kind == DAMAGED:
            what = f"is {leak.where}; the capture is damaged, take it again"
        yield Finding("error", str(capture / leak.file), None, "", what)


def _of_files(files: Sequence[Path], own: Path | None, flows: Path | None) -> list[Finding]:
    known = available(own)
    names = [_name_of(path, known) for path in files] if files else list(known)
    sources = flow_names(flows)
    used = _words_of_flows(sources)
    found, loaded = list[Finding](), dict[str, Loaded]()
    for name in names:
        try:
            loaded[name] = load(name, own)
        except InvalidFile as problem:
            found.append(Finding("error", str(problem.file or known[name]), problem.line, problem.key or "", problem.what))
    rehearsals = rehearse(list(sources), [name for name, (file, _) in loaded.items() if not _only_refuses(file)], flows, own)
    found += [finding for name, one in loaded.items() for finding in _of(name, known[name], one, used, rehearsals)]
    return [*found, *_strange(rehearsals, sources)]


def table(own: Path | None = None) -> str:
    """All selector files as a Markdown table, with how far each can be trusted by its evidence: the one in the README."""
    rows = ["| selector file | recorders | firmware | languages | verified on |", "| --- | --- | --- | --- | --- |"]
    for name in available(own):
        file, _ = load(name, own)
        languages = ", ".join(Firmware(name, file).languages)
        cells = (
            name,
            f"{file.vendor} {', '.join(file.lines)}".strip(),
            file.firmware,
            languages,
            str(trust_in(name)),
        )
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _name_of(path: Path, known: dict[str, Path]) -> str:
    for name, file in known.items():
        if path.resolve() == file.resolve() or str(path) == name:
            return name
    if not path.is_file():
        raise InvalidFile("there is no such file", path)
    raise WrongCall(f"{path}: lies outside the selector files; name its folder with --selectors")


def _of(name: str, path: Path, loaded: Loaded, used: set[str], rehearsals: Sequence[Rehearsal]) -> Iterator[Finding]:
    file, origin = loaded
    missing = _missing(name, file, rehearsals)
    for where, what in (*_words(file), *_brittle(file), *_unused(file, used), *_unreachable(file, used), *missing):
        yield _finding(where, what, origin, path)


def _finding(where: Where, what: str, origin: Origin, path: Path) -> Finding:
    file, line = place(where, origin, path)
    return Finding("warning", str(file), line, dotted(where), what)


def _words(file: SelectorFile) -> Iterator[tuple[Where, str]]:
    """Texts without words in a language; where the recorder has a dictionary, the English ones lead to all others."""
    named = file.language.names.values() if file.language else ()
    has_dictionary = file.language is not None and bool(file.language.dictionary)
    wanted = ["en"] if has_dictionary else list(dict.fromkeys([*named, *Firmware("", file).languages]))
    for name, text in file.texts.items():
        without = [code for code in wanted if code not in text]
        if without:
            yield ("texts", name), f"has no words in {', '.join(without)}"


def _brittle(file: SelectorFile) -> Iterator[tuple[Where, str]]:
    for page_name, page in file.pages.items():
        for name, element in page.elements.items():
            bare = all(one.way == "css" and one.has_text is None for one in element.find)
            if bare and not element.called:
                what = "is found by CSS only; put what a person sees first, or say with `called` what a person calls it"
                yield ("pages", page_name, "elements", name), what


def _unused(file: SelectorFile, used: set[str]) -> Iterator[tuple[Where, str]]:
    ways = {(way.on, step) for page in file.pages.values() for way in page.all_ways for step in way.open}
    for page_name, page in file.pages.items():
        beside = {name for element in page.elements.values() for name in (element.off, *element.use_first)} | {*page.close}
        for name, element in page.elements.items():
            if not ((page_name, name) in ways or name in used or name in beside or element.secret or element.setting):
                yield ("pages", page_name, "elements", name), "is used by no flow and on no way to a page"
        for name in page.rows:
            if name not in used:
                yield ("pages", page_name, "rows", name), "is used by no flow"


def _unreachable(file: SelectorFile, used: set[str]) -> Iterator[tuple[Where, str]]:
    stations = {way.on for page in file.pages.values() for way in page.all_ways}
    for name, page in file.pages.items():
        if not page.all_ways and page.path is None and name not in used:
            yield ("pages", name), "no way leads to this page: it has neither `path` nor `on`, and no flow arrives at it"
        if name not in used and name not in stations:
            yield ("pages", name), "no flow goes to this page, and no other page lies on it"


def _missing(name: str, file: SelectorFile, rehearsals: Sequence[Rehearsal]) -> Iterator[tuple[Where, str]]:
    """Pages and elements that flows use and the file does not have."""
    pages: dict[str, set[str]] = {}
    elements: dict[tuple[str, str], set[str]] = {}
    for rehearsal in rehearsals:
        for one in rehearsal.missing.get(name, ()):
            if one.element is None:
                pages.setdefault(one.page, set()).add(rehearsal.flow)
            else:
                elements.setdefault((one.page, one.element), set()).add(one.flow)
    for page, names in pages.items():
        yield ("pages",), f"has no page `{page}`, so the {_flows(names)} cannot be used"
    for (page, element), names in elements.items():
        verb = "uses" if len(names) == 1 else "use"
        yield ("pages", page), f"has no `{element}`, which the {_flows(names)} {verb}"


def _strange(rehearsals: Sequence[Rehearsal], sources: dict[str, Path]) -> Iterator[Finding]:
    for rehearsal in rehearsals:
        if rehearsal.strange:
            said = f"this flow cannot be tried out without a recorder ({rehearsal.strange}); what it uses is not checked"
            yield Finding("note", str(sources[rehearsal.flow]), None, "", said)


def _only_refuses(file: SelectorFile) -> bool:
    """Whether the file is there to say that nothing can be done: an obstacle that stays, and no page behind the first."""
    stays = any(obstacle.means in ("plugin-needed", "product-defect") for obstacle in file.obstacles.values())
    return stays and len(file.pages) < 2


def _flows(names: set[str]) -> str:
    return f"{'flow' if len(names) == 1 else 'flows'} {', '.join(sorted(names))}"


def _words_of_flows(sources: dict[str, Path]) -> set[str]:
    """Every text constant in every flow: the names of pages and elements are among them. Raises InvalidFile for no Python."""
    trees = [_parsed(path) for path in sources.values()]
    return {
        node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError) as problem:
        raise InvalidFile(f"is not Python: {problem}", path, getattr(problem, "lineno", None)) from None
