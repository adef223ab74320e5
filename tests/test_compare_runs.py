"""Two runs of one flow compared: how they ended, which steps there are, and by which locator elements were found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_compare_controls import usage  # noqa: F401 (a fixture that every test here has)

from nvrflow.compare.comparison import Comparison, compare
from nvrflow.compare.sentence import sentence
from nvrflow.compare.side import Side, side_of
from nvrflow.errors import InvalidFile


def step(name: str, seconds: float = 0.2, fallback: int = 0, element: str = "") -> dict[str, Any]:
    return {"id": name, "title": f"Click {name}", "seconds": seconds, "fallback": fallback, "element": element, "locator": "x"}


def run(folder: Path, *steps: dict[str, Any], **more: Any) -> Side:
    report = {
        "flow": "secure", "outcome": "done", "error": None, "steps": list(steps), "language": "en", "started": "",
        "firmware": {"name": "dahua/nvr_v4", "model": "NVR4216"}, "https": {"tls": "TLSv1.2", "redirects": True},
        "certificates": [{"role": "device", "key": "RSA 2048", "signature": "sha256", "san": ["IP:192.0.2.1"]}], **more,
    }  # fmt: skip
    folder.mkdir()
    (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")
    return side_of(str(folder), lambda url: pytest.fail(url))


def told(found: Comparison) -> list[tuple[str, str, str, str]]:
    return [(one.kind, one.change, one.name, one.consequence) for one in found.differences]


def test_two_equal_runs_have_no_difference(tmp_path: Path) -> None:
    assert told(compare(run(tmp_path / "a", step("one")), run(tmp_path / "b", step("one")))) == []


def test_a_run_that_fails_now_breaks_its_flow_and_says_why(tmp_path: Path) -> None:
    error = {"kind": "selector-drift", "message": "no button", "step": "one"}
    failed = run(tmp_path / "b", step("one"), outcome="failed", error=error)
    (one,) = compare(run(tmp_path / "a", step("one")), failed).differences
    assert (one.consequence, one.flows, one.note) == ("breaking", ("secure",), "no button")
    assert sentence(one) == "The flow secure ended as failed, no longer as done"


def test_another_locator_another_step_and_a_slow_step_are_told(tmp_path: Path) -> None:
    element = "home.setting"
    a = run(tmp_path / "a", step("one", element=element), step("two"), step("three"), step("four"))
    b = run(tmp_path / "b", step("one", fallback=1, element=element), step("two", 6.0), step("three"), step("five"))
    assert told(compare(a, b)) == [
        ("flow", "changed", element, "drift"),
        ("time", "changed", "two", "drift"),
        ("flow", "added", "Click five", "none"),
        ("flow", "removed", "Click four", "none"),
    ]


def test_https_of_two_runs_is_compared_as_that_of_captures(tmp_path: Path) -> None:
    certificate = {"role": "device", "key": "RSA 2048", "signature": "sha1", "san": ["IP:192.0.2.1"]}
    a, b = run(tmp_path / "a"), run(tmp_path / "b", certificates=[certificate], https={"tls": "TLSv1.2", "redirects": False})
    assert told(compare(a, b)) == [("certificate", "changed", "signature", "breaking"), ("tls", "changed", "HTTP", "drift")]


def test_a_report_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InvalidFile, match="not the report of a run"):
        side_of(str(tmp_path), lambda url: pytest.fail(url))
