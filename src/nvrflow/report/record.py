"""An earlier run, read from its folder: the report, and each step's picture with the facts about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from nvrflow.content import from_json
from nvrflow.errors import WrongCall
from nvrflow.report import Drift, Https, Illustration, Pointer, Report, Said, Step, Target, TrustChange
from nvrflow.report.pictures import Box, Picture


@dataclass(frozen=True)
class Record:
    """One run, as its folder has it; `videos` are its screencasts."""

    path: Path
    report: Report

    @classmethod
    def read(cls, folder: Path) -> Record:
        """The record in a run folder. Raises WrongCall if there is no record, or if it is damaged."""
        try:
            document = from_json((folder / "report.json").read_text(encoding="utf-8"))
            return cls(folder, report_of(document))
        except FileNotFoundError:
            why = "holds no report.json" if folder.is_dir() else "there is no such folder"
            raise WrongCall(f"{folder}: {why}; name the folder of a run, for example one in nvrflow-runs/") from None
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            raise WrongCall(f"{folder}: its report.json cannot be read as nvrflow's; name the folder of another run") from None

    @property
    def videos(self) -> tuple[Path, ...]:
        """The screencasts that exist in the folder."""
        return tuple(path for path in (self.path / name for name in self.report.videos) if path.is_file())

    def picture(self, step: Step) -> Picture | None:
        """The raw picture of a step with its target; None if it has no picture. Raises WrongCall if the file is gone."""
        if step.raw is None:
            return None
        try:
            image = (self.path / step.raw).read_bytes()
        except OSError as problem:
            raise WrongCall(f"{self.path / step.raw}: cannot be read ({problem.strerror}); the run folder is damaged") from None
        box = step.target.box if step.target else None
        return Picture(step.id, image, Box(*box) if box else None, (), step.scale)


def report_of(document: Mapping[str, Any]) -> Report:
    """The report from which `document` (report.json) was made; keys that this version of nvrflow does not know are left out.

    Raises ValueError, TypeError, KeyError or AttributeError for a document that is not a report.
    """
    if not isinstance(document, Mapping) or "nvrflow" not in document:
        raise ValueError("not a report")
    known = _known(Report, document)
    known["steps"] = [
        Step(**{**_known(Step, one), "target": Target(**_known(Target, one["target"])) if one.get("target") else None})
        for one in document["steps"]
    ]
    for name, noun in {"drift": Drift, "trust": TrustChange, "said": Said}.items():
        known[name] = [noun(**_known(noun, one)) for one in document.get(name, ())]
    known["illustrations"] = [
        Illustration(**{**_known(Illustration, one), "pointers": [Pointer(**_known(Pointer, each)) for each in one["pointers"]]})
        for one in document.get("illustrations", ())
    ]
    known["https"] = Https(**_known(Https, document["https"])) if document.get("https") else None
    return Report(**known)


def _known(noun: type[Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of a mapping for which a noun has a field."""
    names = {one.name for one in fields(noun)}
    return {name: value for name, value in document.items() if name in names}
