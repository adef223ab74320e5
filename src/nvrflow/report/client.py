"""Whether this computer's clients - browsers, curl, Python - trust the recorder, as one sentence for every output."""

from __future__ import annotations

from typing import Any

_NAMES = {"chromium": "Chromium", "chrome": "Chrome", "edge": "Edge", "firefox": "Firefox", "curl": "curl", "python": "Python"}


def client_name(name: str) -> str:
    """A client's name for a person: `firefox:default` is `Firefox (default)`."""
    kind, _, which = name.partition(":")
    return _NAMES.get(kind, kind) + (f" ({which})" if which else "")


def trusted_by(https: dict[str, Any]) -> str:
    """Who trusts the recorder and who does not, and why, from `https` of report.json; without a full stop.

    `trusted` decides how it begins: True "trusted", False "not trusted", None "nothing was imported". A client that was not
    asked, or could not be asked, is never said to trust it.
    """
    trusted, clients = https["trusted"], https.get("clients") or []
    opened = [client_name(one["name"]) for one in clients if one["trusted"] is True]
    refused = [_with_reason(one) for one in clients if one["trusted"] is False]
    if trusted:
        parts = [f"trusted by {listed(opened)}" if opened else "trusted"]
        parts += [f"not by {listed(refused)}"] if refused else []
    elif trusted is False:
        parts = [f"not trusted by {listed(refused)}" if refused else "not trusted" + _because(https)]
        parts += [f"trusted by {listed(opened)}"] if opened else []
    else:
        parts = ["nothing was imported" + _because(https)]
        parts += [f"not trusted by {listed(refused)}"] if refused else []
        parts += [f"trusted by {listed(opened)} already"] if opened else []
    unasked = [_with_reason(one) for one in clients if one["trusted"] is None]
    parts += [f"{listed(unasked)} could not be asked"] if unasked else []
    if not trusted and https.get("reason") and not any(https["reason"] in part for part in parts):
        parts.append(https["reason"])
    return "; ".join(parts)


def listed(names: list[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1] if names else "")))


def _with_reason(client: dict[str, Any]) -> str:
    return client_name(client["name"]) + (f" ({client['reason']})" if client.get("reason") else "")


def _because(https: dict[str, Any]) -> str:
    return f": {https['reason']}" if https.get("reason") else ""
