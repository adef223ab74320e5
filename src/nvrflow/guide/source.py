"""What a guide is written from: the facts, pictures and certificates of one run, read from its folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import get_args

from nvrflow.address import place_of
from nvrflow.certificate import Certificate, Code
from nvrflow.certificate.containers import read_certificate_file
from nvrflow.errors import NvrflowError, WrongCall, error_of
from nvrflow.report import Https, Report, Step
from nvrflow.report.pictures import Box, Picture
from nvrflow.report.record import Record

# No guide is written after these errors: nobody could sign in, or the error has nothing to do with the recorder.
_NO_GUIDE = {"wrong-call", "invalid-file", "unreachable", "sign-in-refused", "account-locked", "interrupted", "flow", "defect"}


@dataclass(frozen=True)
class Source:
    """One run as a guide needs it; `placeholder` replaces the recorder's own address in every text and picture."""

    record: Record
    placeholder: str = ""

    @property
    def report(self) -> Report:
        """The run's report."""
        return self.record.report

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """What the flow did; a reader has no part in leaving the recorder, nor in nvrflow's own trial and pictures."""
        done = (one for one in self.report.steps if not one.leaving and one.verb != "picture")
        return tuple(one for one in done if one.element or one.id != "rehearse")

    @property
    def host(self) -> str:
        """The recorder's host."""
        return place_of(self.report.recorder).host

    @property
    def https(self) -> Https:
        """What the run knows about the recorder's HTTPS."""
        return self.report.https or Https()

    @cached_property
    def certificates(self) -> tuple[Certificate, ...]:
        """The recorder's own certificate and, if there is one, that of its CA; `file` is the name of the download.

        Raises WrongCall if a file is gone or has other content.
        """
        return tuple(self._certificates())

    @property
    def device(self) -> Certificate | None:
        """The recorder's own certificate, if the run has seen it."""
        return self.certificates[0] if self.certificates else None

    @property
    def authority(self) -> Certificate | None:
        """The certificate of the recorder's CA, if the run has seen it."""
        return self.certificates[1] if len(self.certificates) > 1 else None

    @property
    def objections(self) -> tuple[str, ...]:
        """What browsers object to in the certificates, as codes; warnings about the import on this computer are left out."""
        found = dict.fromkeys(code for entry in self.report.certificates for code in entry.get("codes", ()))
        return tuple(code for code in found if code in get_args(Code))

    @property
    def problem(self) -> NvrflowError | None:
        """The error that ended the run too early, if there is one."""
        told = self.report.error or self.report.cut_short
        if not told:
            return None
        problem = error_of(told["kind"])(told["message"])
        problem.step = told["step"]
        return problem

    def picture(self, step: Step) -> Picture | None:
        """A step's picture without marks; with a placeholder, the addresses in it are covered."""
        picture = self.record.picture(step)
        if picture is None or not self.placeholder:
            return picture
        return replace(picture, masks=tuple(Box(*one) for one in step.addresses or ()))

    def must_tell(self) -> None:
        """Raise the error that ended the run before any useful step, or WrongCall if the folder has too little for a guide."""
        problem = self.problem
        if problem is not None and problem.kind in _NO_GUIDE:
            raise problem
        if self.report.firmware is None or not self.steps:
            raise problem or WrongCall(f"{self.record.path}: this run did nothing on a recorder; name the folder of another run")
        if any(step.element and step.target is None for step in self.steps):
            missing = "was written by an older nvrflow, without the facts about each step that a guide needs"
            raise WrongCall(f"{self.record.path}: {missing}; run the flow once more")
        if self.placeholder and any(step.raw and step.addresses is None for step in self.steps):
            missing = "does not say where its pictures show the recorder's address, so --as cannot cover it"
            raise WrongCall(f"{self.record.path}: {missing}; run the flow once more")

    def _certificates(self) -> Iterator[Certificate]:
        for entry in self.report.certificates:
            if not entry.get("file"):
                continue
            path = self.record.path / entry["file"]
            if not path.is_file():
                raise WrongCall(f"{path}: this file is missing; the run folder is damaged, so make the run again")
            same = [one for one in read_certificate_file(path) if one.sha256 == entry["sha256"]]
            if not same:
                raise WrongCall(f"{path}: not the certificate that the run downloaded; the run folder is damaged")
            yield replace(same[0], file=Path(path.name))
