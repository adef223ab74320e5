"""Before the recorder is changed there must be room for what is written down afterwards; else nothing is begun."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Opening

from nvrflow.errors import NoRoom
from nvrflow.flows.enable_https import enable_https
from nvrflow.flows.sign_in import sign_in
from nvrflow.room import ensure_room


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """A small file system of its own, mounted with these options; only root can have one."""
    places: list[Path] = []

    def mount(options: str) -> Path:
        place = tmp_path / f"disk{len(places)}"
        place.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"this computer lets nobody mount a file system here: {done.stderr.strip()}")
        places.append(place)
        return place

    yield mount
    for place in places:
        subprocess.run(["umount", str(place)], check=True)


def test_a_disk_with_too_little_room_is_named_with_both_figures(mounted: Callable[[str], Path]) -> None:
    disk = mounted("size=4m")
    with pytest.raises(NoRoom, match=rf"^{disk / 'run'}: the report needs 20 MB there and 4 MB are free"):
        ensure_room({"the report": disk / "run"})


def test_a_full_disk_is_named(mounted: Callable[[str], Path]) -> None:
    disk = mounted("size=128k")
    (disk / "filler").write_bytes(bytes(100_000))
    with pytest.raises(NoRoom, match="No space left on device"):
        ensure_room({"the report": disk}, needed=0)


def test_a_read_only_folder_is_named(mounted: Callable[[str], Path]) -> None:
    disk = mounted("size=64m,ro")
    with pytest.raises(NoRoom, match="Read-only file system"):
        ensure_room({"the report": disk})


def test_room_that_is_there_is_left_as_it_was(tmp_path: Path) -> None:
    ensure_room({"the report": tmp_path / "run"})
    assert not list((tmp_path / "run").iterdir())


@pytest.mark.parametrize("full", ["out", "state"])
def test_https_is_not_switched_on_without_room_for_what_comes_of_it(
    simulated: Callable[..., Any], opened: Opening, mounted: Callable[[str], Path], full: str
) -> None:
    recorder = simulated()
    before = recorder.state()
    with opened(recorder, **{full: mounted("size=4m")}) as page:
        sign_in(page)
        with pytest.raises(NoRoom, match="so nothing was changed on the recorder"):
            enable_https(page)
        writes = [step for step in page.report.steps if step.effect == "write"]
        assert [step.outcome for step in writes] == ["failed"]
    assert recorder.state() == before


def test_a_dry_run_needs_no_room(simulated: Callable[..., Any], opened: Opening, mounted: Callable[[str], Path]) -> None:
    with opened(simulated(), out=mounted("size=4m"), check=True) as page:
        sign_in(page)
        enable_https(page)
        assert page.steps.held
