"""What `--check` held back, as notes: each kind of request once, with the start of its body and without secrets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote

from nvrflow.errors import SelectorDrift, TimedOut, UnknownFirmware
from nvrflow.report.plain import plain
from nvrflow.report.secrecy import COVER, Gate

if TYPE_CHECKING:
    from nvrflow.browser.session import Session

HINT = "if it only reads, name it below `harmless`"
_SHOWN = 80
_CALL_NUMBER = re.compile(r'("id" *: *)"?\d+"?')  # by which JSON-RPC tells calls apart that say the same
# A hash or a session's name: not among the secrets, and as good as one.
_TOKEN = re.compile(r"(?=[A-Za-z_+/.-]*\d)[\w+/.-]{16,}=*|\d{8,}")
_FORM = re.compile(r"(?:[\w.%~+*\[\]-]+=[^&=\s]*(?:&|$))+")  # what a browser sends of a form
_SESSION = re.compile(r"(?i)([?&][\w-]*(?:token|session|sid|auth|key|ticket|nonce|sign|pass|pwd)[\w-]*=)[^&\s]+")


def held_notes(held: Iterable[str], secrets: Iterable[str]) -> list[str]:
    """One note for each method, address and start of body in `held`; the first note also says what to do."""
    gate = Gate(secrets)
    times = Counter(_told(request, gate) for request in held)
    notes = {told: f"--check held back: {told}" + (f" ({count} times)" if count > 1 else "") for told, count in times.items()}
    first = next((told for told in notes if not told.startswith("WebSocket ")), None)
    return [f"{note}; {HINT}" if told == first else note for told, note in notes.items()]


@contextmanager
def blamed(session: Session) -> Iterator[None]:
    """What is not found in the block may be missing because of what was held back before: the error names the first of it."""
    try:
        yield
    except (SelectorDrift, TimedOut, UnknownFirmware) as problem:
        gate = Gate(session.secrets)
        if told := list(dict.fromkeys(_told(request, gate) for request in session.held)):
            more = "" if len(told) == 1 else f", and {len(told) - 1} more"
            advice = "if the page needs what was held back, and it only reads, name it below `harmless`"
            problem.args = (f"{problem}. Before that, --check held back {told[0]}{more}; {advice}",)
        raise


def _told(request: str, gate: Gate) -> str:
    """The request in one line. Secrets are removed before the body is cut, because half a secret would not be recognised."""
    line, _, body = request.partition("\n")
    text = gate.text(plain(body))
    if _FORM.fullmatch(text):
        text = gate.text(unquote(text.replace("+", " ")))
    said = " ".join(_TOKEN.sub(COVER, _CALL_NUMBER.sub(r"\1…", text)).split())
    shown = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
    asked = _SESSION.sub(lambda found: found[1] + COVER, gate.text(line))
    return f"{asked} {shown}".rstrip()
