"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nvrflow.whole_file import write_whole

needs_posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no file modes")


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for data in (b"first", b"second"):
        write_whole(tmp_path / "folder" / "it.json", data, lasting=data == b"second")
        assert (tmp_path / "folder" / "it.json").read_bytes() == data
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["it.json"]


def test_a_name_of_255_letters_can_be_written(tmp_path: Path) -> None:
    write_whole(tmp_path / ("a" * 255), b"x")
    assert (tmp_path / ("a" * 255)).read_bytes() == b"x"


@needs_posix
def test_the_mode_is_the_one_that_was_asked_for_or_the_usual_one(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        for mode, becomes in ((None, 0o640), (0o600, 0o600), (0o644, 0o644)):
            write_whole(tmp_path / "it", b"x", mode)
            assert (tmp_path / "it").stat().st_mode & 0o777 == becomes
    finally:
        os.umask(before)


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "folder" / "it" / "inside").mkdir(parents=True)
    with pytest.raises(OSError):
        write_whole(tmp_path / "folder" / "it", b"x")
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["it"]
