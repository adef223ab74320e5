"""Drives CCTV recorders' real web pages from selector files per firmware: automation, regression test and manual in one.

What a flow, a test or a script of a QA team imports is in `__all__`; docs/api.md shows each with an example.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nvrflow.certificate import Certificate
    from nvrflow.errors import (
        AccountLocked,
        CertificateRefused,
        Defect,
        DownloadFailed,
        EndUserAgreement,
        FlowFailed,
        Interrupted,
        InvalidFile,
        NoRoom,
        NotInitialised,
        NotTrusted,
        NvrflowError,
        OtherHost,
        PasswordChange,
        PluginNeeded,
        ProductDefect,
        RequestHeld,
        RestartNeeded,
        SelectorDrift,
        SessionLimit,
        SignedOut,
        SignInRefused,
        TimedOut,
        UnknownFirmware,
        Unreachable,
        UpgradeInProgress,
        WrongCall,
    )
    from nvrflow.problem import Problem
    from nvrflow.recorder import Manner, Page, Recorder, open_recorder
    from nvrflow.report import Report, Step
    from nvrflow.running import Run
    from nvrflow.simulator import simulate
    from nvrflow.trust.material import device_and_authority
    from nvrflow.trust.stages import Trusting

__all__ = [
    "AccountLocked",
    "Certificate",
    "CertificateRefused",
    "Defect",
    "DownloadFailed",
    "EndUserAgreement",
    "FlowFailed",
    "Interrupted",
    "InvalidFile",
    "Manner",
    "NoRoom",
    "NotInitialised",
    "NotTrusted",
    "NvrflowError",
    "OtherHost",
    "Page",
    "PasswordChange",
    "PluginNeeded",
    "Problem",
    "ProductDefect",
    "Recorder",
    "Report",
    "RequestHeld",
    "RestartNeeded",
    "Run",
    "SelectorDrift",
    "SessionLimit",
    "SignInRefused",
    "SignedOut",
    "Step",
    "TimedOut",
    "Trusting",
    "UnknownFirmware",
    "Unreachable",
    "UpgradeInProgress",
    "WrongCall",
    "device_and_authority",
    "open_recorder",
    "simulate",
]

_HOMES = {
    "AccountLocked": "nvrflow.errors",
    "Certificate": "nvrflow.certificate",
    "CertificateRefused": "nvrflow.errors",
    "Defect": "nvrflow.errors",
    "DownloadFailed": "nvrflow.errors",
    "EndUserAgreement": "nvrflow.errors",
    "FlowFailed": "nvrflow.errors",
    "Interrupted": "nvrflow.errors",
    "InvalidFile": "nvrflow.errors",
    "Manner": "nvrflow.recorder",
    "NoRoom": "nvrflow.errors",
    "NotInitialised": "nvrflow.errors",
    "NotTrusted": "nvrflow.errors",
    "NvrflowError": "nvrflow.errors",
    "OtherHost": "nvrflow.errors",
    "PasswordChange": "nvrflow.errors",
    "Page": "nvrflow.recorder",
    "PluginNeeded": "nvrflow.errors",
    "Problem": "nvrflow.problem",
    "ProductDefect": "nvrflow.errors",
    "RequestHeld": "nvrflow.errors",
    "RestartNeeded": "nvrflow.errors",
    "Recorder": "nvrflow.recorder",
    "Report": "nvrflow.report",
    "Run": "nvrflow.running",
    "SelectorDrift": "nvrflow.errors",
    "SessionLimit": "nvrflow.errors",
    "SignedOut": "nvrflow.errors",
    "SignInRefused": "nvrflow.errors",
    "Step": "nvrflow.report",
    "TimedOut": "nvrflow.errors",
    "Trusting": "nvrflow.trust.stages",
    "UnknownFirmware": "nvrflow.errors",
    "UpgradeInProgress": "nvrflow.errors",
    "Unreachable": "nvrflow.errors",
    "WrongCall": "nvrflow.errors",
    "device_and_authority": "nvrflow.trust.material",
    "open_recorder": "nvrflow.recorder",
    "simulate": "nvrflow.simulator",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: a command line that only prints help needs none of it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'nvrflow' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
