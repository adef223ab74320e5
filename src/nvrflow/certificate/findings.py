"""The codes of problems with certificates, and the two certificates they are about."""

from __future__ import annotations

from typing import Literal

from nvrflow.problem import Problem

Code = Literal[
    "no-san", "wrong-name", "expired", "not-yet-valid", "date-encoding", "ends-before-it-begins", "weak-signature", "weak-key",
    "not-issued", "names-differ", "not-a-ca", "is-a-ca", "wrong-usage", "not-covered", "long-life", "unreadable",
    "unknown-extension",
]  # fmt: skip
KeyExchange = Literal["tls13", "ecdhe", "rsa"]
"""The key exchange of a TLS server: TLS 1.3; TLS 1.2 with signed (EC)DHE; TLS 1.2 with the key encrypted to the RSA key."""

DEVICE, AUTHORITY = "device certificate", "CA certificate"
RENEW = "create a new certificate on the recorder"


def refusal(code: Code, where: str, sentence: str, advice: str = "", client: str = "") -> Problem:
    """Make a problem that prevents the import; `client` names the client when only that client refuses."""
    return Problem(code, where, sentence, advice, "refusal", client)


def warning(code: Code, where: str, sentence: str, advice: str = "", client: str = "") -> Problem:
    """Make a problem that the person must know before deciding; `client` names the client when it concerns only that client."""
    return Problem(code, where, sentence, advice, "warning", client)
