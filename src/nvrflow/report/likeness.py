"""Whether two pictures look the same to a person, so that a file is written again only if something has visibly changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nvrflow.whole_file import write_whole

if TYPE_CHECKING:
    from PIL.Image import Image

_NOTICED = 12  # how far a pixel has to differ in any colour, of 255, to be seen
_FEW = 6  # pixels that may differ without being seen


def looks_same(before: Image, after: Image) -> bool:
    """Whether a person would see no difference."""
    from PIL import ImageChops

    if before.size != after.size:
        return False
    difference = ImageChops.difference(before.convert("RGB"), after.convert("RGB"))
    if difference.getbbox() is None:
        return True
    seen = max(sum(channel.histogram()[_NOTICED:]) for channel in difference.split())
    return seen <= _FEW


def opened(path: Path) -> Image | None:
    """The picture in a file; None where there is no file, or it is not a picture."""
    from PIL import Image, UnidentifiedImageError

    try:
        return Image.open(path).convert("RGB")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        return None


def write_if_changed(path: Path, data: bytes) -> bool:
    """Write a file unless it holds just that; True if it was written. Raises OSError."""
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)
    return True
