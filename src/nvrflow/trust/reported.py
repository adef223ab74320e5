"""What a judgement leaves in a run's report: the certificates, each with its problems in words and by their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvrflow.certificate import AUTHORITY, DEVICE
from nvrflow.report import Https
from nvrflow.trust.judgement import Judgement

if TYPE_CHECKING:
    from nvrflow.recorder import Recorder


def keep_judged(recorder: Recorder, found: Judgement) -> None:
    """Put the certificates of a judgement into the report; `codes` of an entry are those of its refusals and warnings."""
    device, authority = found.request.device, found.request.authority
    about = {found.material.device.sha256: [one for one in found.problems if one.where == DEVICE]}
    if authority is not None:
        about[authority.sha256] = [one for one in found.problems if one.where == AUTHORITY]
    warnings = {sha256: [one.text for one in problems] for sha256, problems in about.items()}
    recorder.keep(device, authority, warnings=warnings)
    for entry in recorder.report.certificates:
        problems = about.get(entry["sha256"], [])
        entry["codes"] = list(dict.fromkeys(one.code for one in problems if one.level != "note"))


def serves_nothing_yet(recorder: Recorder) -> bool:
    """Whether `--check` held HTTPS back, so that there is no certificate on the line to look at."""
    return recorder.checking and not https_of(recorder).after


def https_of(recorder: Recorder) -> Https:
    """What the report says of the recorder's HTTPS."""
    assert recorder.report.https is not None
    return recorder.report.https
