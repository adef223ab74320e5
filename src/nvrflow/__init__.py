"""Drives CCTV recorders' real web pages from selector files per firmware: automation, regression test and manual in one."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nvrflow.certificate import Certificate
    from nvrflow.recorder import Manner, Recorder, open_recorder
    from nvrflow.trust.material import device_and_authority
    from nvrflow.trust.stages import Trusting

__all__ = ["Certificate", "Manner", "Recorder", "Trusting", "device_and_authority", "open_recorder"]

_HOMES = {
    "Certificate": "nvrflow.certificate",
    "Manner": "nvrflow.recorder",
    "Recorder": "nvrflow.recorder",
    "Trusting": "nvrflow.trust.stages",
    "device_and_authority": "nvrflow.trust.material",
    "open_recorder": "nvrflow.recorder",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: a command line that only prints help needs none of it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'nvrflow' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
