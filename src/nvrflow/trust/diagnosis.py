"""Why a recorder is not trusted: what curl, Python and the recorder's own chain say, each with what to do about it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from nvrflow import tls
from nvrflow.certificate import Certificate, host_of, judge
from nvrflow.command import Command, run, tool
from nvrflow.problem import Problem
from nvrflow.trust import Computer, all_stores, ledger_of
from nvrflow.trust.surroundings import Finding, examine

_OVERRIDING = ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
_PYTHON = """
import ssl, socket, sys
host, port = sys.argv[1], int(sys.argv[2])
try:
    with socket.create_connection((host, port), timeout=10) as plain:
        with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure:
            print("trusted", secure.version())
except ssl.SSLCertVerificationError as problem:
    print("refused", problem.verify_message)
except OSError as problem:
    print("failed", problem)
"""


@dataclass(frozen=True)
class Verdict:
    """What one real client, in a fresh process and with no error ignored, says of the recorder.

    `trusted` is None when the client is not on this computer or could not be asked; `reason` is its own words.
    """

    client: str
    trusted: bool | None
    reason: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """One thing that is wrong: `code`, a sentence, and what to do.

    Codes: nothing-listens, no-answer, not-tls, old-tls-only, chain-incomplete, not-trusted, this-computer, and those of
    nvrflow.certificate.judging.Code (no-san, wrong-name, expired, not-yet-valid, weak-key, weak-signature …).
    """

    code: str
    sentence: str
    mend: str = ""


def ask_curl(url: str, environment: Mapping[str, str] | None = None) -> Verdict:
    """curl with this computer's system store. It accepts a certificate without SAN, so its yes alone is no proof."""
    curl = tool("curl", environment)
    if curl is None:
        return Verdict("curl", None, "curl is not installed")
    command = Command(
        (curl, "--silent", "--show-error", "--output", os.devnull, "--max-time", "15", "--noproxy", "*", url),
        timeout=20,
        environment=_without_overrides(environment),
    )
    ended = run(command)
    if ended.ok:
        return Verdict("curl", True)
    reason = re.sub(r"^curl: ", "", ended.errors.strip().splitlines()[0]) if ended.errors.strip() else ended.why
    return Verdict("curl", False, reason)


def ask_python(url: str, environment: Mapping[str, str] | None = None) -> Verdict:
    """Python with its default trust, in a new process."""
    host, port = _address(url)
    command = Command(
        (sys.executable, "-I", "-c", _PYTHON, host, str(port)), timeout=20, environment=_without_overrides(environment)
    )
    ended = run(command)
    word, _, reason = ended.output.strip().partition(" ")
    if word not in ("trusted", "refused", "failed"):
        return Verdict("python", None, ended.why)
    if word == "refused" and sys.platform == "darwin":
        return Verdict("python", None, "Python on macOS does not read the keychains")
    return Verdict("python", word == "trusted", "" if word == "trusted" else reason)


def diagnose(
    url: str,
    authority: Certificate | None = None,
    computer: Computer | None = None,
    now: datetime | None = None,
    typed: str | None = None,
) -> list[Diagnosis]:
    """Everything that keeps a browser from trusting https://recorder, most fundamental first; empty when nothing does.

    `authority` is the recorder's CA certificate if it is known (else the ledger's knowledge and the served chain are used),
    `typed` the address by which a person knows the recorder, for what is to be typed next.
    """
    host, port = _address(url)
    served = tls.served(host, port)
    found = _connection(served)
    if served.leaf is None:
        return found
    clock = tls.date_header(f"http://{_bracketed(host)}/") or tls.date_header(url)
    computer = computer or Computer.this()
    known = authority or _signer(served.leaf, served.chain[1:], computer, host)
    objections = judge(served.leaf, known, host, now or datetime.now(UTC), clock)
    found += [_of(objection) for objection in objections if objection.fatal and objection.code != "not-issued"]
    found += _chain(served, known)
    found += _stores(served, known, computer, (host, typed or url))
    found += [
        _of_finding(one) for one in examine(computer, recorder_clock=clock) if not one.well and not one.what.startswith("store ")
    ]
    return found


def _connection(served: tls.Served) -> list[Diagnosis]:
    mends = {
        "refused": ("nothing-listens", "switch HTTPS on (nvrflow secure URL); if it was just switched on, wait for the restart"),
        "timeout": ("no-answer", "check address and port, and whether a firewall stands between"),
        "unreachable": ("no-answer", "check the network and the address"),
        "unknown-name": ("no-answer", "use the recorder's IP address, or mend the name in your router"),
        "not-tls": ("not-tls", "look whether HTTPS has another port, and wait for a restart to end"),
        "old-tls-only": ("old-tls-only", "update the recorder's firmware, or choose TLS 1.2 in its security settings"),
    }
    if served.unreadable:
        return [Diagnosis("unreadable", served.why, "create a new certificate on the recorder, or update its firmware")]
    if served.outcome == "tls":
        return []
    code, mend = mends[served.outcome]
    return [Diagnosis(code, served.why, mend)]


def _chain(served: tls.Served, known: Certificate | None) -> list[Diagnosis]:
    """A link that the server should send and does not."""
    leaf = served.leaf
    if leaf is None or leaf.self_signed or known is None or known.self_signed:
        return []
    if any(one.der == known.der for one in served.chain[1:]):
        return []
    return [
        Diagnosis(
            "chain-incomplete",
            f"the recorder does not send {known.name!r}, the link between its certificate and {known.issuer!r}",
            "import that link as well: nvrflow trust with all the recorder's files",
        )
    ]


def _stores(served: tls.Served, known: Certificate | None, computer: Computer, where: tuple[str, str]) -> list[Diagnosis]:
    """Which of this user's stores lacks what would make it trusted; `where` is the recorder's host and its address as typed."""
    host, typed = where
    entries = [one for one in ledger_of(computer).of_host(host) if one.phase == "done"]
    fitting = {
        one.sha256
        for one in entries
        if served.leaf and (one.certificate.issued(served.leaf) or one.certificate.der == served.leaf.der)
    }
    lacking = []
    for store in all_stores(computer):
        if store.scope != "user" or not store.state().usable:
            continue
        ours = [one for one in entries if one.store == store.name and (one.sha256 in fitting or one.use != "leaf")]
        held = any(store.find(one.certificate) for one in ours)
        full = known is not None and store.find(known) is not None
        if not held and not full:
            lacking.append(store.name)
    stale = entries and not fitting
    if stale:
        return [
            Diagnosis(
                "not-trusted",
                f"{host} serves another certificate than the one that was trusted; the recorder made a new one, or"
                " somebody stands between",
                f"compare the fingerprint on the recorder's screen, then: nvrflow untrust {host} and nvrflow secure {typed}",
            )
        ]
    if not lacking:
        return []
    return [
        Diagnosis(
            "not-trusted",
            f"not trusted in {', '.join(lacking)}",
            f"nvrflow secure {typed}, or nvrflow trust FILE…",
        )
    ]


def _signer(leaf: Certificate, sent: tuple[Certificate, ...], computer: Computer, host: str) -> Certificate | None:
    """The certificate that signed the leaf: sent along, or known from the ledger; the leaf itself when self-signed."""
    if leaf.self_signed:
        return leaf
    held = [entry.certificate for entry in ledger_of(computer).of_host(host)]
    return next((one for one in (*sent, *held) if one.issued(leaf)), None)


def _of(problem: Problem) -> Diagnosis:
    return Diagnosis(problem.code, f"{problem.where}: {problem.sentence}", problem.advice)


def _of_finding(finding: Finding) -> Diagnosis:
    return Diagnosis("this-computer", f"{finding.what}: {finding.sentence}", finding.mend)


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url if "://" in url else f"https://{url}")
    return host_of(url), (parts.port or 443) if parts.scheme == "https" else 443


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _without_overrides(environment: Mapping[str, str] | None) -> dict[str, str | None]:
    """Variables that would make the client read another bundle are unset; HOME is the given one's."""
    home = {"HOME": environment["HOME"]} if environment and "HOME" in environment else {}
    return {**home, **dict.fromkeys(_OVERRIDING)}
