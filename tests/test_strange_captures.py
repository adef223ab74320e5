"""A capture from a stranger, or a damaged one: what it must not do to whoever opens it."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from nvrflow.capture import inventory
from nvrflow.capture.archive import Capture
from nvrflow.capture.draft import MadeUp
from nvrflow.content import as_yaml, read_yaml
from nvrflow.errors import InvalidFile
from nvrflow.history.chronicle import chronicles
from nvrflow.linting import lint

GOOD: dict[str, Any] = {"format": 1, "nvrflow": "1.0", "when": "2026-11-28", "languages": ["en"], "pages": {"en": {"a": "ok"}}}


def written(folder: Path) -> Path:
    """A small capture without a key of a later version."""
    page = folder / "pages" / "en" / "a"
    page.mkdir(parents=True)
    (folder / "capture.yaml").write_text(as_yaml(GOOD))
    (folder / "device.json").write_text("{}")
    (page / "page.yaml").write_text(as_yaml({"path": "/"}))
    (page / "page.html").write_text("<h1>A</h1>")
    return folder


@pytest.mark.parametrize("place", ["capture.yaml", "styles", "pages/en/a/page.html", "pages/en/pipe"])
def test_a_capture_that_may_lead_out_of_its_folder_is_not_opened(tmp_path: Path, place: str) -> None:
    outside = written(tmp_path / "outside")
    (outside / "styles").mkdir()
    folder = written(tmp_path / "capture")
    assert Capture.open(folder).languages == ("en",)
    (folder / place).unlink(missing_ok=True)
    if place.endswith("pipe"):
        os.mkfifo(folder / place)
    else:
        (folder / place).symlink_to(next(outside.rglob(Path(place).name)))
    what = "neither a file nor a folder" if place.endswith("pipe") else "a symbolic link"
    with pytest.raises(InvalidFile, match=rf"{place}: is {what}, and a capture has none; it may lead out of the folder") as found:
        Capture.open(folder)
    assert chronicles(tmp_path)[1] == [str(found.value)]


def test_a_capture_that_is_larger_than_any_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path / "capture")
    with (folder / "large.html").open("wb") as large:
        large.truncate(inventory.LARGEST_FILE + 1)  # takes no room on the disk
    with pytest.raises(InvalidFile, match=r"large\.html: is larger than 64 MB, as no file of a capture is"):
        Capture.open(folder)
    (folder / "large.html").unlink()
    monkeypatch.setattr(inventory, "MOST_FILES", 7)
    assert Capture.open(folder).languages == ("en",)
    (folder / "one more").write_text("")
    with pytest.raises(InvalidFile, match="holds more than 7 files, which no capture does"):
        Capture.open(folder)
    (folder / "one more").unlink()
    monkeypatch.undo()
    folder.joinpath(*"12345678").mkdir(parents=True)
    with pytest.raises(InvalidFile, match="lies 8 folders deep, as nothing in a capture does"):
        Capture.open(folder)


def test_what_is_made_up_is_no_part_of_a_draft() -> None:
    made_up = MadeUp(("192.0.2.1", "user1@example.com"))
    titles = ("Recorder 192.0.2.1", "192.0.2.1 - NVR (2)", "NVR", "192.0.2.1", "- 192.0.2.1 -")
    assert [made_up.around(title) for title in titles] == ["^Recorder ", r" - NVR \(2\)$", "^NVR$", "", ""]
    paths = ("/a?x=1&m=user1@example.com", "/192.0.2.1/a", "/?m=user1@example.com", "/a?x=1")
    assert [made_up.without(path) for path in paths] == ["/a?x=1", "/", "/", "/a?x=1"]


def test_lint_looks_for_private_data_with_an_own_selector_file_and_without_any(tmp_path: Path) -> None:
    folder, own = written(tmp_path / "capture"), tmp_path / "own"
    (folder / "capture.yaml").write_text(as_yaml({**GOOD, "firmware": "acme/nvr_v1"}))
    (folder / "pages" / "en" / "a" / "page.html").write_text("<h1>DS-7216HQHI-K120190101CCRRD11223344</h1><p>10.7.8.9</p>")
    (own / "acme").mkdir(parents=True)
    words = {"serial": {"en": "DS-7216HQHI-K120190101CCRRD11223344"}}
    page = {"path": "/", "elements": {"name": [{"role": "heading", "name": "$serial"}]}}
    file = {"vendor": "Acme", "lines": ["NVR"], "firmware": "1", "texts": words, "pages": {"a": page}}
    (own / "acme" / "nvr_v1.yaml").write_text(as_yaml(file))
    kinds = [[one.what.split(": ")[1].split(" ")[0] for one in lint([folder], known)] for known in (own, None)]
    assert kinds == [["address"], ["serial", "address"]]


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in pairwise("abcdefghi")
)


@pytest.mark.parametrize(
    ("text", "said", "in_capture"),
    [
        ("model: &a [*a]\n", r"1: model\.0: an alias .* lies in what it repeats", None),
        (BOMB, r"1: .*: is repeated by aliases", None),
        ("a: " + "[" * 5000 + "]" * 5000, "nested too deeply", None),
        ("a: " + "[" * 500_000, "1: is nested too deeply", None),
        ("a: &a [x]\nb: *a\n", "", r"1: b: is repeated by aliases"),
    ],
    ids=["in itself", "bomb", "deep", "deeper", "once"],
)
def test_a_file_that_grows_by_aliases_is_told_with_its_line(tmp_path: Path, text: str, said: str, in_capture: str) -> None:
    folder = written(tmp_path / "capture")
    (folder / "capture.yaml").write_text(text)
    if said:
        with pytest.raises(InvalidFile, match=said):
            read_yaml(folder / "capture.yaml")
    else:
        assert read_yaml(folder / "capture.yaml").data == {"a": ["x"], "b": ["x"]}
    with pytest.raises(InvalidFile, match=in_capture or said):
        Capture.open(folder)
    written(tmp_path / "good")
    assert len(chronicles(tmp_path)[0]) == 1


def test_a_file_that_has_changed_since_it_was_captured_is_told(tmp_path: Path) -> None:
    folder = written(tmp_path / "capture")
    page = folder / "pages" / "en" / "a"
    (page / "page.webp").write_bytes(b"RIFF")
    files = inventory.digests_of({name: file for name, file in inventory.files_of(folder).items() if name != "capture.yaml"})
    (folder / "capture.yaml").write_text(as_yaml({**GOOD, "files": files}))
    (page / "page.html").write_bytes(b"<h1>A</h1>")
    for name, damaged in (("page.html", b"<h1>"), ("page.yaml", b"path: /"), ("page.webp", b""), ("page.webp", None)):
        assert Capture.open(folder).pages()[0].path == "/"
        good = (page / name).read_bytes()
        (page / name).unlink() if damaged is None else (page / name).write_bytes(damaged)
        said = "is missing, and was there when" if damaged is None else "has changed since"
        with pytest.raises(InvalidFile, match=rf"{name}: {said} it was captured; the capture is damaged, take it again"):
            Capture.open(folder)
        (page / name).write_bytes(good)
    (page / "page.yaml").write_bytes((page / "page.yaml").read_bytes().replace(b"\n", b"\r\n"))
    assert Capture.open(folder).pages()[0].path == "/", "another end of line"
    (page / "page.webp").unlink()
    written(tmp_path / "good")
    assert [str(one) for one in chronicles(tmp_path)[1]] and len(chronicles(tmp_path)[0]) == 1
    (folder / "capture.yaml").write_text(as_yaml({**GOOD, "files": files, "removed": ["pages/en/a/page.webp"]}))
    assert Capture.open(folder).languages == ("en",), "somebody who deletes a file says so"
