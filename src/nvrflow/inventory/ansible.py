"""An inventory of Ansible as a list of recorders: what `ansible-inventory --list` prints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nvrflow.content import from_json
from nvrflow.errors import InvalidFile

_GROUPS_OF_ALL = ("all", "ungrouped", "_meta")
_LONGEST = 50_000_000  # bytes


def recorders_of(path: Path) -> list[dict[str, Any]]:
    """The hosts of an inventory as recorders, each with the keys of a list. Raises InvalidFile.

    `path` holds the JSON that `ansible-inventory -i INVENTORY --list` prints. The address is the variable `nvrflow_url`, or
    `ansible_host`, or the host's name; `site` and `firmware` are the variables `nvrflow_site` (or `site`) and `nvrflow_firmware`,
    the groups become tags. No password is taken over: a list says where one is and never holds it.
    """
    try:
        if path.stat().st_size > _LONGEST:
            raise InvalidFile(f"is larger than {_LONGEST // 1_000_000} MB", path)
        data = from_json(path.read_bytes())
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or "it is not JSON"
        raise InvalidFile(f"cannot be read ({why}); type: ansible-inventory -i INVENTORY --list > {path.name}", path) from None
    variables = data.get("_meta", {}).get("hostvars") if isinstance(data, Mapping) else None
    if not isinstance(variables, Mapping):
        raise InvalidFile("is not an inventory as `ansible-inventory --list` prints it: it has no _meta.hostvars", path)
    groups = {name: _hosts(data, name, ()) for name in data if name not in _GROUPS_OF_ALL}
    hosts = dict.fromkeys([*variables, *(host for those in groups.values() for host in those)])
    if not hosts:
        raise InvalidFile("names no host", path)
    return [
        _recorder(host, variables.get(host) or {}, [group for group, those in groups.items() if host in those]) for host in hosts
    ]


def _hosts(data: Mapping[str, Any], group: str, above: tuple[str, ...]) -> set[str]:
    """The hosts of a group and of the groups below it."""
    found = data.get(group)
    if not isinstance(found, Mapping) or group in above:
        return set()
    own = {str(host) for host in found.get("hosts") or ()}
    return own.union(*(_hosts(data, str(child), (*above, group)) for child in found.get("children") or ()))


def _recorder(host: str, variables: Mapping[str, Any], groups: list[str]) -> dict[str, Any]:
    def text(*names: str) -> str:
        return next((str(variables[name]) for name in names if variables.get(name)), "")

    return {
        "name": host,
        "url": text("nvrflow_url", "ansible_host") or host,
        "site": text("nvrflow_site", "site"),
        "user": text("nvrflow_user", "ansible_user"),
        "firmware": text("nvrflow_firmware"),
        "tags": sorted(groups),
    }
