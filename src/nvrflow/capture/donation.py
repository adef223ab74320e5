"""What a donated capture would tell a stranger: its files, what was replaced, and every word that stands on its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nvrflow.capture.archive import Capture, CapturedPage

_SAID = re.compile(r'"((?:[^"\\]|\\.)+)"|: (?!/url)(.+)$')
_BOX = re.compile(r"\[box=[^\]]*\]")
MEANING = (
    "This folder holds the structure of the recorder's pages, their labels and attributes, and the words of its dictionary. It"
    " has no pictures, no scripts and none of the manufacturer's styles. nvrflow sends it to nobody: you decide who gets it."
    " In a public repository everybody can read it, and it cannot be taken back from there. It also says which model and firmware"
    " you have. Read the words below, and do not give the folder away if one of them says who or where you are."
)


def words_on(page: CapturedPage) -> Iterator[str]:
    """Every text that stands on a page, once, in the page's order."""
    found = (match for line in page.aria.splitlines() for match in _SAID.finditer(_BOX.sub("", line)))
    yield from dict.fromkeys((match[1] or match[2]).strip() for match in found)


def preview(capture: Capture) -> Iterator[str]:
    """What is in the capture, for a person to read before it is written: sizes, facts of the device, words of each page."""
    files = [path for path in capture.folder.rglob("*") if path.is_file()]
    summary, size = capture.summary, sum(path.stat().st_size for path in files)
    yield f"{len(files)} files, {size / 1000:.0f} kB"
    told = {"selector file": summary.firmware, "model": summary.model, "version": summary.version}
    yield "Device: " + ", ".join(f"{name} {value}" for name, value in told.items() if value)
    yield "Replaced by made-up values: " + (", ".join(f"{n} of kind {kind}" for kind, n in summary.replaced.items()) or "nothing")
    known: set[str] = set()
    for language in capture.languages:
        for page in capture.pages(language):
            new = [word for word in words_on(page) if word not in known]
            known.update(new)
            if new:
                yield f"{page.name} ({language}): {' | '.join(new)}"
