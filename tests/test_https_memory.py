"""The HTTPS port that a run learned is where a later command asks; recorders behind one address are told apart by their ports."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from loopback import LoopbackServer

from nvrflow.address import place_of
from nvrflow.flows.disable_https import disable_https
from nvrflow.flows.enable_https import enable_https
from nvrflow.https_memory import HttpsMemory
from nvrflow.state_folder import state_folder
from nvrflow.trust.request import https_port


class NoRedirect(BaseHTTPRequestHandler):
    """Plain HTTP that does not say where HTTPS is."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


def test_a_plain_address_leads_to_the_port_that_was_learned_for_it_alone(home: Path) -> None:
    memory = HttpsMemory(state_folder())
    with LoopbackServer(NoRedirect) as first, LoopbackServer(NoRedirect) as second, LoopbackServer(NoRedirect) as third:
        one, two, other = (place_of(f"http://{server.address}") for server in (first, second, third))
        memory.learn(one, 8443)
        memory.learn(two, 9443)
        assert [https_port(place) for place in (one, two, other)] == [8443, 9443, 443]
        memory.learn(one, None)
        assert [https_port(place) for place in (one, two, other)] == [443, 9443, 443]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"127.0.0.1:80": "x"}', '{"127.0.0.1:80": 0}'])
def test_a_damaged_memory_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    memory = HttpsMemory(tmp_path)
    memory.path.write_text(content, encoding="utf-8")
    place = place_of("http://127.0.0.1:80")
    assert memory.port_of(place) is None
    memory.learn(place, 8443)
    assert memory.port_of(place) == 8443


@pytest.mark.slow
def test_a_run_that_switches_https_on_learns_its_port_and_one_that_switches_it_off_forgets_it(
    simulated: Callable[..., Any], opened: Callable[..., Any], tmp_path: Path
) -> None:
    recorder, memory = simulated(), HttpsMemory(tmp_path / "state")
    plain = place_of(recorder.url)
    with opened(recorder, state=memory.folder) as page:
        enable_https(page)
    assert memory.port_of(plain) == place_of(recorder.https_url).port
    with opened(recorder, state=memory.folder) as page:
        disable_https(page)
        assert page.report.https is not None and page.report.https.after is False
    assert memory.port_of(plain) is None
