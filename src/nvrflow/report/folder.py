"""The run folder: report.json, report.html, junit.xml, pictures and downloads."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nvrflow.errors import NvrflowError, WrongCall
from nvrflow.report import Report
from nvrflow.report.pictures import Picture, png, thumbnail
from nvrflow.report.secrecy import Gate


@dataclass
class RunFolder:
    """Where one run is written; `document` is what went into report.json."""

    path: Path
    document: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def create(cls, out: Path | None, flow: str, url: str) -> RunFolder:
        """`out`, or a new folder below `nvrflow-runs/` here. Nothing is deleted. Raises WrongCall if it cannot be written."""
        path = out or _fresh(Path("nvrflow-runs"), flow, url)
        try:
            path.mkdir(parents=True, exist_ok=True)
            probe = path / ".nvrflow"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as problem:
            raise WrongCall(f"--out {path}: cannot be written ({problem.strerror}); name a folder of your own") from None
        return cls(path.resolve())

    @property
    def downloads(self) -> Path:
        """Where downloaded files go."""
        return self.path / "downloads"

    def write(self, report: Report, pictures: list[Picture], secrets: set[str]) -> None:
        """Write everything; whatever holds a secret is written without it, and the report says so."""
        from nvrflow.report.html import as_html
        from nvrflow.report.junit import as_junit

        thumbnails = self._write_pictures(report, pictures)
        gate = Gate(secrets)
        document = gate.data(report.as_dict())
        if gate.found:
            document["notes"].append("a secret would have been in this report; it was covered")
        self.document = document
        self._replace("report.json", json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        self._replace("junit.xml", gate.text(as_junit(document)))
        self._replace("report.html", gate.text(as_html(document, thumbnails)))

    def _write_pictures(self, report: Report, pictures: list[Picture]) -> dict[str, str]:
        """The annotated and the raw picture of each step; returns the thumbnails as data URLs, by step id."""
        if not pictures:
            return {}
        (self.path / "steps").mkdir(exist_ok=True)
        numbers = {step.id: number for number, step in enumerate(report.steps, 1)}
        by_id = {step.id: step for step in report.steps}
        thumbnails = {}
        for picture in pictures:
            number = numbers[picture.step_id]
            name = f"steps/{number:02}-{picture.step_id}"
            raw = picture.raw()
            try:
                shown = picture.annotated(raw, number)
            except NvrflowError as problem:
                report.notes.append(str(problem))
                continue
            self._replace_bytes(f"{name}.raw.png", png(raw))
            self._replace_bytes(f"{name}.png", png(shown))
            by_id[picture.step_id].screenshot = f"{name}.png"
            thumbnails[picture.step_id] = "data:image/jpeg;base64," + base64.b64encode(thumbnail(shown)).decode()
        return thumbnails

    def _replace(self, name: str, text: str) -> None:
        self._replace_bytes(name, text.encode("utf-8"))

    def _replace_bytes(self, name: str, data: bytes) -> None:
        fresh = self.path / f"{name}.new"
        fresh.write_bytes(data)
        fresh.replace(self.path / name)


def _fresh(top: Path, flow: str, url: str) -> Path:
    host = re.sub(r"[^\w.-]+", "-", urlsplit(url).netloc).strip("-")
    name = f"{datetime.now():%Y%m%d-%H%M%S}-{flow}-{host}"
    number, path = 2, top / name
    while path.exists():
        path, number = top / f"{name}-{number}", number + 1
    return path
