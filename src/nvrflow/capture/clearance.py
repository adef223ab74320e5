"""The last look at a capture before it appears: what the scanner finds is replaced once more, and removed if that fails."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from nvrflow.capture.archive import OK, PICTURES, Capture
from nvrflow.capture.controls import control_from
from nvrflow.capture.known_values import learn_fields
from nvrflow.capture.resource import within
from nvrflow.capture.scanner import Leak, Scanner
from nvrflow.capture.scrubber import Scrubber
from nvrflow.capture.vocabulary import words_kept
from nvrflow.content import as_yaml, from_json, read_yaml
from nvrflow.errors import NvrflowError
from nvrflow.firmware import available, load_firmware

_NEEDED = ("page.html", "page.yaml")  # without these there is no page


@dataclass
class Clearance:
    """What was removed, in words, and the state of each page by language after that."""

    removed: list[str] = field(default_factory=list)
    pages: dict[str, dict[str, str]] = field(default_factory=dict)


def clear(folder: Path, scrubber: Scrubber, pages: Mapping[str, Mapping[str, str]]) -> Clearance:
    """Make sure that no private value is left in the files below `folder`; a file that still holds one is deleted."""
    scanner = scanner_of(scrubber)
    done = Clearance(pages={language: dict(states) for language, states in pages.items()})
    found = {leak.file for leak in scanner.scan(folder)}
    if fields := [folder / name for name in found if name.endswith("/page.yaml")]:
        for file in fields:
            learn_fields(scrubber, map(control_from, read_yaml(file).data.get("controls") or ()))
        scanner = scanner_of(scrubber)
        found = {leak.file for leak in scanner.scan(folder)}
    for name in sorted(found):
        _replace_once_more(folder / name, scrubber)
        _take_picture_out(folder, folder / name, done)
    left: dict[str, Leak] = {}
    for leak in scanner.scan(folder) if found else []:
        left.setdefault(leak.file, leak)
    for name, leak in left.items():
        (folder / name).unlink(missing_ok=True)
        done.removed.append(name)
        _take_page_out(folder, name, leak, done)
    return done


def scanner_of(scrubber: Scrubber) -> Scanner:
    """A scanner for everything that was replaced."""
    originals: dict[str, str] = {
        value: kind for value, kind in scrubber.kinds.items() if scrubber.known[value] != value and value not in scrubber.kept
    }
    return Scanner(originals, {*scrubber.kept, *scrubber.substitutes.made})


def leaks_in(capture: Capture, own: Path | None = None) -> list[Leak]:
    """What looks like private data in a capture that somebody has sent, by its looks alone; `own` are own selector files.

    Without the selector file of the capture, or with an invalid one, its words are not known. Raises InvalidFile for a damaged
    capture.
    """
    allowed = {*capture.summary.made_up, *capture.summary.files.values(), capture.summary.selectors or "", *available(own)}
    if capture.firmware is not None:
        with suppress(NvrflowError):
            allowed |= set(words_kept(load_firmware(capture.firmware, own)))
    for file in (capture.folder / "words").glob("*.json"):
        allowed |= set(capture.words(file.stem).values())
    return Scanner({}, {word for word in allowed if len(word) > 2}).scan(capture.folder)


def _replace_once_more(file: Path, scrubber: Scrubber) -> None:
    if file.suffix in (".yaml", ".json"):
        is_json = file.suffix == ".json"
        data = scrubber.data(from_json(file.read_bytes()) if is_json else read_yaml(file).data)
        file.write_text(json.dumps(data, ensure_ascii=False, indent=1) if is_json else as_yaml(data), encoding="utf-8")
    elif file.name not in PICTURES:
        text = file.read_text(encoding="utf-8", errors="replace")
        file.write_text(within(text, scrubber, "css" if file.suffix == ".css" else "page"), encoding="utf-8")


def _take_picture_out(folder: Path, changed: Path, done: Clearance) -> None:
    """Delete the picture of a page whose words were still private when it was taken."""
    for picture in (changed.parent / name for name in PICTURES):
        if changed.suffix in (".html", ".yaml") and picture.is_file():
            picture.unlink()
            done.removed.append(picture.relative_to(folder).as_posix())


def _take_page_out(folder: Path, name: str, leak: Leak, done: Clearance) -> None:
    parts = Path(name).parts
    if len(parts) != 4 or parts[3] not in _NEEDED:
        return
    _, language, page, _ = parts
    if done.pages.get(language, {}).get(page) == OK:
        done.pages[language][page] = f"was removed, because private data could not be cleared ({leak.kind} {leak.where})"
    shutil.rmtree(folder / "pages" / language / page, ignore_errors=True)
