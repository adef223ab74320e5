"""Trust as a part of a run: used out of order, with a damaged ledger, and without room for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_room import mounted  # noqa: F401

from nvrflow import Trusting
from nvrflow.errors import InvalidFile, NoRoom, WrongCall
from nvrflow.flows.secure import secure
from nvrflow.trust import Computer, ledger_of


class _Nobody:
    """Stands where a recorder would: a stage that is called too early must not get as far as using it."""


@pytest.mark.parametrize(
    ("stage", "arguments"),
    [("compare", 3), ("rehearse", 1), ("import_here", 1), ("verify", 1)],
)
def test_a_stage_that_is_called_too_early_says_which_one_comes_first(stage: str, arguments: int) -> None:
    called = getattr(Trusting(), stage)
    with pytest.raises(WrongCall, match=r"call .*judge.* before it"):
        called(*[_Nobody()] * arguments)


def test_a_kind_of_trust_that_does_not_exist_is_a_wrong_call_at_once() -> None:
    with pytest.raises(WrongCall, match="limited, pin, ca, as-guide"):
        Trusting(kind="everything")  # type: ignore[arg-type]


def test_with_a_damaged_ledger_nothing_is_begun_on_the_recorder(simulated: Callable[..., Any], opened: Any) -> None:
    ledger = ledger_of(Computer.this()).path
    ledger.parent.mkdir(parents=True)
    ledger.write_text("{")
    recorder = simulated()
    with pytest.raises(InvalidFile, match=r"trust\.json"), opened(recorder) as used:
        secure(used, Trusting(yes=True))
    assert recorder.log == () or not recorder.state()["https"]


def test_without_room_for_the_ledger_nothing_is_changed_on_the_recorder(
    simulated: Callable[..., Any],
    opened: Any,
    mounted: Callable[[str], Path],  # noqa: F811
) -> None:
    recorder = simulated()
    before = recorder.state()
    with pytest.raises(NoRoom, match="ledger of what is trusted"), opened(recorder) as used:
        secure(used, Trusting(yes=True, environment={"HOME": str(mounted("size=4m")), "PATH": "/usr/bin:/bin"}))
    assert recorder.state() == before
