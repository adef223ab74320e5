"""A check of a real device as evidence: only of a real device, only if nothing is missing, and without its address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_here import command_here

from nvrflow.capture.trust_level import trust_in
from nvrflow.check.device_evidence import check_before, record
from nvrflow.errors import WrongCall
from nvrflow.report import Report

DEVICE = {"name": "acme/nvr_v1", "model": "NVR 4216", "version": "4.1", "evidence": ["title Front gate"]}


def checked(firmware: dict[str, Any] | None = None, verdict: str = "found", outcome: Any = "checked") -> Report:
    report = Report(flow="check", recorder="http://10.1.2.3", started="2026-11-29T10:00:00+00:00")
    report.outcome, report.firmware = outcome, DEVICE if firmware is None else firmware
    report.extra = {"elements": [{"element": "home.menu", "verdict": "found"}, {"element": "home.x", "verdict": verdict}]}
    return report


def test_a_check_of_a_device_lifts_its_selector_file_and_tells_nothing_of_its_owner(tmp_path: Path) -> None:
    path = record(checked(verdict="drift"), tmp_path)
    assert path == tmp_path / "acme/nvr_v1/reports/nvr-4216-4.1-2026-11-29.json"
    text = path.read_text()
    assert "10.1.2.3" not in text and "Front gate" not in text
    assert json.loads(text)["verdicts"] == {"found": 1, "drift": 1}
    assert str(trust_in("acme/nvr_v1", tmp_path)) == "run on a device (NVR 4216 4.1 2026-11-29)"


@pytest.mark.parametrize(
    "report",
    [checked(verdict="missing"), checked(outcome="failed"), checked({"name": "acme/nvr_v1"})],
    ids=["missing", "ended early", "no model"],
)
def test_what_is_no_evidence_is_not_recorded(report: Report, tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="--record: nothing was recorded"):
        record(report, tmp_path)
    assert not list(tmp_path.rglob("*.json"))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "localhost", "http://[::1]"])
def test_a_simulated_recorder_is_refused_before_it_is_asked(url: str) -> None:
    with pytest.raises(WrongCall, match="only a real device is evidence"):
        check_before(url)
    ended = command_here("check", url, "--record")
    assert ended.returncode == 2 and "only a real device is evidence" in ended.stderr
