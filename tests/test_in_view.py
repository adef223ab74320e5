"""What is pictured and clicked is what a person sees: scrolled into view, and not below a bar that stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_recorder import PlainRecorder

TALL = "<h1>Acme home</h1><div style='height: {above}px'></div><button>Save</button><div style='height: {below}px'></div>"
BARS = """<div style="position: fixed; inset: 0 0 auto 0; height: 120px; background: #ccc">Menu</div>
<div style="position: fixed; inset: auto 0 0 0; height: 120px; background: #ccc">Status</div>"""
INNER = TALL.format(above=900, below=900)
FRAME = f"<iframe style='width: 600px; height: 400px; margin-top: 2000px' srcdoc=\"{INNER}\"></iframe>"
SELECTORS = """
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Acme home}]
    elements:
      save: [{role: button, name: Save}]
"""


@pytest.mark.parametrize(
    ("page", "scrolled"),
    [
        (TALL.format(above=3000, below=3000), 0),
        (TALL.format(above=640, below=3000) + BARS, 0),
        (TALL.format(above=900, below=3000) + BARS, 850),
        (FRAME, 0),
    ],
    ids=["below the fold", "under a footer", "under a header", "in a frame below the fold"],
)
def test_the_boxed_middle_of_a_target_is_what_a_person_sees_there(tmp_path: Path, page: str, scrolled: int) -> None:
    framed = "frame: iframe\n    shown_by" if "iframe" in page else "shown_by"
    plain = PlainRecorder(tmp_path, {"/": page}, SELECTORS.replace("shown_by", framed))
    with plain.opened(screenshots=True) as recorder:
        shown = recorder.go_to("home")
        recorder.page.evaluate("down => window.scrollTo(0, down)", scrolled)
        shown.click("save")
        target = recorder.report.steps[-1].target
        assert target is not None and target.box is not None
        left, top, width, height = target.box
        size = recorder.page.viewport_size
        assert size is not None and top >= 0 and top + height <= size["height"] and left >= 0
        seen = recorder.page.evaluate(
            "([x, y]) => document.elementFromPoint(x, y)?.tagName", [left + width / 2, top + height / 2]
        )
        assert seen == ("IFRAME" if "iframe" in page else "BUTTON")
    assert [step.outcome for step in recorder.report.steps] == ["done", "done"]
