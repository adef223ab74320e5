"""`nvrflow history`: captures and runs over time, by device line, in a table, as JSON and as a page with a chart."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from test_compare_controls import FORM
from written_capture import DEVICE, Written

from nvrflow.cli import nvrflow
from nvrflow.errors import NvrflowError, WrongCall
from nvrflow.history.chart import chart_of
from nvrflow.history.chronicle import chronicles
from nvrflow.history.chronicle_page import as_html


def run_folder(folder: Path, day: str, seconds: float, **more: Any) -> None:
    report = {
        "flow": "secure", "started": f"{day}T08:00:00+00:00", "seconds": seconds, "outcome": "done", "error": None, "drift": [],
        "firmware": {"name": "dahua/nvr_v4", "model": "NVR4216", "version": "4.1"}, "https": {"tls": "TLSv1.2"},
        "certificates": [{"role": "device", "key": "RSA 2048", "signature": "sha256"}], "steps": [], **more,
    }  # fmt: skip
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")


def capture(folder: Path, day: str, version: str, seconds: float, **device: Any) -> None:
    Written({"https": FORM, "home": FORM}, seconds=seconds, device={**DEVICE, **device}).at(folder)
    text = (folder / "capture.yaml").read_text(encoding="utf-8").replace("2026-11-28T06:00:00+00:00", f"{day}T06:00:00+00:00")
    (folder / "capture.yaml").write_text(re.sub(r"(?m)^version: .*", f"version: '{version}'", text), encoding="utf-8")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A folder in which a team keeps its captures and runs."""
    old = {"in_use": True, "redirect": False, "versions": {"TLSv1": [], "TLSv1.2": []}}
    capture(tmp_path / "captures" / "first", "2026-09-01", "4.1", 0.5)
    run_folder(tmp_path / "runs" / "one", "2026-09-02", 10.0)
    capture(tmp_path / "captures" / "second", "2026-11-01", "4.2", 2.5, https=old)
    failed = {"outcome": "failed", "error": {"kind": "selector-drift", "message": "…", "step": "x"}}
    run_folder(tmp_path / "runs" / "two", "2026-11-02", 24.0, **failed)
    checked = {"flow": "check", "elements": [{"verdict": "missing"}, {"verdict": "found"}, {"verdict": "drift"}]}
    run_folder(tmp_path / "runs" / "three", "2026-11-03", 4.0, **checked)
    run_folder(tmp_path / "elsewhere", "2026-11-04", 4.0, firmware={"name": "hikvision/nvr_v4", "model": "DS-7608"})
    return tmp_path


def test_a_device_line_is_told_in_order_of_time(kept: Path) -> None:
    (other, line), unreadable = chronicles(kept)
    assert not unreadable and (other.line, line.line) == ("DS-7608", "NVR4216")
    facts = [(one.what, one.version, one.verdict, one.tone, one.tls, one.seconds) for one in line.milestones]
    assert facts == [
        ("capture", "4.1", "2 of 2 pages", "good", "TLSv1.2", 1.0),
        ("secure", "4.1", "done", "good", "TLSv1.2", 10.0),
        ("capture", "4.2", "2 of 2 pages", "good", "TLSv1, TLSv1.2", 5.0),
        ("secure", "4.1", "failed: selector-drift", "bad", "TLSv1.2", 24.0),
        ("check", "4.1", "1 missing, 1 drift", "bad", "TLSv1.2", 4.0),
    ]
    assert [*line.changes()] == [2, 3] and line.milestones[2].has_old_tls


def test_the_chart_shows_each_kind_as_a_line_whose_height_is_its_seconds(kept: Path) -> None:
    line = chronicles(kept)[0][1]
    chart = chart_of(line)
    assert [one.name for one in chart.series] == ["capture", "secure", "check"]
    ground, top = chart.bottom, chart.top
    for series in chart.series:
        for point in series.points:
            assert point.y == pytest.approx(ground - (ground - top) * point.milestone.seconds / float(chart.ticks[-1][1]))
    assert float(chart.ticks[-1][1]) == 50 and [version for _, version in chart.changes] == ["4.2", "4.1"]


def test_the_page_asks_for_nothing_and_holds_every_line(kept: Path) -> None:
    page = as_html(chronicles(kept)[0], kept)
    assert "<script" not in page and not re.search(r"(src|href)=", page)
    assert page.count("<circle") == 6 and "failed: selector-drift" in page and "runs/two" in page


def test_the_command_prints_a_table_or_json_and_writes_the_page(kept: Path) -> None:
    file = kept / "out" / "history.html"
    table = CliRunner().invoke(nvrflow, ["history", str(kept), "--html", str(file)], standalone_mode=False)
    assert table.return_value == 0 and file.is_file()
    assert "NVR4216" in table.stdout and "2026-11-01 06:00" in table.stdout
    document = json.loads(CliRunner().invoke(nvrflow, ["history", str(kept), "--json"], standalone_mode=False).stdout)
    assert [len(one["milestones"]) for one in document["lines"]] == [1, 5]


def test_a_damaged_folder_is_told_and_the_others_are_shown(kept: Path) -> None:
    (kept / "runs" / "one" / "report.json").write_text("{}", encoding="utf-8")
    (kept / "captures" / "first" / "capture.yaml").write_text("format: 99\n", encoding="utf-8")
    found, unreadable = chronicles(kept)
    assert len(found[1].milestones) == 3 and len(unreadable) == 2


def test_a_folder_without_captures_and_runs_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(WrongCall):
            chronicles(folder)
    ended = CliRunner().invoke(nvrflow, ["history", str(tmp_path)], standalone_mode=False)
    assert isinstance(ended.exception, NvrflowError) and ended.exception.exit_code == 2
