"""A guide in a language for which this computer has no letters: the person is told, and what to install."""

from __future__ import annotations

import pytest

from nvrflow.browser import find_browser
from nvrflow.browser.pdf import draws_apart
from nvrflow.guide.fonts import missing_font


def test_letters_that_no_font_has_are_drawn_as_the_same_box() -> None:
    browser = find_browser()
    assert draws_apart("a", "b", browser)
    assert not draws_apart("\U0001ffd0", "\U0001ffd1", browser)  # not assigned, so that no font has them


def test_a_missing_font_is_named_with_the_package_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(missing_font.__globals__["_LETTERS"], "zh", ("\U0001ffd0", "\U0001ffd1", "fonts-noto-cjk"))
    assert missing_font("zh", find_browser()).endswith("apt-get install fonts-noto-cjk) and write the guide again")
    assert missing_font("en", None) == ""
