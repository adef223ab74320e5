"""Captures in the repository are replayed: a selector file is trusted as far as there is evidence for it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from slow_tests import DERIVED

from nvrflow.capture.archive import Capture
from nvrflow.capture.clearance import leaks_in
from nvrflow.capture.controls import Control, controls_of
from nvrflow.capture.donation import MEANING, preview
from nvrflow.capture.draft import _sign_in_button, draft_of
from nvrflow.capture.replay import Viewer, look_at, opened
from nvrflow.capture.sightings import differences, elements_on
from nvrflow.capture.trust_level import captures_of, trust_in
from nvrflow.content import as_yaml, folder, read_yaml
from nvrflow.firmware import available
from nvrflow.linting import lint, table

KEPT = [(name, path) for name in available() for path in captures_of(name)]


def name_of(value: Any) -> str:
    return value if isinstance(value, str) else value.name


def replayed(name: str, kept: Path) -> Any:
    """Those of firmwares that only extend another are slow."""
    return pytest.param(name, kept, marks=[pytest.mark.slow] if name in DERIVED else [], id=f"{name}-{kept.name}")


def test_every_simulated_recorder_that_can_be_used_has_a_capture() -> None:
    assert {name for name, _ in KEPT} >= set(available()) - {"amcrest/ip4m", "intelbras/nvr_v4", "dahua/classic"}
    assert sum(path.stat().st_size for _, kept in KEPT for path in kept.rglob("*") if path.is_file()) < 3_000_000


@pytest.mark.parametrize(("name", "kept"), KEPT, ids=name_of)
def test_a_capture_in_the_repository_holds_no_private_data(name: str, kept: Path) -> None:
    capture = Capture.open(kept)
    assert capture.firmware == name and not leaks_in(capture)
    assert not list(kept.rglob("*.png")) and not list(kept.rglob("*.css"))


@pytest.mark.browser
@pytest.mark.parametrize(("name", "kept"), [replayed(*one) for one in KEPT])
def test_a_capture_in_the_repository_is_replayed(name: str, kept: Path) -> None:
    """The selector file is found by its evidence, every locator matches as on the device, every value is read as it was."""
    assert look_at(kept).firmware == name
    capture = Capture.open(kept)
    for language in capture.languages:
        with opened(kept, language) as recorder:
            for page in capture.pages(language):
                recorder.go_to(page.name)
                elements = elements_on(recorder.window.finder, recorder.firmware.file.pages[page.name])
                assert not list(differences(page.name, page.elements, elements))
                assert values(controls_of(recorder.page)) == values(page.controls)


def values(controls: tuple[Control, ...]) -> list[tuple[str, str, str, bool | None]]:
    return [(one.role, one.name, one.value or "", one.checked) for one in controls]


@pytest.fixture
def fixtures(tmp_path: Path) -> Path:
    """A copy of what lies beside one selector file."""
    home = folder("fixtures") / "hikvision" / "ds_v3"
    shutil.copytree(home / "captures", tmp_path / "hikvision" / "ds_v3" / "captures")
    shutil.copy(home / "recorder.yaml", tmp_path / "hikvision" / "ds_v3")
    return tmp_path


def test_the_level_of_trust_follows_the_evidence(fixtures: Path) -> None:
    home = fixtures / "hikvision" / "ds_v3"
    assert str(trust_in("hikvision/ds_v3", fixtures)) == "simulated"
    assert str(trust_in("amcrest/ip4m", fixtures)) == "nothing yet"
    file = home / "captures" / "simulated" / "capture.yaml"
    real = {**read_yaml(file).data, "simulated": False, "model": "DS-7208", "version": "3.4", "when": "2026-11-28T04:00:00+00:00"}
    file.write_text(as_yaml(real))
    assert str(trust_in("hikvision/ds_v3", fixtures)) == "replayed (DS-7208 3.4 2026-11-28)"
    (home / "reports").mkdir()
    firmware = {"name": "hikvision/ds_v3", "model": "DS-7208", "version": "3.4"}
    report = {"outcome": "done", "recorder": "http://192.0.2.1", "started": "2026-11-29T10:00:00", "firmware": firmware}
    for wrong in ({"outcome": "failed"}, {"recorder": "http://127.0.0.1:81"}, {"firmware": {"name": "other/file"}}):
        (home / "reports" / "run.json").write_text(json.dumps({**report, **wrong}))
        assert trust_in("hikvision/ds_v3", fixtures).level == "replayed"
    (home / "reports" / "run.json").write_text(json.dumps(report))
    assert str(trust_in("hikvision/ds_v3", fixtures)) == "run on a device (DS-7208 3.4 2026-11-29)"


def test_the_table_of_firmwares_shows_the_level_and_no_file_claims_more() -> None:
    rows = {row.split(" | ")[0].lstrip("| "): row.rstrip(" |").rpartition(" | ")[2] for row in table().splitlines()[2:]}
    assert rows["dahua/nvr_v4"] == "simulated" and rows["amcrest/ip4m"] == "nothing yet"


def test_a_donation_shows_every_word_and_says_what_giving_it_away_means() -> None:
    shown = "\n".join(preview(Capture.open(dict(KEPT)["hikvision/ds_v3"])))
    assert all(
        word in shown for word in ("Create Self-signed Certificate", "files, ", "Replaced by made-up values: 1 of kind address")
    )
    assert "everybody can read it" in MEANING and "nvrflow sends it to nobody" in MEANING


def test_a_donation_shows_the_words_that_nobody_sees(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    shutil.copytree(dict(KEPT)["uniview/nvr"], kept)
    page = next(kept.glob("pages/en/home/page.html"))
    hidden = "<p hidden>Lena's room</p><select><option>Gate 7</select><style>p {}</style>"
    hidden += "<b title='Main Street' data-cap-x='ours' data-cap='on'></b>"
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", hidden + "</body>"), encoding="utf-8")
    summary = read_yaml(kept / "capture.yaml").data
    (kept / "capture.yaml").write_text(
        as_yaml({key: value for key, value in summary.items() if key != "files"}), encoding="utf-8"
    )
    lines = [line for line in preview(Capture.open(kept)) if line.startswith("home (en), in the page and not visible: ")]
    words = lines[0].partition(": ")[2].split(" | ")
    assert {"Lena's room", "Gate 7", "Main Street"} <= set(words) and not {"ours", "on", "p {}"} & set(words)
    assert not any("default-src" in word for word in words) and not any(
        "javascript:" in line for line in preview(Capture.open(kept))
    )


@pytest.mark.parametrize(
    ("buttons", "meant"),
    [
        (["Cancel", "Login"], "Login"), (["Cancel", "Go", "submit:OK"], "OK"), (["Forgot password?", "Weiter"], "Weiter"),
        (["Anmelden", "Sprache"], "Anmelden"),
    ],
)  # fmt: skip
def test_a_draft_takes_the_button_that_signs_in_for_it(buttons: list[str], meant: str) -> None:
    password = Control("textbox", "Password", "label", secret=True, tag="input")
    made = [
        Control("button", name.removeprefix("submit:"), "text", attributes={"type": "submit"} if "submit:" in name else {})
        for name in buttons
    ]
    found = _sign_in_button([password, *made], password)
    assert found is not None and found.name == meant


@pytest.mark.browser
def test_a_draft_names_what_is_on_the_sign_in_page_and_lint_accepts_it(tmp_path: Path) -> None:
    kept = dict(KEPT)["uniview/nvr"]
    file = tmp_path / "acme" / "nvr_v1.yaml"
    file.parent.mkdir()
    text = draft_of(Capture.open(kept), "acme/nvr_v1")
    file.write_text(text)
    assert not [finding for finding in lint([file], tmp_path) if finding.severity == "error"]
    elements = read_yaml(file).data["pages"]["sign_in"]["elements"]
    assert {"user", "password", "submit"} <= set(elements) and elements["password"]["secret"] is True
    with opened(kept, viewer=Viewer(selectors=tmp_path, firmware="acme/nvr_v1")) as recorder:
        recorder.go_to("sign_in")
        found = elements_on(recorder.window.finder, recorder.firmware.file.pages["sign_in"])
    assert {name for name, one in found.items() if one.locator is None} == set()
