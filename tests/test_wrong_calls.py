"""A call that cannot be meant ends with exit code 2 before anything is done: no folder, no file, no recorder asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_here import command_here
from plain_recorder import serving

WRONG = {
    "unknown firmware": ("secure", "URL", "--firmware", "acme/nothing"),
    "unknown flow": ("run", "sign_inn", "URL"),
    "no folder of flows": ("run", "sign_in", "URL", "--flows", "nowhere"),
    "no folder of selectors": ("secure", "URL", "--selectors", "nowhere"),
    "unknown kind of trust": ("secure", "URL", "--trust", "all"),
    "unknown store": ("secure", "URL", "--store", "nowhere"),
    "unknown browser": ("secure", "URL", "--browser-path", "/nowhere/chromium"),
    "no display": ("secure", "URL", "--headed"),
    "unknown option": ("secure", "URL", "--password", "x"),
    "unknown firmware of a guide": ("guide", "URL", "--firmware", "acme/nothing"),
    "unknown flow of a guide": ("guide", "URL", "--flow", "nothing"),
    "unknown format": ("guide", "URL", "--format", "docx"),
    "no theme": ("guide", "URL", "--theme", "nowhere.yaml"),
    "unknown browser of a guide": ("guide", "URL", "--browser-path", "/nowhere/chromium"),
    "a picture of no page": ("picture", "URL", ".x", "--out", "a.png"),
    "a picture as a JPEG": ("picture", "URL", "sign_in", "--out", "a.jpg"),
    "a picture without a file": ("picture", "URL", "sign_in"),
    "a picture of no size": ("picture", "URL", "sign_in", "--out", "a.png", "--viewport", "large"),
    "unknown firmware of a picture": ("picture", "URL", "sign_in", "--out", "a.png", "--firmware", "acme/nothing"),
    "a check of a folder without a capture": ("check", "home"),
    "settings of a folder that is not there": ("read", "./nowhere"),
    "a bundle of nothing": ("bundle", "nothing.crt", "--out", "drive"),
}


@pytest.mark.parametrize("call", WRONG.values(), ids=WRONG)
def test_a_wrong_call_leaves_nothing(call: tuple[str, ...], tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requests: list[str] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NVRFLOW_PASSWORD", "secret")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with serving({"/": "<title>a recorder</title>"}, requests) as url:
        ended = command_here(*(url if one == "URL" else one for one in call))
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert ended.stderr.startswith("nvrflow: ")
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    assert not list(home.rglob("*"))
    assert not requests
