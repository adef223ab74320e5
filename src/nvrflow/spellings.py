"""Every spelling of a secret in a text: in an address, in JSON, HTML, XML, base64 and hexadecimal."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

SHORT = 4  # a secret of fewer characters is part of too many words to be looked for anywhere but alone
_LEAST_CUT_OUT = 6  # characters of base64; fewer are too often something else
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"})


def spellings_of(secrets: Iterable[str]) -> list[str]:
    """Every spelling of all secrets that have at least four characters, the longest first."""
    long = {secret for secret in _real(secrets) if len(secret) >= SHORT}
    return sorted({form for secret in long for form in _spellings(secret)}, key=lambda form: (-len(form), form))


def pattern_of(secrets: Iterable[str]) -> str:
    """A regular expression that finds every spelling of every secret; empty when there is none to be found.

    A secret of fewer than four characters is found only where it stands alone.
    """
    real = _real(secrets)
    alone = [rf"(?<!\w){re.escape(secret)}(?!\w)" for secret in sorted(real) if len(secret) < SHORT]
    return "|".join([*map(re.escape, spellings_of(real)), *alone])


def _real(secrets: Iterable[str]) -> set[str]:
    return {secret for secret in secrets if secret.strip()}


def _spellings(secret: str) -> set[str]:
    """`secret` as it looks in addresses, JSON (also inside JSON), HTML, XML, hexadecimal and base64, at every alignment of it."""
    octets = secret.encode("utf-8", "surrogatepass")
    escaped = json.dumps(secret)[1:-1]
    plain = {secret, escaped, json.dumps(escaped)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    marked = {html.escape(secret), html.escape(secret, quote=False), secret.translate(_MARKUP)}
    coded = {quote(octets), quote(octets, safe=""), quote_plus(octets)}
    coded |= {re.sub("%..", lambda code: code[0].lower(), form) for form in coded}
    digits = {octets.hex(), octets.hex().upper()}
    return plain | marked | coded | digits | {form for form in _base64(octets) if len(form) >= SHORT}


def _base64(octets: bytes) -> set[str]:
    """The characters of base64 that depend on `octets` alone, wherever these stand in what was encoded."""
    forms = {base64.b64encode(octets).decode(), base64.urlsafe_b64encode(octets).decode()}
    for lead in range(3):
        length = lead + len(octets)
        first, last = (0, 2, 3)[lead], length * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            inner = encode(b"\0" * lead + octets).decode()[first:last]
            if len(inner) >= _LEAST_CUT_OUT:
                forms.add(inner)
    return forms
