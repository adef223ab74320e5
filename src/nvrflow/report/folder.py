"""The run folder: report.json, report.html, junit.xml, pictures and downloads."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from nvrflow.address import link_of
from nvrflow.errors import NvrflowError, WrongCall
from nvrflow.report import Report
from nvrflow.report.darkroom import Darkroom
from nvrflow.report.illustration import Sheet
from nvrflow.report.likeness import write_if_changed
from nvrflow.report.pictures import Picture
from nvrflow.report.plain import plain
from nvrflow.report.record import report_of
from nvrflow.report.secrecy import WARNING, Gate, blank
from nvrflow.whole_file import write_whole


@dataclass
class RunFolder:
    """The folder into which one run is written; `document` is the content of report.json.

    `writers` are documents in place of junit.xml and report.html, by their names, from report.json and the thumbnails.
    """

    path: Path
    document: dict[str, Any] = field(default_factory=dict)
    writers: Mapping[str, Callable[[dict[str, Any], dict[str, bytes]], str]] = field(default_factory=dict)

    @classmethod
    def create(cls, out: Path | None, flow: str, url: str, runs: Path = Path("nvrflow-runs")) -> RunFolder:
        """`out`, or a new folder below `runs`. Nothing is deleted. Raises WrongCall if it cannot be written."""
        path = out if out is not None else runs
        try:
            path.mkdir(parents=True, exist_ok=True)
            path = path if out is not None else _fresh(path, flow, url)
            with tempfile.TemporaryFile(dir=path):
                pass
        except (FileExistsError, NotADirectoryError):
            raise WrongCall(f"--out {path}: cannot be written, because a file is in the way; name a folder") from None
        except OSError as problem:
            raise WrongCall(f"--out {path}: cannot be written ({problem.strerror}); name a folder of your own") from None
        return cls(path.resolve())

    @property
    def downloads(self) -> Path:
        """The folder for downloaded files."""
        return self.path / "downloads"

    def write(
        self,
        report: Report,
        pictures: list[Picture],
        secrets: Iterable[str],
        names: Iterable[str] = (),
        darkroom: Darkroom | None = None,
    ) -> None:
        """Write all files without the secrets; afterwards `report` has what was written, and a note if a secret was covered.

        `darkroom` may have developed the pictures already. `names` are the names in the selector file: a secret that is a part
        of one of them, or of a name in `report`, is not covered there. If a file cannot be written, the others are written
        nevertheless, and the run counts as failed.
        """
        thumbnails = self._write_pictures(report, pictures, darkroom or Darkroom())
        gate = Gate(secrets, {*names, *_known_names(report)})
        document = gate.data(_plain(report.as_dict()))
        if gate.found:
            document["notes"].append(WARNING)
        vars(report).update(vars(report_of(document)))  # later outputs show what was written
        self.document = document
        for name, text in self._texts(gate, thumbnails):
            try:
                write_whole(self.path / name, text.encode())
            except OSError as problem:
                where = f"{self.path / name}: cannot be written"
                report.failed(NvrflowError(f"{where} ({problem.strerror}); the flow itself had ended before"))
                document |= {"outcome": report.outcome, "error": report.error}

    def write_illustrations(self, report: Report, sheets: Iterable[Sheet]) -> None:
        """Write the pictures for documentation that the flow asked for. One that cannot be written becomes a note."""
        for sheet in sheets:
            name = f"pictures/{sheet.facts.name}.png"
            try:
                write_if_changed(self.path / name, sheet.encoded(".png"))
            except OSError as problem:
                report.notes.append(f"no picture {sheet.facts.name}: {name} cannot be written ({problem.strerror})")
            else:
                report.illustrations.append(replace(sheet.facts, file=name))

    def _texts(self, gate: Gate, thumbnails: dict[str, bytes]) -> Iterator[tuple[str, str]]:
        """The name of each file and its text without secrets; report.json is last, so that it can mention the others."""
        from nvrflow.report.html import as_html
        from nvrflow.report.junit import as_junit

        for name, write in {"junit.xml": lambda said, _: as_junit(said), "report.html": as_html, **self.writers}.items():
            yield name, gate.written(write(self.document, thumbnails), partial(write, blank(self.document), {}))
        yield "report.json", json.dumps(self.document, ensure_ascii=False, indent=2) + "\n"

    def _write_pictures(self, report: Report, pictures: list[Picture], darkroom: Darkroom) -> dict[str, bytes]:
        """The annotated and the raw picture of each step, and those of failures.

        Returns JPEG thumbnails by the pictures' names. What fails becomes a note.
        """
        by_id = {step.id: (number, step) for number, step in enumerate(report.steps, 1)}
        thumbnails = {}
        report.pictures = report.pictures if pictures else "none"
        for picture in pictures:
            number, step = by_id[picture.step_id]
            name = f"steps/{number:02}-{picture.name}"
            try:
                print_ = darkroom.take(picture, number)
                (self.path / "steps").mkdir(exist_ok=True)
                if not picture.after:
                    write_whole(self.path / f"{name}.raw.png", print_.raw)
                write_whole(self.path / f"{name}.png", print_.marked)
            except NvrflowError as problem:
                report.notes.append(f"no picture of step {number}: {problem}")
            except OSError as problem:
                report.notes.append(f"no picture of step {number}: {name}.png cannot be written ({problem.strerror})")
            else:
                thumbnails[picture.name] = print_.small
                if picture.after:
                    step.failure = f"{name}.png"
                else:
                    step.screenshot, step.raw, step.scale = f"{name}.png", f"{name}.raw.png", picture.scale
        return thumbnails


def _known_names(report: Report) -> Iterator[str]:
    """The names in `report` that were known before any secret was."""
    yield report.flow
    yield from (step.id for step in report.steps)
    yield from (one.name for one in report.illustrations)
    if report.firmware:
        yield str(report.firmware["name"])
    if "@" not in report.recorder:
        yield from (report.recorder, link_of(report.recorder).host)


def _plain(value: Any) -> Any:
    """Plain data with texts that terminals and XML accept."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _fresh(top: Path, flow: str, url: str) -> Path:
    """Make a new folder for a run, named after time, flow and host; no other run can take it."""
    host = re.sub(r"[^\w.-]+", "-", link_of(url).place.netloc).strip("-")
    name, number = f"{datetime.now():%Y%m%d-%H%M%S}-{flow}-{host}", 1
    while True:
        path = top / (name if number == 1 else f"{name}-{number}")
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
        else:
            return path
