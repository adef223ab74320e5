"""What a donated capture would tell a stranger: its files, what was replaced, and every word that stands on its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from nvrflow.capture.archive import Capture, CapturedPage
from nvrflow.capture.captured_file import text_in

_SAID = re.compile(r'"((?:[^"\\]|\\.)+)"|: (?!/url)(.+)$')
_BOX = re.compile(r"\[box=[^\]]*\]")
_SPEAK = ("title", "placeholder", "alt", "value", "label", "content", "summary")  # attributes that hold words
MEANING = (
    "This folder holds the structure of the recorder's pages, their labels and attributes, and the words of its dictionary. It"
    " has no pictures, no scripts and none of the manufacturer's styles. nvrflow sends it to nobody: you decide who gets it."
    " In a public repository everybody can read it, and it cannot be taken back from there. It also says which model and firmware"
    " you have. Read the words below. If one of them says who or where you are, do not write the folder: capture once more with"
    " `--replace WORD`."
)


def words_on(page: CapturedPage) -> Iterator[str]:
    """Every text that stands on a page, once, in the page's order."""
    lines = (line for line in page.aria.splitlines() if not line.lstrip(" -").startswith("/url:"))
    found = (match for line in lines for match in _SAID.finditer(_BOX.sub("", line)))
    yield from dict.fromkeys((match[1] or match[2]).strip() for match in found)


def hidden_words(page: CapturedPage) -> Iterator[str]:
    """Every text in the page's files that nobody sees on the page: hidden parts, choices of lists, tooltips, values."""
    reader = _Words()
    for file in sorted(page.folder.glob("*.html")):
        reader.feed(text_in(file))
    reader.close()
    shown = "\n".join(words_on(page))
    yield from (word for word in dict.fromkeys(reader.said) if word not in shown)


class _Words(HTMLParser):
    """Collects what stands in HTML for people to read."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._no_words = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._no_words += tag in ("style", "script")
        is_ours = tag == "meta" and any(name == "http-equiv" for name, _ in attrs)  # what a page is not allowed to load
        for name, value in attrs if not is_ours else []:
            if name in _SPEAK or (name.startswith(("aria-", "data-")) and not name.startswith("data-cap")):
                self._add(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._no_words -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._no_words:
            self._add(data)

    def _add(self, text: str) -> None:
        said = " ".join(text.split())
        if any(map(str.isalpha, said)):
            self.said.append(said)


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
            unseen = [word for word in hidden_words(page) if word not in known]
            known.update(unseen)
            if unseen:
                yield f"{page.name} ({language}), in the page and not visible: {' | '.join(unseen)}"
