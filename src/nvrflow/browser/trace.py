"""Playwright's trace without the password and session cookies, which Playwright records in several places of the file."""

from __future__ import annotations

import base64
import json
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

# The answer to Digest is made from the password, which could be guessed from it.
_AUTHORIZATION = re.compile(rb'("name":\s*"authorization",\s*"value":\s*")(?:[^"\\]|\\.)*(")', re.I)


def write_redacted(context: BrowserContext, target: Path, secrets: Iterable[str]) -> None:
    """Stop tracing and write the trace to `target`, with every form of every secret replaced by the same number of `*`.

    The unredacted file lives only in a private temporary folder.
    """
    forms = sorted({form for secret in secrets if secret for form in spellings(secret)}, key=len, reverse=True)
    with TemporaryDirectory(prefix="nvrflow-trace-") as folder:
        raw = Path(folder) / "raw.zip"
        context.tracing.stop(path=raw)
        clean = Path(folder) / "clean.zip"
        with zipfile.ZipFile(raw) as source, zipfile.ZipFile(clean, "w", zipfile.ZIP_DEFLATED) as copy:
            for entry in source.infolist():
                data = source.read(entry)
                for form in forms:
                    data = data.replace(form, b"*" * len(form))
                data = _AUTHORIZATION.sub(rb"\1***\2", data)
                copy.writestr(entry, data)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(clean.read_bytes())


def spellings(secret: str) -> set[bytes]:
    """All spellings of `secret` in text, JSON, addresses, form bodies and base64."""
    plain = secret.encode()
    escaped = json.dumps(secret)[1:-1]
    written = {plain, escaped.encode(), json.dumps(secret, ensure_ascii=False)[1:-1].encode(), json.dumps(escaped)[1:-1].encode()}
    return written | {
        quote(secret).encode(),
        quote(secret, safe="").encode(),
        quote_plus(secret).encode(),
        base64.b64encode(plain),
    }
