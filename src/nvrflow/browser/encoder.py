"""The encoder of videos: Playwright's own ffmpeg, or else the one that is installed on this computer."""

from __future__ import annotations

import json
import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

_NAMES = {"linux": "ffmpeg-linux", "darwin": "ffmpeg-mac", "win32": "ffmpeg-win64.exe"}
_folder: TemporaryDirectory[str] | None = None


def has_encoder() -> bool:
    """Whether Playwright finds an encoder."""
    return _folder is not None or (browsers() / _encoder()).exists()


def link_encoder() -> bool:
    """Have the driver, which starts later, find this computer's ffmpeg as its encoder; False if there is none, or no link.

    Playwright looks only into its folder of browsers, for a path with its own revision (`registry` in its coreBundle.js). So the
    driver gets another folder: a temporary one with a link to ffmpeg at that path, and with links to whatever is in the real
    folder, which stays as it is.
    """
    global _folder
    installed, own = shutil.which("ffmpeg"), browsers()
    if installed is None:
        return False
    folder = TemporaryDirectory(prefix="nvrflow-encoder-", ignore_cleanup_errors=True)
    link = Path(folder.name) / _encoder()
    try:
        link.parent.mkdir()
        link.symlink_to(installed)
        for path in own.iterdir() if own.is_dir() else ():
            if path.name != link.parent.name:
                (Path(folder.name) / path.name).symlink_to(path)
    except OSError:  # Windows lets only some people make links
        folder.cleanup()
        return False
    _folder = folder
    return True


def for_the_driver() -> dict[str, str]:
    """What the driver's environment needs, so that it finds the encoder that was offered."""
    return {"PLAYWRIGHT_BROWSERS_PATH": _folder.name} if _folder is not None else {}


def browsers() -> Path:
    """Playwright's folder of browsers, as Playwright finds it."""
    package = _package()
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    if given == "0":
        return package / ".local-browsers"
    if given:
        return Path(given).absolute()
    if sys.platform == "linux":
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ms-playwright"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ms-playwright"
    return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "ms-playwright"


def _encoder() -> Path:
    """Where this Playwright looks for its encoder, relative to its folder of browsers."""
    known = json.loads((_package() / "browsers.json").read_text(encoding="utf-8"))["browsers"]
    revision = next(one["revision"] for one in known if one["name"] == "ffmpeg")
    return Path(f"ffmpeg-{revision}", _NAMES.get(sys.platform, _NAMES["linux"]))


def _package() -> Path:
    spec = find_spec("playwright")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "driver" / "package"
