"""The collector: what a recorder shows to explain a failure, without a change, within a limit, and without secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from one_browser import one_browser

from nvrflow.content import folder
from nvrflow.errors import InvalidFile, WrongCall
from nvrflow.firmware import load_firmware
from nvrflow.flows.sign_in import sign_in
from nvrflow.pytest_plugin import collector
from nvrflow.pytest_plugin.collector import Collected, collect
from nvrflow.recorder import Recorder, open_recorder
from nvrflow.recorder.read_only import read_only

NAMED = "explain: [system_service, https.port, https.ok]"


def own_file(top: Path, more: str) -> Path:
    shipped = (folder("selectors") / "dahua" / "nvr_v4.yaml").read_text(encoding="utf-8")
    (top / "dahua").mkdir(parents=True, exist_ok=True)
    (top / "dahua" / "nvr_v4.yaml").write_text(f"{shipped}\n{more}\n", encoding="utf-8")
    return top


@pytest.fixture
def recorder(simulated: Callable[..., Any], tmp_path: Path) -> Iterator[Recorder]:
    """A simulated recorder whose selector file names what explains a failure; somebody is signed in."""
    device = simulated()
    selectors = own_file(tmp_path / "own", NAMED)
    options: dict[str, Any] = {"firmware": "dahua/nvr_v4", "selectors": selectors, "timeout": 8, "running": one_browser()}
    with open_recorder(device.url, password=device.password, **options) as opened:
        sign_in(opened)
        yield opened


@pytest.mark.browser
def test_pages_and_elements_are_kept_and_the_run_goes_on_as_before(recorder: Recorder) -> None:
    before = len(recorder.report.steps)
    found = collect(recorder, "product-defect")
    assert list(found.words) == ["recorder", "system_service", "https.port", "https.ok"]
    assert found.words["recorder"].startswith("dahua/nvr_v4, NVR4216-16P-4KS2, version 4.")
    assert "HTTPS" in found.words["system_service"] and found.words["https.port"].isdigit()
    assert found.pictures["system_service"].startswith(b"\x89PNG") and len(recorder.report.steps) == before
    recorder.go_to("device_certificate")
    assert len(recorder.report.steps) > before and not recorder.checking and recorder.timeout == 8


@pytest.mark.browser
def test_nothing_that_writes_goes_out_while_it_looks(recorder: Recorder) -> None:
    ask = "body => fetch('/RPC2', {method: 'POST', body}).then(() => 'sent', () => 'held back')"
    write, read = '{"method": "configManager.setConfig", "id": 1}', '{"method": "magicBox.getSystemInfo", "id": 1}'
    with read_only(recorder, 20):
        assert recorder.page.evaluate(ask, write) == "held back" and recorder.page.evaluate(ask, read) == "sent"
        recorder.go_to("https").click("ok")
        assert recorder.report.steps[-1].outcome == "would"
    assert recorder.page.evaluate(ask, write) == "sent" and not recorder.steps.held


@pytest.mark.browser
def test_it_ends_in_time_and_asks_nobody_to_sign_in(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert collect(recorder, "sign-in-refused").words == collect(recorder, "account-locked").words == {}
    with pytest.raises(WrongCall, match="the time for looking around is over"), read_only(recorder, -1):
        recorder.go_to("system_service")
    monkeypatch.setattr(collector, "LIMIT", -1.0)
    assert collect(recorder, "timeout").words["system_service"] == "not collected: the time for looking around is over"
    recorder.steps.objection = lambda: "the lease was lost"
    assert collect(recorder, "timeout").words == {}
    recorder.steps.objection = lambda: ""
    recorder.leave()
    assert collect(recorder, "timeout").words == {}, "nobody is signed in any more"


def test_what_is_kept_has_no_secret(tmp_path: Path) -> None:
    found = Collected({"log": "admin signed in with hunter2-planted"}, {"log": b"\x89PNG"})
    kept = found.write(tmp_path, {"hunter2-planted"})
    assert [(kind, path.name) for kind, path in kept] == [("collected", "collected.txt"), ("collected_log", "collected-log.png")]
    assert (tmp_path / "collected.txt").read_text(encoding="utf-8") == "== log\nadmin signed in with •••\n"
    assert Collected().write(tmp_path / "none", ()) == [] and not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("explain: [sytem_service]", "there is no page 'sytem_service'; did you mean 'system_service'?"),
        ("explain: https.prot", "the page 'https' has no element 'prot'; did you mean 'port'?"),
        ("explain: sign_in.password", "sign_in.password is secret; name what may be kept"),
    ],
)
def test_a_mistake_in_explain_is_told_with_its_place(named: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidFile) as raised:
        load_firmware("dahua/nvr_v4", own_file(tmp_path, named))
    assert said in str(raised.value) and "nvr_v4.yaml:" in str(raised.value)


def test_a_file_that_removes_a_page_inherits_no_explanation_from_it(tmp_path: Path) -> None:
    selectors = own_file(tmp_path, NAMED)
    assert load_firmware("dahua/nvr_v4", selectors).file.explain == ["system_service", "https.port", "https.ok"]
    derived = load_firmware("dahua/nvr_v4_3", selectors).file  # shipped: it extends the other and removes a page
    assert "system_service" not in derived.pages and derived.explain == ["https.port", "https.ok"]
