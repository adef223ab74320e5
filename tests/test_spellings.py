"""Secrets in every spelling: looked for in texts, and in the files of a trace, where nothing else may move."""

from __future__ import annotations

import base64
import html
import json
import re
from urllib.parse import quote

import pytest

from nvrflow.browser.trace import redacted
from nvrflow.report.secrecy import Gate
from nvrflow.spellings import pattern_of, spellings_of

SECRET = "ümlaut/+<&\"'x"
WAYS = {
    "JSON": json.dumps(SECRET)[1:-1],
    "JSON in JSON": json.dumps(json.dumps(SECRET)[1:-1])[1:-1],
    "HTML": html.escape(SECRET),
    "an address": quote(SECRET, safe=""),
    "an address in small letters": re.sub("%..", lambda code: code[0].lower(), quote(SECRET, safe="")),
    "base64 after one more letter": base64.b64encode(f"a{SECRET}".encode()).decode()[2:],
    "hexadecimal": SECRET.encode().hex(),
    "base64 after a user's name": base64.b64encode(f"admin:{SECRET}".encode()).decode()[8:],
}


@pytest.mark.parametrize("way", WAYS)
def test_a_trace_and_a_report_know_the_same_spellings(way: str) -> None:
    """A report and a trace once had lists of their own, and the trace's lacked three of these."""
    said = f"before {WAYS[way]} after"
    assert WAYS[way] not in Gate([SECRET]).text(said)
    found = redacted(said.encode(), pattern_of([SECRET]).encode())
    assert WAYS[way].encode() not in found
    assert len(found) == len(said.encode()) and found.startswith(b"before ") and found.endswith(b" after")


def test_a_short_secret_is_found_only_where_it_stands_alone() -> None:
    trace = b'{"name": "password", "value": "a", "title": "a b"}'
    assert redacted(trace, pattern_of(["a"]).encode()) == b'{"name": "password", "value": "*", "title": "* b"}'
    assert spellings_of(["a", "", "  "]) == [] and pattern_of(["", "  "]) == ""


def test_what_a_browser_sends_to_sign_in_is_in_no_trace() -> None:
    sent = b'{"name": "Authorization", "value": "Digest username=\\"admin\\", response=\\"abc\\""}, {"name": "Host"}'
    assert redacted(sent, b"") == b'{"name": "Authorization", "value": "***"}, {"name": "Host"}'
