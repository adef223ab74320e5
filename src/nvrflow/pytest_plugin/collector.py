"""After a failure: what the recorder itself shows to explain it, such as its log, as the selector file names it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nvrflow.errors import HeldBack, NvrflowError

if TYPE_CHECKING:
    from nvrflow.recorder import Recorder

COLLECTED = pytest.StashKey["Collected"]()
LIMIT = 20.0  # seconds for all that is collected after one failure
_NEVER_AFTER = ("sign-in-refused", "account-locked")


@dataclass
class Collected:
    """What was collected: the words of each page or element, by its name in the selector file, and pictures of the pages."""

    words: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)

    def write(self, folder: Path, secrets: Iterable[str]) -> list[tuple[str, Path]]:
        """Write it without the secrets; returns the files with their kinds."""
        from nvrflow.report.plain import plain
        from nvrflow.report.secrecy import Gate
        from nvrflow.whole_file import write_whole

        if not self.words:
            return []
        folder.mkdir(parents=True, exist_ok=True)
        gate, kept = Gate(secrets), [("collected", folder / "collected.txt")]
        text = "\n\n".join(f"== {name}\n{plain(said)}" for name, said in self.words.items())
        write_whole(folder / "collected.txt", gate.text(f"{text}\n").encode())
        for name, image in self.pictures.items():
            path = folder / f"collected-{re.sub('[^A-Za-z0-9_]', '-', name)}.png"
            write_whole(path, image)
            kept.append((f"collected_{name}", path))
        return kept


def collect(recorder: Recorder, kind: str) -> Collected:
    """Look at what the selector file names below `explain`; nothing after a refused sign-in, or where nobody is signed in.

    Nobody signs in for it, and nothing is changed on the recorder. What cannot be seen is said in its place.
    """
    from nvrflow.recorder.read_only import read_only

    wanted, found = recorder.firmware.file.explain, Collected()
    if not wanted or kind in _NEVER_AFTER or not recorder.signed_in or recorder.steps.objection():
        return found
    known = recorder.report.firmware or {}
    found.words["recorder"] = f"{known.get('name')}, {known.get('model') or 'model not known'}, version {known.get('version')}"
    with read_only(recorder, LIMIT):
        for name in wanted:
            _look(recorder, name, found)
    return found


def _look(recorder: Recorder, name: str, found: Collected) -> None:
    from nvrflow.browser.playwright_errors import PlaywrightError
    from nvrflow.pytest_plugin.artefacts import screen
    from nvrflow.recorder.read_only import words_on

    page, _, element = name.partition(".")
    try:
        shown = recorder.go_to(page)
        if element:
            found.words[name] = shown.read(element)
            return
        found.words[name] = words_on(recorder)
        image = screen(recorder)
    except (NvrflowError, PlaywrightError, HeldBack) as problem:
        found.words[name] = f"not collected: {str(problem).splitlines()[0] if str(problem) else type(problem).__name__}"
        return
    if image:
        found.pictures[name] = image
