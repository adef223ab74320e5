"""The form of device.json: what a stranger's or a damaged file must not have otherwise, because it is read and compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Https:
    """HTTPS of the device. `versions` are the TLS versions that it accepts, each with its ciphers."""

    in_use: bool | None = None
    redirect: bool | None = None
    hsts: str | None = None
    port: int | None = None
    versions: Mapping[str, Sequence[str]] | None = None


@dataclass(frozen=True)
class Served:
    """One certificate that is served; the dates are ISO 8601."""

    subject: str = ""
    issuer: str = ""
    self_signed: bool = False
    is_ca: bool = False
    key: str = ""
    key_mark: str = ""
    signature: str = ""
    san: Sequence[str] = ()
    not_before: str = ""
    not_after: str = ""


@dataclass(frozen=True)
class Cookie:
    """Name and flags of one cookie."""

    name: str
    secure: bool = False
    http_only: bool = False
    same_site: str = ""


@dataclass(frozen=True)
class Start:
    """The start page; `challenge` is how the browser itself had to ask who somebody is."""

    status: int | None = None
    challenge: str | None = None
    url: str = ""
    title: str = ""


@dataclass(frozen=True)
class Device:
    """The whole file; keys that are not named here may hold anything."""

    start: Start = field(default_factory=Start)
    identify: Sequence[Mapping[str, Any]] = ()
    https: Https | None = None
    certificates: Sequence[Served] = ()
    cookies: Sequence[Cookie] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    fetched: Mapping[str, Any] = field(default_factory=dict)
    requests: Sequence[Mapping[str, Any]] = ()
    spoken: Mapping[str, str] = field(default_factory=dict)
    marks: Sequence[str] = ()
