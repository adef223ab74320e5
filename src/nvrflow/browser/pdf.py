"""Printing an HTML file as PDF with the browser."""

from __future__ import annotations

import re
from pathlib import Path

from nvrflow.browser.executable import Browser
from nvrflow.browser.process import open_browser
from nvrflow.errors import NvrflowError

_NODE = re.compile(rb"\(node(\d{8})\)")
_MOMENT = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}[^)]*\)")

_APART = """([one, other]) => {
  const drawn = letter => {
    const canvas = Object.assign(document.createElement('canvas'), {width: 40, height: 40});
    const pen = canvas.getContext('2d');
    pen.font = '30px sans-serif';
    pen.fillText(letter, 2, 32);
    return canvas.toDataURL();
  };
  return drawn(one) !== drawn(other);
}"""


def print_pdf(html: Path, browser: Browser, date: str) -> bytes:
    """Print `html` as PDF: A4, tagged, with an outline. The same file always gives the same bytes.

    `date` (YYYY-MM-DD) becomes the PDF's date of creation. Raises NvrflowError if it cannot be printed.
    """
    from playwright.sync_api import Error as PlaywrightError

    try:
        with open_browser(browser) as process:
            page = process.new_page()
            page.emulate_media(media="print", color_scheme="light")
            page.goto(html.resolve().as_uri(), wait_until="load")
            made = page.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
    except PlaywrightError as problem:
        raise NvrflowError(f"{html.name}: cannot be printed ({problem.message.strip().splitlines()[0]})") from None
    moment = f"D:{date.replace('-', '')}000000+00'00'".encode()
    return _MOMENT.sub(lambda found: b"/" + found[1] + b" (" + moment + b")", _renumbered(made))


def _renumbered(made: bytes) -> bytes:
    """Renumber the ids of the PDF's structure from 1, because the browser's ids depend on how busy the computer was.

    They keep their order and length, so that the PDF's table of ids and its offsets stay correct.
    """
    order = {number: rank for rank, number in enumerate(sorted(set(_NODE.findall(made))), 1)}
    return _NODE.sub(lambda found: b"(node%08d)" % order[found[1]], made)


def draws_apart(one: str, other: str, browser: Browser) -> bool:
    """Whether two letters look different in `browser`: without a font that has them both are drawn as the same empty box."""
    with open_browser(browser) as process:
        page = process.new_page()
        return bool(page.evaluate(_APART, [one, other]))
