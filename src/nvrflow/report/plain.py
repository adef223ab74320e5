"""Text of any origin - a recorder's page, a file name, a tool's output - made safe for a terminal and for XML."""

from __future__ import annotations

import re

_COMMANDS = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]|\x9b[0-?]*[ -/]*[@-~]", re.DOTALL
)
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_UNPRINTABLE = re.compile("[^\t\n -\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(text: str) -> str:
    """`text` without terminal commands and without characters that XML 1.0 forbids or advises against; LF ends its lines.

    Characters that only an icon font can show are written as their code.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return named_icons(_UNPRINTABLE.sub("", _COMMANDS.sub("", lines)))


def named_icons(text: str) -> str:
    """`text` with a code such as `<U+F013>` for each character that only an icon font can show."""
    return _PRIVATE.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def one_line(text: str) -> str:
    """`plain(text)` in one line."""
    return " ".join(plain(text).split())
