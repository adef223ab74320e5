"""The last gate before anything is written: no password and no session cookie in any text."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

COVER = "•••"


class Gate:
    """Replaces every spelling of every secret; `found` tells whether there was one."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = sorted({form for secret in secrets if secret for form in _spellings(secret)}, key=len, reverse=True)
        self._patterns = [re.compile(re.escape(form) if len(form) > 3 else rf"(?<!\w){re.escape(form)}(?!\w)") for form in forms]
        self.found = False

    def text(self, text: str) -> str:
        """`text` without secrets."""
        for pattern in self._patterns:
            text, count = pattern.subn(COVER, text)
            self.found = self.found or count > 0
        return text

    def data(self, value: Any) -> Any:
        """Plain data without secrets in its texts; its keys are ours and stay."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.data(inner) for key, inner in value.items()}
        return [self.data(inner) for inner in value] if isinstance(value, list | tuple) else value


def _spellings(secret: str) -> set[str]:
    escaped = json.dumps(secret)[1:-1]
    web = {quote(secret), quote(secret, safe=""), quote_plus(secret), html.escape(secret)}
    return {secret, escaped, json.dumps(secret, ensure_ascii=False)[1:-1], base64.b64encode(secret.encode()).decode(), *web}
