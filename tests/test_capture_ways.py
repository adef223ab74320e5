"""What keeps several pages from being captured is tried once, and said once; the others share that cause."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command_here import command_here
from plain_recorder import serving

from nvrflow.capture.archive import Capture
from nvrflow.content import as_yaml

pytestmark = pytest.mark.browser
FRONT = """<h1>Front</h1><a href="#" onclick="fetch('/asked')">Setup</a> <a href="/other">Other</a>"""
BEHIND = ("ports", "time", "users", "disks", "events", "log")


def heading(name: str) -> list[dict[str, str]]:
    return [{"role": "heading", "name": name}]


@pytest.fixture
def pages() -> dict[str, Any]:
    """Six pages behind a link that does nothing, two behind an optional link, an optional page, and one that is there."""
    link: dict[str, Any] = {name: [{"role": "link", "name": name.capitalize()}] for name in (*BEHIND, "setup", "other", "backup")}
    return {
        "front": {
            "path": "/",
            "shown_by": heading("Front"),
            "elements": {
                "setup": link["setup"],
                "other": link["other"],
                "cloud": {"find": [{"text": "Cloud"}], "optional": True},
                "hints": [{"text": "Hints"}],
            },
        },
        "setup": {"on": "front", "open": "setup", "shown_by": heading("Setup"), "elements": {one: link[one] for one in BEHIND}},
        **{one: {"on": "setup", "open": one, "shown_by": heading(one)} for one in BEHIND},
        "cloud": {"on": "front", "open": "cloud", "shown_by": heading("Cloud"), "elements": {"backup": link["backup"]}},
        "hints": {"on": "front", "open": "hints", "optional": True, "shown_by": heading("Hints")},
        "backup": {"on": "cloud", "open": "backup", "shown_by": heading("Backup")},
        "other": {"on": "front", "open": "other", "shown_by": heading("Other")},
    }


def test_a_way_that_fails_is_taken_once_and_each_page_behind_it_shares_the_cause(pages: dict[str, Any], tmp_path: Path) -> None:
    own = tmp_path / "own" / "acme"
    own.mkdir(parents=True)
    (own / "nvr.yaml").write_text(as_yaml({"vendor": "Acme", "lines": ["NVR"], "firmware": "1", "pages": pages}))
    requests = list[str]()
    with serving({"/": FRONT, "/other": "<h1>Other</h1>", "/asked": ""}, requests) as url:
        given = ("--selectors", "own", "--firmware", "acme/nvr", "--timeout", "2", "--out", "kept")
        said = command_here("capture", url, *given, folder=tmp_path, password="x")
    assert said.returncode == 1, said.stdout + said.stderr
    assert requests.count("/asked") == 1, "the way that fails was taken once"
    states = Capture.open(tmp_path / "kept").summary.pages["und"]
    assert (states["front"], states["other"]) == ("ok", "ok")
    assert states["setup"].startswith("acme/nvr: setup: not shown")
    assert {states[one] for one in BEHIND} == {"not tried: the way to it begins as the one to setup, which failed"}
    assert states["cloud"].startswith("not offered by this device; ")
    assert states["hints"].startswith("not offered by this device; "), "the page itself is optional"
    assert states["backup"] == "not offered by this device, as cloud, through which the way leads"
    assert set(Capture.open(tmp_path / "kept").summary.missed) == {f"und/{one}" for one in ("setup", *BEHIND)}


def test_an_optional_element_further_on_does_not_make_a_failing_way_one_that_is_not_offered(
    pages: dict[str, Any], tmp_path: Path
) -> None:
    pages["setup"]["elements"]["ports"] = {"find": pages["setup"]["elements"]["ports"], "optional": True}
    own = tmp_path / "own" / "acme"
    own.mkdir(parents=True)
    (own / "nvr.yaml").write_text(as_yaml({"vendor": "Acme", "lines": ["NVR"], "firmware": "1", "pages": pages}))
    with serving({"/": FRONT, "/asked": ""}, []) as url:
        given = ("--selectors", "own", "--firmware", "acme/nvr", "--timeout", "2", "--pages", "front,ports", "--out", "kept")
        command_here("capture", url, *given, folder=tmp_path, password="x")
    state = Capture.open(tmp_path / "kept").summary.pages["und"]["ports"]
    assert state.startswith("acme/nvr: setup: not shown"), state
