"""Playwright's trace without the password and session cookies, which Playwright records in several places of the file."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from nvrflow.spellings import pattern_of
from nvrflow.whole_file import write_whole

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

# The answer to Digest is made from the password, which could be guessed from it.
_AUTHORIZATION = re.compile(rb'("name":\s*"authorization",\s*"value":\s*")(?:[^"\\]|\\.)*(")', re.I)


def write_redacted(context: BrowserContext, target: Path, secrets: Iterable[str]) -> None:
    """Stop tracing and write the trace to `target`, with every spelling of every secret replaced by the same number of `*`.

    The unredacted file lives only in a private temporary folder.
    """
    pattern = pattern_of(secrets).encode("utf-8", "surrogatepass")
    with TemporaryDirectory(prefix="nvrflow-trace-") as folder:
        raw = Path(folder) / "raw.zip"
        context.tracing.stop(path=raw)
        clean = Path(folder) / "clean.zip"
        with zipfile.ZipFile(raw) as source, zipfile.ZipFile(clean, "w", zipfile.ZIP_DEFLATED) as copy:
            for entry in source.infolist():
                copy.writestr(entry, redacted(source.read(entry), pattern))
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, clean.read_bytes())


def redacted(data: bytes, pattern: bytes) -> bytes:
    """All spellings of `secret` in text, JSON, addresses, form bodies and base64."""
    if pattern:
        data = re.sub(pattern, lambda found: b"*" * len(found[0]), data)
    return _AUTHORIZATION.sub(rb"\1***\2", data)
