"""What a person sees as grey is not clicked: it is waited for, and it ends as a disabled button does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from plain_recorder import PlainRecorder

from nvrflow import Recorder
from nvrflow.errors import TimedOut

COUNT = "onclick=\"document.title = 'clicked'\""
GREY = {
    "aria": f"<a aria-disabled=true {COUNT}>aria</a>",
    "aria-around": f"<div role=toolbar aria-disabled=true><span {COUNT}>aria-around</span></div>",
    "pointer": f"<div style='cursor: not-allowed' {COUNT}>pointer</div>",
    "grey-text": f"<a href=#x class=disabled style='color: #999' {COUNT}>grey-text</a>",
    "pale": f"<div class='btn is-disabled' style='opacity: .5; cursor: pointer' {COUNT}>pale</div>",
    "pale-inside": f"<a class='tool tool-disabled' href=#x {COUNT}><span style='opacity: .4'>pale-inside</span></a>",
    "around": f"<li class='menu-item-disabled' style='cursor: default'><a {COUNT}>around</a></li>",
    "no-events": f"<a class=disabled style='pointer-events: none' {COUNT}>no-events</a>",
}
USABLE = {
    "says-no-more": f"<a href=#x class='cache-disabled btn' {COUNT}>says-no-more</a>",
    "pale-only": f"<div style='opacity: .5' {COUNT}>pale-only</div>",
    "grey-only": f"<button style='color: #999' {COUNT}>grey-only</button>",
    "in-a-list": f"<ul class=list-disabled style='cursor: default'><li {COUNT}>in-a-list</li><li>other</li></ul>",
    "aria-false": f"<div aria-disabled=true><a aria-disabled=false {COUNT}>aria-false</a></div>",
}
HOME = """
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Acme home}]
    elements:
"""
LATE = f"<a class=disabled style='color: #999' {COUNT}>late</a>"
TURNS = """<script>setTimeout(() => {
  const late = document.querySelector('#late a'); late.className = ''; late.style = '' }, 1500)</script>"""


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorder]:
    shown = {name: html.replace("onclick", f"data-name={name} onclick") for name, html in (GREY | USABLE).items()}
    page = "<h1>Acme home</h1>" + "".join(f"<div>{html}</div>" for html in shown.values())
    elements = "\n".join(f"      {name.replace('-', '_')}: [{{css: '[data-name={name}]'}}]" for name in GREY | USABLE)
    selectors = HOME + elements + "\n"
    plain = PlainRecorder(tmp_path_factory.mktemp("greyed"), {"/": page}, selectors)
    with plain.opened(timeout=2.0) as opened:
        yield opened


@pytest.mark.parametrize("name", GREY)
def test_what_looks_disabled_is_not_clicked(recorder: Recorder, name: str) -> None:
    page = recorder.go_to("home")
    recorder.page.evaluate("() => { document.title = '' }")
    with pytest.raises(TimedOut, match=rf"home\.{name.replace('-', '_')}: .* could not be clicked within 2 s; it is"):
        page.click(name.replace("-", "_"))
    assert recorder.page.title() == ""


@pytest.mark.parametrize("name", USABLE)
def test_what_only_resembles_it_is_clicked(recorder: Recorder, name: str) -> None:
    page = recorder.go_to("home")
    recorder.page.evaluate("() => { document.title = '' }")
    page.click(name.replace("-", "_"))
    assert recorder.page.title() == "clicked"


def test_what_becomes_usable_is_clicked_then(tmp_path: Path) -> None:
    page = f"<h1>Acme home</h1><p id=late>{LATE}</p>{TURNS}"
    with PlainRecorder(tmp_path, {"/": page}, f"{HOME}      late: [{{text: late}}]\n").opened() as opened:
        opened.go_to("home").click("late")
        assert opened.page.title() == "clicked"
        assert opened.page.evaluate("() => document.querySelector('#late a').className") == ""


def test_a_page_that_comes_by_itself_is_there_although_what_leads_to_it_is_greyed(tmp_path: Path) -> None:
    grey = f"<h1>Acme home</h1><a class=disabled style='color: #999' {COUNT}>Create</a><p id=made hidden>Delete</p>"
    late = "<script>setTimeout(() => { document.querySelector('#made').hidden = false }, 1500)</script>"
    file = HOME + "      create: [{text: Create}]\n  made: {on: home, open: create, shown_by: [{text: Delete}]}\n"
    with PlainRecorder(tmp_path, {"/": grey + late}, file).opened(timeout=3.0) as recorder:
        assert recorder.go_to("made").name == "made"
        assert recorder.page.title() != "clicked"
        assert not [step for step in recorder.report.steps if step.outcome == "failed"]
