"""Interim: what a certificate's names permit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from nvrflow.certificate import Certificate
from nvrflow.problem import Problem


@dataclass(frozen=True)
class Names:
    """Interim."""

    kind: Literal["limited", "pin", "refused"]
    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def decide(device: Certificate, host: str, also: Collection[str] = ()) -> Names:
    """Interim."""
    names = tuple(name.removeprefix("*.") for name in device.dns_names)
    return Names("limited", device.ip_names, names)
