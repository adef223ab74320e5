"""What `--check` held back, as notes: each kind of request once, with the start of its body and without secrets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from nvrflow.report.plain import plain
from nvrflow.report.secrecy import COVER, Gate

HINT = "if it only reads, name it below `harmless`"
_SHOWN = 80
_CALL_NUMBER = re.compile(r'("id" *: *)"?\d+"?')  # JSON-RPC numbers its calls
# A hash or a session's name: it is not in the list of secrets, and is just as secret.
_TOKEN = re.compile(r"(?=[A-Za-z_+/-]*\d)[\w+/-]{16,}|\d{8,}")


def held_notes(held: Iterable[str], secrets: Iterable[str]) -> list[str]:
    """One note for each method, address and start of body in `held`; the first note also says what to do."""
    gate = Gate(secrets)
    times = Counter(_told(request, gate) for request in held)
    notes = {told: f"--check held back: {told}" + (f" ({count} times)" if count > 1 else "") for told, count in times.items()}
    first = next((told for told in notes if not told.startswith("WebSocket ")), None)
    return [f"{note}; {HINT}" if told == first else note for told, note in notes.items()]


def _told(request: str, gate: Gate) -> str:
    """The request in one line. Secrets are removed before the body is cut, because half a secret would not be recognised."""
    line, _, body = request.partition("\n")
    said = " ".join(_TOKEN.sub(COVER, _CALL_NUMBER.sub(r"\1…", gate.text(plain(body)))).split())
    shown = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
    return f"{gate.text(line)} {shown}".rstrip()
