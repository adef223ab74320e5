"""A wait ends at its limit, and earlier once nothing moves any more."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from plain_recorder import PlainRecorder

from nvrflow.errors import SelectorDrift

HOME = "<h1>Acme home</h1><p id=clock></p>{}"
TICKS = "<script>setInterval(() => { document.querySelector('#clock').textContent = new Date().toTimeString() }, 300)</script>"
POLLS = "<script>setInterval(() => fetch('/state?' + Date.now()), 400)</script>"
SELECTORS = """
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Acme home}]
    elements:
      late: [{role: button, name: Late}]
"""


@pytest.mark.parametrize(
    "moves",
    [pytest.param("", id="nothing", marks=pytest.mark.slow), pytest.param(TICKS + POLLS, id="a clock and questions")],
)
def test_a_wrong_locator_is_told_long_before_the_limit_where_nothing_moves(tmp_path: Path, moves: str) -> None:
    with PlainRecorder(tmp_path, {"/": HOME.format(moves), "/state": "ok"}, SELECTORS).opened(timeout=60.0) as recorder:
        page = recorder.go_to("home")
        began = time.monotonic()
        with pytest.raises(SelectorDrift, match="nothing on the page or in its network moves any more"):
            page.click("late")
        assert time.monotonic() - began < 40  # far from the limit, on a busy machine too


@pytest.mark.parametrize(
    "moves",
    [
        "<script>const p = document.createElement('p'); document.body.append(p); let n = 0;"
        "setInterval(() => { p.textContent = ++n + ' %'; if (n === 16) "
        "document.body.insertAdjacentHTML('beforeend', '<button>Late</button>') }, 500)</script>",
        "<script>setTimeout(() => fetch('/slow').then(() => {"
        "document.body.insertAdjacentHTML('beforeend', '<button>Late</button>') }), 100)</script>",
    ],
    ids=["progress", "a slow answer"],
)
def test_a_page_on_which_something_still_moves_is_waited_for(tmp_path: Path, moves: str) -> None:
    plain = PlainRecorder(tmp_path, {"/": HOME.format(moves), "/slow": "ok"}, SELECTORS)
    plain.slow = {"/slow": 8.0}
    with plain.opened(timeout=30.0) as recorder:
        recorder.go_to("home").click("late")
    assert recorder.report.steps[-1].outcome == "done"
