"""The Python examples in the documentation run as they stand there, but for addresses, names and fingerprints."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nvrflow import Trusting, open_recorder
from nvrflow.errors import WrongCall

ROOT = Path(__file__).resolve().parent.parent


def examples(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.S)


@pytest.mark.browser
def test_the_stages_of_trust_run_in_the_order_of_the_example(
    simulated: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = simulated(restart_seconds=0.3, scan_seconds=0.3)
    monkeypatch.setenv("NVRFLOW_PASSWORD", recorder.password)
    (example,) = examples("docs/trust.md")
    for written, real in (("http://192.0.2.10", recorder.url), ("AA:BB:CC:…", recorder.authority_sha256)):
        assert example.count(written) == 1
        example = example.replace(written, real)
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(example, names)
    assert printed.getvalue().startswith("True [{'name': 'chromium', 'trusted': True")
    assert "{'name': 'curl', 'trusted': False" in printed.getvalue(), "it reads the system store, where nothing was imported"
    report = names["recorder"].report
    assert [change.store for change in report.trust if change.changed] == ["chromium-nss"]
    told = [warning for one in report.certificates for warning in one["warnings"]]
    assert not [warning for warning in told if "could not be compared" in warning], "it was compared in the meantime"


def test_a_stage_of_trust_before_its_turn_changes_nothing(simulated: Callable[..., Any], home: Path) -> None:
    recorder = simulated()
    assert "`Trusting().import_here(recorder)` raises `WrongCall`" in (ROOT / "docs/trust.md").read_text(encoding="utf-8")
    before = recorder.state()
    with open_recorder(recorder.url, password=recorder.password, timeout=10) as opened:
        with pytest.raises(WrongCall, match="call take, or judge and compare, before it"):
            Trusting(yes=True).import_here(opened)
        assert not opened.report.trust
    assert recorder.state() == before and not list(home.rglob("*.db"))


@pytest.mark.browser
def test_the_examples_for_pytest_pass_and_the_plugin_has_what_they_name(tmp_path: Path) -> None:
    page = (ROOT / "docs/testing.md").read_text(encoding="utf-8")
    for number, example in enumerate(examples("docs/testing.md")):
        (tmp_path / f"test_example_{number}.py").write_text(example, encoding="utf-8")
    own = tmp_path / "own-home"
    own.mkdir()
    variables = {**os.environ, "HOME": str(own)}

    def typed(*arguments: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "pytest", "-p", "no:dash", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(argv, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=150)

    ended = typed("-q", "--firmware", "dahua/nvr_v4")
    assert ended.returncode == 0 and "2 passed" in ended.stdout, ended.stdout + ended.stderr
    assert not list(own.rglob("*.db")), "this computer's own stores stay as they are"
    known = typed("--fixtures").stdout + typed("--help").stdout
    named = re.findall(r"^\| `(-*[a-z_-]+)", page, re.M)
    assert len(named) == 17
    for name in named:
        assert re.search(rf"^\s*{name}\b", known, re.M), name
