"""JavaScript in a selector file: any expression is taken as one, and what is none is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_recorder import PlainRecorder, serving

from nvrflow.errors import InvalidFile
from nvrflow.recorder.start_page import look_at

PAGE = {"/": "<title>Acme</title><h1>Acme home</h1><script>window.device = {name: 'NVR-16'}</script>"}
HOME = "pages:\n  home: {path: /, shown_by: [{role: heading, name: Acme home}]}\n"


def test_an_expression_with_alternatives_tells_the_model(tmp_path: Path) -> None:
    about = 'about: {model: "window.nothing || window.device && window.device.name", version: "window.none.there"}\n'
    with PlainRecorder(tmp_path, PAGE, about + HOME).opened() as recorder:
        assert recorder.report.firmware is not None
        assert recorder.report.firmware["model"] == "NVR-16" and "version" not in recorder.report.firmware


@pytest.mark.parametrize(
    "lines", ['identify: [{title: Acme}, {script: "1 === ("}]\n', 'identify: [{title: Acme}]\nabout: {model: "a b"}\n']
)
def test_what_is_no_javascript_is_told_with_the_file(tmp_path: Path, lines: str) -> None:
    plain = PlainRecorder(tmp_path, PAGE, lines + HOME)
    with (
        serving(plain.pages, plain.requests, {}, {}) as url,
        pytest.raises(InvalidFile, match="plain: a script below `identify` or `about`"),
    ):
        look_at(url, tmp_path / "selectors")
