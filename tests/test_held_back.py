"""What `--check` held back is named where it may be the reason for a failure, and without anybody's session in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_recorder import PlainRecorder

from nvrflow.errors import RequestHeld, SelectorDrift, UnknownFirmware
from nvrflow.recorder.held_back import held_notes

SELECTORS = """
identify: [{has: "#login"}]
pages:
  sign_in:
    path: /
    shown_by: [{css: "#login"}]
    elements:
      submit: [{role: button, name: Log in}]
"""
FROM_DATA = """<h1>Acme</h1><script>
fetch('/words?lang=en').then(one => one.text()).then(text => { document.body.innerHTML = text })
</script>"""
PAGES = {"/": FROM_DATA, "/words": "<form id=login>Password <input></form>"}
HELD = r"--check held back GET http://127\.0\.0\.1:\d+/words\?lang=en; .*`harmless`"


def test_a_page_that_misses_what_was_held_back_says_so(tmp_path: Path) -> None:
    plain = PlainRecorder(tmp_path, PAGES, SELECTORS)
    with pytest.raises(SelectorDrift, match=HELD), plain.opened(check=True, timeout=2.0):
        pass
    with pytest.raises(UnknownFirmware, match=HELD), plain.opened(check=True, firmware=None, timeout=2.0):
        pass
    with plain.opened():
        pass


def test_a_page_whose_own_request_was_held_back_is_not_a_recorder_that_does_not_answer(tmp_path: Path) -> None:
    pages = {"/": "<form id=login>Password <input></form>", "/config": "<h1>Settings</h1>"}
    plain = PlainRecorder(tmp_path, pages, f"{SELECTORS}  config:\n    path: /config?tab=network\n    shown_by: [{{css: h1}}]\n")
    with pytest.raises(RequestHeld, match="--check held back the request for this page"), plain.opened(check=True) as recorder:
        recorder.go_to("config")


@pytest.mark.parametrize(
    "request_",
    [
        "POST http://192.0.2.10/revoke\ntoken=s%2BY%2B6B1oROWzq7%2FtGh9%2Bw%3D%3D",
        "POST http://192.0.2.10/revoke\nuser=admin&token=eyJhbGciOiJIUzI1NiJ9.eyJ1IjoxfQ.q7tGh9w",
        "GET http://192.0.2.10/flows?token=s%2BY%2B6B1oROWzq7%2FtGh9",
        "GET http://192.0.2.10/flows?lang=en&session_id=q7tGh9",
    ],
)
def test_no_part_of_a_session_is_in_a_note(request_: str) -> None:
    note = "\n".join(held_notes([request_], []))
    assert "•••" in note
    assert not any(part in note for part in ("6B1oROW", "q7", "tGh9", "eyJ"))


def test_what_is_no_session_stays_in_a_note() -> None:
    notes = held_notes(["POST http://192.0.2.10/set?lang=en\nname=Front+door&port=443"], [])
    assert "/set?lang=en name=Front door&port=443" in notes[0]
