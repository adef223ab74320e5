"""Accounts that a recorder has locked, remembered on this computer so that no try is made before the time is over."""

from __future__ import annotations

import json
import time
from pathlib import Path

from platformdirs import user_state_path


def remember(host: str, user: str, seconds: int) -> None:
    """Keep that `user` is locked on `host` for `seconds` from now."""
    known = _known()
    known[f"{host} {user}"] = time.time() + seconds
    _file().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = _file().with_suffix(".new")
    fresh.write_text(json.dumps(known, indent=2), encoding="utf-8")
    fresh.replace(_file())


def seconds_left(host: str, user: str) -> int:
    """For how many seconds `user` is still known to be locked on `host`; 0 when it is not."""
    return max(0, round(_known().get(f"{host} {user}", 0) - time.time()))


def forget(host: str, user: str) -> None:
    """The account is open again."""
    known = _known()
    if known.pop(f"{host} {user}", None) is not None:
        _file().write_text(json.dumps(known, indent=2), encoding="utf-8")


def _known() -> dict[str, float]:
    try:
        known = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    now = time.time()
    return {key: until for key, until in known.items() if isinstance(until, int | float) and until > now}


def _file() -> Path:
    return user_state_path("nvrflow") / "lockouts.json"
