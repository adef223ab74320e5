"""Writes a capture folder: every text passes the scrubber, and the folder appears whole or not at all."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nvrflow.capture.archive import FORMAT, NAME, PICTURES, PageFacts, Summary
from nvrflow.capture.inventory import digests_of, files_of
from nvrflow.capture.scrubber import Scrubber
from nvrflow.content import as_yaml
from nvrflow.errors import NvrflowError, WrongCall

LIGHTEST = 0xFC  # of a channel in a picture; what was up to 255 is this
_FEWER_COLOURS = [min(value + 2, 255) & 0xFC for value in range(256)]  # six bits of each channel: the eye sees no difference

if TYPE_CHECKING:
    from nvrflow.capture.snapshot import Snapshot, Wardrobe


@dataclass(frozen=True)
class Writer:
    """Writes below `draft`, a folder beside `out` that becomes `out` in the end."""

    out: Path
    draft: Path
    scrubber: Scrubber

    @classmethod
    def begin(cls, out: Path, scrubber: Scrubber) -> Writer:
        """Raises WrongCall if `out` cannot become a capture: it exists and is not empty, or cannot be written."""
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise WrongCall(f"--out {out}: exists already and is not empty; name a new folder")
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            return cls(out, Path(tempfile.mkdtemp(prefix=".nvrflow-capture-", dir=out.parent)), scrubber)
        except OSError as problem:
            raise WrongCall(f"--out {out}: cannot be written ({problem.strerror}); name a folder of your own") from None

    def page(self, language: str, name: str, snapshot: Snapshot) -> Path:
        """Write the documents of one page; returns its folder."""
        folder = self.draft / "pages" / language / name
        for file, text in snapshot.documents.items():
            self._write(folder / file, text)
        return folder

    def facts(self, folder: Path, facts: PageFacts) -> None:
        """Write page.yaml."""
        data = {key: value for key, value in asdict(facts).items() if key not in ("controls", "elements")}
        data["elements"] = {name: _without_empty(asdict(one)) for name, one in facts.elements.items()}
        data["controls"] = [one.as_dict() for one in facts.controls]
        self._write(folder / "page.yaml", as_yaml(_plain(self.scrubber.data(_plain(data)))))

    def picture(self, folder: Path, png: bytes) -> None:
        """Write page.webp without loss, with nothing but its pixels. No colour depends on others, so that two can be compared."""
        from PIL import Image

        with Image.open(io.BytesIO(png)) as image:
            image.convert("RGB").point(_FEWER_COLOURS * 3).save(folder / PICTURES[0], "WEBP", lossless=True, method=4)

    def styles(self, wardrobe: Wardrobe) -> None:
        """Write each style sheet once."""
        for name in wardrobe.sheets:
            self._write(self.draft / "styles" / f"{name}.css", wardrobe.sheet(name, self.scrubber))

    def words(self, language: str, words: Mapping[str, str]) -> None:
        """Write the recorder's dictionary in one language, if it has any."""
        if words:
            self._write(self.draft / "words" / f"{language}.json", _json(dict(sorted(words.items()))))

    def device(self, facts: Mapping[str, Any]) -> None:
        """Write device.json."""
        self._write(self.draft / "device.json", _json(self.scrubber.data(_plain(facts))))

    def summary(self, summary: Summary) -> None:
        """Write capture.yaml, with the digest of every file that is there."""
        digests = digests_of(files_of(self.draft))
        self.scrubber.keep((*digests.values(), summary.selectors or ""))
        data = {key: value for key, value in _plain(asdict(summary)).items() if value not in ((), [], {}, None, False)}
        data |= {key: self.scrubber.data(data[key]) for key in ("pages", "removed", "differs", "notes") if key in data}
        self._write(self.draft / NAME, as_yaml({"format": FORMAT, **data, "files": digests}))

    def finish(self) -> None:
        """Let the folder appear. Raises NvrflowError if it cannot be moved there."""
        try:
            if self.out.is_dir():
                self.out.rmdir()
            self.draft.chmod(0o755)
            self.draft.rename(self.out)
        except OSError as problem:
            raise NvrflowError(f"--out {self.out}: cannot be written ({problem.strerror}); name a new folder") from None

    def give_up(self) -> None:
        """Leave nothing behind of a capture that did not come to its end."""
        with suppress(OSError):
            shutil.rmtree(self.draft)

    def _write(self, file: Path, text: str) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode("utf-8", "replace"))
        except OSError as problem:
            raise NvrflowError(f"{file}: cannot be written ({problem.strerror}); make room, or name another folder") from None


def _plain(value: Any) -> Any:
    """Plain data with texts that have no half of a character in them, and lists for tuples."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Mapping):
        return {_plain(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not None}


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
