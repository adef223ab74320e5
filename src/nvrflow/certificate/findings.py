"""How findings about certificates are made: their codes, and what they are about."""

from __future__ import annotations

from typing import Literal

from nvrflow.problem import Problem

Code = Literal[
    "no-san", "wrong-name", "expired", "not-yet-valid", "date-encoding", "ends-before-it-begins", "weak-signature", "weak-key",
    "not-issued", "names-differ", "not-a-ca", "is-a-ca", "wrong-usage", "not-covered", "long-life", "unreadable",
    "unknown-extension",
]  # fmt: skip
KeyExchange = Literal["tls13", "ecdhe", "rsa"]
"""How a server agrees on keys: TLS 1.3; TLS 1.2 with a signed (EC)DHE; TLS 1.2 with the key sent encrypted to its RSA key."""

DEVICE, AUTHORITY = "device certificate", "CA certificate"
ANEW = "create a new certificate on the recorder"


def refusal(code: Code, where: str, sentence: str, advice: str = "", client: str = "") -> Problem:
    """A reason not to import; `client` names the only client that refuses."""
    return Problem(code, where, sentence, advice, "refusal", client)


def warning(code: Code, where: str, sentence: str, advice: str = "", client: str = "") -> Problem:
    """What a person has to know first; `client` names the only client that it concerns."""
    return Problem(code, where, sentence, advice, "warning", client)
