"""Pictures, fonts and drawings inside of pages: their private data and everything that is not seen is removed."""

from __future__ import annotations

import base64
import io
import re
from urllib.parse import quote, unquote

from nvrflow.capture.scrubber import Scrubber

_DATA = re.compile(r"data:([\w.+/-]*)((?:;[\w.=+-]+)*),([^\"'()\s<>\\]*)")
_CAMERA = re.compile(r"snap|capture|stream|channel|video|live|cgi|onvif|tmpfs|blob:", re.I)
_SHIPPED = re.compile(r"/(images?|img|static|assets|css|skins?|themes?|resources?|style|icons?|media|dist|web)/[^?]*$", re.I)
_SMALL = 96  # CSS pixels; a larger picture may show what a camera sees, or a code with the serial number
_FONTS = re.compile(r"font|woff|octet-stream|opentype|truetype", re.I)
_KEPT_OF_A_PICTURE = ("transparency", "gamma")


def cleaned(kind: str, body: bytes, source: str, scrubber: Scrubber) -> str:
    """A resource of the MIME type `kind` from the address `source`, as a data: URL without private data; or nothing."""
    if "svg" in kind or kind.startswith("text/") or "json" in kind or "xml" in kind:
        text = body.decode("utf-8", "replace")
        return _url("image/svg+xml" if "svg" in kind else kind, within(text, scrubber).encode(), scrubber)
    if kind.startswith("image/"):
        return _picture(body, source, scrubber)
    if _FONTS.search(kind) and body[:4] in (b"wOFF", b"wOF2", b"\0\1\0\0", b"OTTO", b"true"):
        return _url(kind, body, scrubber)
    return ""


def within(text: str, scrubber: Scrubber, source: str = "page") -> str:
    """`text` (HTML, CSS or one attribute) with made-up values, also inside of its data: URLs.

    `source` is `css` for a style sheet, whose pictures are the same on each device.
    """
    if "data:" not in text:
        return scrubber.encoded(scrubber.text(text))
    parts, done = list[str](), 0
    for match in _DATA.finditer(text):
        parts += [scrubber.encoded(scrubber.text(text[done : match.start()])), _cleaned_url(match, scrubber, source)]
        done = match.end()
    return "".join([*parts, scrubber.encoded(scrubber.text(text[done:]))])


def _cleaned_url(match: re.Match[str], scrubber: Scrubber, source: str) -> str:
    kind, options, data = match.groups()
    if not data:
        return match[0]
    if match[0] not in scrubber.resources:
        try:
            raw = unquote(data, "latin-1").encode("latin-1")
            body = base64.b64decode(raw + b"=" * (-len(raw) % 4)) if ";base64" in options else raw
        except ValueError:
            return "data:,"
        return cleaned(kind or "text/plain", body, source, scrubber) or "data:,"
    return match[0]


def _url(kind: str, body: bytes, scrubber: Scrubber) -> str:
    url = f"data:{kind};base64,{base64.b64encode(body).decode()}"
    scrubber.resources.add(url)
    return url


def blank(width: int, height: int) -> str:
    """A grey picture of this size, in the place of one that may show something private."""
    size = f'width="{width}" height="{height}"'
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect width="100%" height="100%" fill="#c8ccd2"/></svg>'
    return f"data:image/svg+xml,{quote(drawn)}"


def _picture(body: bytes, source: str, scrubber: Scrubber) -> str:
    """The picture without what is not seen of it (texts, place, thumbnail); one that a camera may have taken becomes grey."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(body)) as image:
            image.load()
            size, kind = image.size, image.format or "PNG"
            if max(size) > _SMALL and not _is_shipped(source):
                return blank(*size)
            image.info = {name: value for name, value in image.info.items() if name in _KEPT_OF_A_PICTURE}
            image.getexif().clear()
            written = io.BytesIO()
            if kind == "JPEG":
                image.save(written, "JPEG", quality="keep")
            else:
                image.save(written, "PNG", optimize=len(body) < 50_000)
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError):
        return ""
    return _url("image/jpeg" if kind == "JPEG" else "image/png", written.getvalue(), scrubber)


def _is_shipped(source: str) -> bool:
    """Whether a file of the firmware lies at that address, which is on each device."""
    return source == "css" or (_SHIPPED.search(source) is not None and not _CAMERA.search(source))
