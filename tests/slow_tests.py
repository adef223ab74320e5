"""The slow tests: exhaustive ones whose kind of fault a quick test finds too. A run takes them only where it is told to.

`-m slow` takes them alone and `-m "slow or not slow"` takes all tests; a test that is named itself always runs. `--slow-tenth N`
takes every tenth of them: ten runs with another N each take them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from zlib import crc32

import pytest


def mostly_slow(values: Iterable[Any], quick: Callable[[Any], bool]) -> list[Any]:
    """The values of `parametrize`, each a tuple or a single value: all are slow but those for which `quick` is true."""
    return [
        one if quick(one) else pytest.param(*(one if isinstance(one, tuple) else (one,)), marks=pytest.mark.slow)
        for one in values
    ]


# These files extend another shipped file, and one test of each goes through all flows; what else runs on each firmware is slow.
DERIVED = {"cpplus/nvr_v4", "dahua/nvr_v4_3", "hikvision/ds_v3"}
# What test_flows.py::test_every_flow_works_in_every_language_without_drift does on each firmware as well: quick on these only.
WITH_ALL_FLOWS = {
    "test_https_is_switched_on_left_alone_where_it_is_on_already_and_switched_off_again": "dahua/nvr_v4",
    "test_secure_ends_with_a_recorder_that_a_browser_trusts": "uniview/nvr",
}


def mark_derived(item: pytest.Item) -> None:
    """Mark as slow what runs on each simulated recorder (the plugin's `firmware_name`) and is in another quick test as well."""
    if not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):
        return
    firmware = item.callspec.params.get("firmware_name")
    quick = WITH_ALL_FLOWS.get(item.originalname or "", firmware)
    if firmware is not None and (firmware in DERIVED or firmware != quick):
        item.add_marker(pytest.mark.slow)


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take the slow tests that were not asked for out of `items`."""
    if "slow" in (config.option.markexpr or "") or any("::" in one for one in config.args):
        return
    taken = config.option.slow_tenth
    gone = {one for one in items if one.get_closest_marker("slow") and tenth_of(one.nodeid) != taken}
    if gone:
        config.hook.pytest_deselected(items=[one for one in items if one in gone])
        items[:] = [one for one in items if one not in gone]


def tenth_of(test: str) -> int:
    """To which tenth, 0 to 9, the test of this name belongs."""
    return crc32(test.encode()) % 10
