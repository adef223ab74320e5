"""A dry run is dry: by none of the ways out of a browser does anything reach a recorder that could change it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from recording_server import RecordingServer, named_ways, recording_server

from nvrflow.browser import find_browser, open_browser
from nvrflow.browser.executable import installed
from nvrflow.recorder import open_recorder

FILE = """
vendor: Acme
firmware: "*"
identify: [{title: "^Ways out$"}, {has: "#gate"}]
harmless:
  - {url: /rpc, calls: config.get}
  - {url: /harmless}
pages:
  sign_in: {path: /, shown_by: [{label: Pass word}], elements: {password: {find: [{label: Pass word}], secret: true}}}
"""
_SETTLED = 4000  # milliseconds in which timers, workers and prefetching have done what they do


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with recording_server() as running:
        yield running


@pytest.fixture
def selectors(tmp_path: Path) -> Path:
    (tmp_path / "own" / "acme").mkdir(parents=True)
    (tmp_path / "own" / "acme" / "ways.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path / "own"


def test_the_page_tries_at_least_85_ways() -> None:
    assert len(named_ways()) >= 85


def test_without_the_gate_most_ways_lead_out(server: RecordingServer) -> None:
    with open_browser(find_browser()) as process:
        context = process.new_context(accept_downloads=True)
        page = context.new_page()
        page.goto(server.url)
        page.wait_for_timeout(_SETTLED)
        page.goto(f"{server.url}/away.html")
        page.wait_for_timeout(500)
        context.close()
    known = server.ways & (named_ways() | {"udp"})
    assert len(known) >= 85, sorted(named_ways() - server.ways)
    assert "127.0.0.2" in server.connections


@pytest.mark.parametrize(
    ("scheme", "named", "full"),
    [
        pytest.param("http", True, False, id="http"),
        pytest.param("https", True, False, id="https", marks=pytest.mark.slow),
        pytest.param("http", False, False, id="http, firmware unknown", marks=pytest.mark.slow),
        pytest.param("https", False, False, id="https, firmware unknown"),
        pytest.param("https", False, True, id="https, firmware unknown, full browser", marks=pytest.mark.slow),
    ],
)
def test_in_a_check_nothing_leads_out(server: RecordingServer, selectors: Path, scheme: str, named: bool, full: bool) -> None:
    browser = installed(full)
    assert browser is not None and browser.headless_shell is not full
    url = server.url if scheme == "http" else server.https_url
    firmware = "acme/ways" if named else None
    with open_recorder(
        url, "admin", "pw", check=True, browser=browser, firmware=firmware, selectors=selectors, screenshots=False
    ) as recorder:
        recorder.page.wait_for_function("() => window.declared", timeout=20_000)
        recorder.page.wait_for_timeout(_SETTLED)
        recorder.page.goto(f"{url}/away.html")
        recorder.page.wait_for_timeout(500)
    assert server.ways == set()
    assert server.elsewhere == []
    assert "127.0.0.2" not in server.connections
    asked = {line.partition(" ")[0] for line in server.lines}
    assert asked == {"GET", "POST"}
    assert {line.split(" ")[1] for line in server.lines if line.startswith("POST")} == {"/rpc", "/harmless"}
    assert len(recorder.session.held) > 60
    assert any("held back" in note for note in recorder.report.notes)
