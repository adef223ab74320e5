"""The list of recorders that a file `recorders.yaml` holds; every fault in it is told with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nvrflow.address import place_of
from nvrflow.content import Document, read_yaml
from nvrflow.errors import InvalidFile, WrongCall
from nvrflow.inventory.password_reference import PasswordReference, is_reference

_TEXTS = ("user", "site", "firmware")
_KEYS = ("name", "url", *_TEXTS, "password", "tags")
Where = tuple[str | int, ...]


@dataclass(frozen=True)
class Device:
    """One recorder of the list; `password` None: NVRFLOW_PASSWORD. `firmware` names its selector file (empty: identified)."""

    name: str
    url: str
    user: str = "admin"
    password: PasswordReference | None = None
    site: str = ""
    firmware: str = ""
    tags: frozenset[str] = frozenset()

    @property
    def place(self) -> str:
        """Host and port: the recorder itself, whatever it is called."""
        return place_of(self.url).netloc

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; of the password only where it is."""
        where = {self.password.kind: self.password.place} if self.password else None
        return vars(self) | {"tags": sorted(self.tags), "password": where}


@dataclass(frozen=True)
class Roster:
    """The recorders of a file, in its order."""

    path: Path
    devices: tuple[Device, ...]

    @classmethod
    def read(cls, path: Path) -> Roster:
        """Read and check the file. Raises InvalidFile with file, line and key."""
        return _Reading(read_yaml(path)).roster()


def twins(devices: Sequence[Device]) -> Iterator[tuple[str, int, int]]:
    """Each recorder that is listed a second time: what is the same (name or place), and both indexes."""
    for key in ("name", "place"):
        seen: dict[str, int] = {}
        for index, device in enumerate(devices):
            first = seen.setdefault(getattr(device, key), index)
            if first != index:
                yield key, first, index


@dataclass(frozen=True)
class _Reading:
    """A file that is being checked."""

    document: Document

    def roster(self) -> Roster:
        data = self._mapping(self.document.data, (), ("defaults", "recorders"))
        defaults = self._mapping(data.get("defaults") or {}, ("defaults",), (*_TEXTS, "password", "tags"))
        self._checked(defaults, ("defaults",))
        listed = data.get("recorders")
        if not isinstance(listed, list) or not listed:
            raise self._fault(("recorders",), "must be a list of recorders, each with name and url")
        devices = tuple(self._device(one, defaults, ("recorders", index)) for index, one in enumerate(listed))
        for key, first, second in twins(devices):
            line = self.document.line(("recorders", first))
            raise self._fault(
                ("recorders", second), f"{getattr(devices[second], key)} is listed twice (first on line {line}); remove one"
            )
        return Roster(self.document.path, devices)

    def _device(self, data: Any, defaults: Mapping[str, Any], where: Where) -> Device:
        own = self._mapping(data, where, _KEYS)
        for key in ("name", "url"):
            if not isinstance(own.get(key), str) or not own[key]:
                raise self._fault((*where, key), f"every recorder needs a {key}, which is text")
        if not own["name"].isprintable():
            raise self._fault((*where, "name"), "holds a character that cannot be printed; remove it")
        self._checked(own, where)
        try:
            place_of(own["url"])
        except WrongCall as problem:
            raise self._fault((*where, "url"), str(problem)) from None
        merged = {**defaults, **own}
        user = merged.get("user") or "admin"
        tags = frozenset((*defaults.get("tags", ()), *own.get("tags", ())))
        password = self._reference(merged.get("password"), user)
        return Device(own["name"], own["url"], user, password, merged.get("site") or "", merged.get("firmware") or "", tags)

    def _checked(self, data: Mapping[str, Any], where: Where) -> None:
        """Check what a recorder and the defaults have in common."""
        for key in _TEXTS:
            if key in data and not isinstance(data[key], str):
                raise self._fault((*where, key), "must be text")
        tags = data.get("tags", [])
        if not isinstance(tags, list) or not all(isinstance(one, str) for one in tags):
            raise self._fault((*where, "tags"), "must be a list of words, for example [lobby, 16-channels]")
        if "password" in data:
            self._check_reference(data["password"], (*where, "password"))

    def _check_reference(self, data: Any, where: Where) -> None:
        if isinstance(data, Mapping) and len(data) == 1:
            ((kind, place),) = data.items()
            if is_reference(kind, place):
                return
        raise self._fault(
            where, 'say where the password is: {env: NAME}, {keyring: SERVICE}, {file: PATH} or {command: "…"}; never itself'
        )

    def _reference(self, data: Mapping[str, str] | None, user: str) -> PasswordReference | None:
        if data is None:
            return None
        ((kind, place),) = data.items()
        return PasswordReference(kind, place, self.document.path.absolute().parent, user)

    def _mapping(self, data: Any, where: Where, keys: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(data, Mapping):
            raise self._fault(where, f"must have the keys {', '.join(keys)}")
        for key in data:
            if key not in keys:
                raise self._fault((*where, key), f"this key is not known; known are {', '.join(keys)}")
        return data

    def _fault(self, where: Where, what: str) -> InvalidFile:
        return InvalidFile(what, self.document.path, self.document.line(where), ".".join(map(str, where)))
