"""Whether this computer has fonts for a guide's language; without them a PDF shows empty boxes."""

from __future__ import annotations

from pathlib import Path

from nvrflow.browser import Browser, find_browser
from nvrflow.browser.pdf import draws_apart

# For each language that not every computer can show: two of its letters, and Debian's and Ubuntu's package of a font with them.
_LETTERS = {"zh": ("中", "国", "fonts-noto-cjk")}


def missing_font(language: str, browser: Path | Browser | None) -> str:
    """What to do if no font here has the letters of `language`; otherwise empty. Two letters that look alike are boxes."""
    if language not in _LETTERS:
        return ""
    one, other, package = _LETTERS[language]
    found = browser if isinstance(browser, Browser) else find_browser(browser)
    if draws_apart(one, other, found):
        return ""
    return (
        f"the PDF in the language {language} shows empty boxes, because no font of this computer has its letters; "
        f"install one (Debian, Ubuntu: apt-get install {package}) and write the guide again"
    )
