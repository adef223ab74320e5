"""Text of any origin - a recorder's page, a file name, a tool's output - made fit for a terminal and for XML."""

from __future__ import annotations

import re

_COMMANDS = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]|\x9b[0-?]*[ -/]*[@-~]", re.DOTALL
)
_UNPRINTABLE = re.compile("[^\t\n -\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(text: str) -> str:
    """`text` without terminal commands and without characters that XML 1.0 forbids or advises against; LF ends its lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNPRINTABLE.sub("", _COMMANDS.sub("", lines))


def one_line(text: str) -> str:
    """`plain(text)` in one line."""
    return " ".join(plain(text).split())
