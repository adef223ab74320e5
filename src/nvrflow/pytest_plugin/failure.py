"""Why a test failed, in the words that its summary, JUnit and the report page share."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nvrflow.errors import AccountLocked, NvrflowError, SelectorDrift, SignInRefused, TimedOut

if TYPE_CHECKING:
    from nvrflow.report import Report

FAILURE = pytest.StashKey["Failure"]()
TEST_ERROR = "test-error"  # the kind of everything that is not an error of nvrflow: an assertion, or a crash in a flow
# As what a fault of a recorder may appear; not what concerns the account, the network or the test run itself.
_OF_THE_PRODUCT = (
    "product-defect",
    "selector-drift",
    "timeout",
    "not-trusted",
    "certificate-refused",
    "restart-needed",
    TEST_ERROR,
)
_ENGINE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Failure:
    """One failure: `kind` as in `error.kind` of a report, or test-error; the selector file and the element, as far as known.

    `nearest` is what on the screen resembles an element that was not found. `excusable`: it may be a known fault of the product.
    """

    kind: str
    firmware: str
    element: str
    message: str
    step: str | None = None
    nearest: str = ""
    excusable: bool = False

    @property
    def headline(self) -> str:
        """Kind, selector file and element: `selector-drift dahua/nvr_v4 ca_certificate.download`."""
        return " ".join(part for part in (self.kind, self.firmware, self.element) if part)


def failure_of(problem: BaseException, report: Report | None) -> Failure:
    """What ended a test. The element is that of the step that failed, or the one that the message names.

    The headline has the selector file and the element, so the message does not begin with them.
    """
    kind = problem.kind if isinstance(problem, NvrflowError) else TEST_ERROR
    said = str(problem).strip()
    if not isinstance(problem, NvrflowError | AssertionError) or not said:
        said = f"{type(problem).__name__}: {said}".removesuffix(": ")
    firmware = str((report.firmware or {}).get("name", "")) if report is not None else ""
    name = getattr(problem, "step", None)
    step = next((one for one in (report.steps if report is not None else []) if one.id == name), None)
    element = step.element if step is not None else ""
    if isinstance(problem, NvrflowError) and firmware and said.startswith(f"{firmware}: "):
        said = said.removeprefix(f"{firmware}: ")
        at = re.match(r"(\w+\.\w+): ", said)  # what is only read or looked for has no step
        element = element or (at[1] if at else "")
        said = said.removeprefix(f"{element}: ")
    return Failure(kind, firmware, element, said, name, _nearest(problem), _excusable(problem, kind))


def _excusable(problem: BaseException, kind: str) -> bool:
    """Not a refused sign-in, a lock or a picture that differs, nor what was raised because of one of them."""
    seen: list[BaseException] = []
    while problem is not None and problem not in seen:
        seen.append(problem)
        problem = problem.__cause__ or problem.__context__  # type: ignore[assignment]
    never = any(isinstance(one, SignInRefused | AccountLocked) or type(one).__name__ == "PictureDiffers" for one in seen)
    return kind in _OF_THE_PRODUCT and not never


def _nearest(problem: BaseException) -> str:
    if not isinstance(problem, SelectorDrift | TimedOut):
        return ""
    from nvrflow.recorder.nearest import nearest_in

    return nearest_in(str(problem))


def of_drift(report: Report | None, config: pytest.Config) -> Failure | None:
    """The failure of a test that met drift, with `--strict-locators`."""
    if report is None or not report.drift or not config.getoption("--strict-locators"):
        return None
    said = "\n".join(["--strict-locators: found by a fallback only", *(one.proposal for one in report.drift)])
    return Failure("selector-drift", str((report.firmware or {}).get("name", "")), report.drift[0].element, said)


def tell(report: pytest.TestReport, failure: Failure) -> None:
    """Begin the line of the short summary, and the message in JUnit, with kind and element.

    Of an error of nvrflow, whose message says all, only the frames of the team's own code are shown.
    """
    shown: Any = report.longrepr
    crash, trace = getattr(shown, "reprcrash", None), getattr(shown, "reprtraceback", None)
    if crash is None or trace is None:
        return
    crash.message = f"{failure.headline}: {failure.message}"
    if failure.kind == TEST_ERROR:
        return
    entries = [one for one in trace.reprentries if not _is_inner(one)] or trace.reprentries[-1:]
    if _is_inner(entries[-1]):
        entries[-1].lines, entries[-1].reprfuncargs, entries[-1].reprfileloc = [], None, None
    entries[-1].lines = [*entries[-1].lines, *(f"E   {line}" for line in crash.message.splitlines())]
    trace.reprentries = entries
    shown.chain = getattr(shown, "chain", [])[-1:]


def _is_inner(entry: Any) -> bool:
    from nvrflow.content import folder

    place = getattr(getattr(entry, "reprfileloc", None), "path", "")
    path = Path(place).resolve()  # pytest shows it relative to the folder in which it was started
    return bool(place) and (
        path.is_relative_to(_ENGINE) or path.is_relative_to(folder("flows").resolve()) or path.name == "contextlib.py"
    )


def attributes(failure: Failure) -> Generator[tuple[str, str], None, None]:
    """The properties of a failure in JUnit."""
    yield "nvrflow_kind", failure.kind
    if failure.element:
        yield "nvrflow_element", failure.element
    if failure.firmware:
        yield "nvrflow_firmware", failure.firmware
