"""Which tests run on which recorder: what the marker `recorder` asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from nvrflow.pytest_plugin.flags import uses_recorder

# What pytest-rerunfailures may not try again: a refused sign-in, and a picture that is other than before, which stays so.
_NEVER_AGAIN = "^(SignInRefused|AccountLocked|PictureDiffers): "
_KEYWORDS = ("firmware", "vendor", "tags", "writes", "restore")


@dataclass(frozen=True)
class Kind:
    """What is known about a recorder before a test: vendor, version and tags. Empty: not known yet."""

    vendor: str = ""
    version: str = ""
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Wanted:
    """What the marker of one test asks for; `restore` is the flow that puts back what the test writes."""

    firmware: str = "*"
    vendor: str = ""
    tags: frozenset[str] = frozenset()
    writes: bool = False
    restore: Callable[..., object] | None = None

    def unlike(self, kind: Kind) -> str:
        """Why a recorder does not fit, in a few words; empty if it fits as far as it is known."""
        from nvrflow.firmware.versions import VersionRange

        if self.vendor and kind.vendor and self.vendor.casefold() != kind.vendor.casefold():
            return f"the test is for {self.vendor}, and this is {kind.vendor}"
        if kind.version and kind.version not in VersionRange(self.firmware):
            return f"the test is for firmware {self.firmware}, and this is {kind.version}"
        missing = sorted(self.tags - kind.tags)
        own = f"this one has {', '.join(sorted(kind.tags))}" if kind.tags else "this one has no tags"
        return f"the test is for recorders with the tag {missing[0]}, and {own}" if missing else ""

    def __str__(self) -> str:
        """The marker as a test has it, without what does not choose a recorder."""
        given = {"firmware": self.firmware if self.firmware != "*" else "", "vendor": self.vendor, "tags": sorted(self.tags)}
        return f"recorder({', '.join(f'{name}={value!r}' for name, value in given.items() if value)})"


def wanted_by(item: pytest.Item) -> Wanted:
    """What the markers of a test ask for; the marker of the test counts before that of its class. Raises UsageError."""
    given: dict[str, Any] = {}
    for marker in item.iter_markers("recorder"):
        given = {**marker.kwargs, **given}
        wrong = [*map(repr, marker.args), *(name for name in marker.kwargs if name not in _KEYWORDS)]
        if wrong:
            raise pytest.UsageError(f"{item.nodeid}: the marker recorder has no {wrong[0]}; it has {', '.join(_KEYWORDS)}")
    if not given:
        return Wanted()
    _check(item, given)
    return Wanted(**{**given, "tags": frozenset(given.get("tags", ()))})


def _check(item: pytest.Item, given: Mapping[str, Any]) -> None:
    from nvrflow.firmware.versions import VersionRange

    try:
        VersionRange(given.get("firmware", "*"))
    except ValueError as problem:
        raise pytest.UsageError(f"{item.nodeid}: the marker recorder: firmware: {problem}") from None
    tags = given.get("tags", ())
    if isinstance(tags, str) or not isinstance(tags, Collection):
        raise pytest.UsageError(f'{item.nodeid}: the marker recorder: tags must be a list, for example ["lobby"]')


def simulated_kind(name: str) -> Kind:
    """Vendor and version of a simulated recorder."""
    from nvrflow.firmware import load_firmware
    from nvrflow.simulator.recorder_files import load

    file, _, _ = load(name, {}, None)
    return Kind(load_firmware(name).file.vendor, file.device.version)


def leave_out_unfit(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests on simulated recorders that their markers exclude; skip what writes, with `--read-only`."""
    kinds: dict[str, Kind] = {}
    gone = []
    for item in items:
        if not uses_recorder(item):
            continue
        wanted = wanted_by(item)
        if wanted.writes and config.getoption("--read-only"):
            item.add_marker(pytest.mark.skip(reason="it changes the recorder, and this run changes nothing (--read-only)"))
        name = getattr(item, "callspec", None) and item.callspec.params.get("firmware_name")  # type: ignore[attr-defined]
        if name and wanted != Wanted(writes=wanted.writes, restore=wanted.restore):
            kinds[name] = kinds.get(name) or simulated_kind(name)
            if wanted.unlike(kinds[name]):
                gone.append(item)
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if item not in gone]


def try_some_never_again(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    """Tell pytest-rerunfailures, where it is installed, what it may not try again, also where a test's marker says otherwise."""
    if not hasattr(config.option, "rerun_except"):
        return
    try:
        set_up = config.getini("rerun_except")
    except (KeyError, ValueError):  # before its version 16
        set_up = []
    config.option.rerun_except = [*(config.option.rerun_except or set_up or ()), _NEVER_AGAIN]
    for marker in {id(one): one for item in items for one in item.iter_markers("flaky")}.values():
        own = marker.kwargs.get("rerun_except")
        if own is not None:
            listed = [own] if isinstance(own, str | type) else list(own)
            marker.kwargs["rerun_except"] = [*listed, _NEVER_AGAIN]  # type: ignore[index]
