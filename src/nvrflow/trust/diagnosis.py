"""Why a recorder is not trusted: known causes, the most fundamental first, and what to do about each of them.

If the cause is not known, the message says so and gives the client's own code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from cryptography import x509

from nvrflow import tls
from nvrflow.certificate import Certificate, judge
from nvrflow.certificate.hosts import permitted_by
from nvrflow.hostname import at_host
from nvrflow.problem import Problem
from nvrflow.trust.clients import Client
from nvrflow.trust.clients.answer import Answer
from nvrflow.trust.discovery import all_stores
from nvrflow.trust.scene import Scene
from nvrflow.trust.surroundings import imports_ignored

Asked = Sequence[tuple[Client, Answer]]
# The clients' codes when no certificate that they trust leads to the served one. Chromium: net_error_list.h; Firefox:
# SECErrs.h and mozpkix's own; curl: CURLE_PEER_FAILED_VERIFICATION; OpenSSL: x509_vfy.h (7, 18 to 21, 27).
_NOT_TRUSTED = {
    "ERR_CERT_AUTHORITY_INVALID",
    "SEC_ERROR_UNKNOWN_ISSUER",
    "SEC_ERROR_UNTRUSTED_ISSUER",
    "SEC_ERROR_UNTRUSTED_CERT",
    "SEC_ERROR_BAD_SIGNATURE",
    "SEC_ERROR_REUSED_ISSUER_AND_SERIAL",
    "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT",
    "PR_UNKNOWN_ERROR",  # Firefox 153 for a chain whose certificates share a serial number
    *("60", "7", "18", "19", "20", "21", "27"),
}
_CONNECTION = {
    "refused": ("nothing-listens", "turn HTTPS on (nvrflow secure URL); if it was just turned on, wait for the restart"),
    "timeout": ("no-answer", "check the address, the port and any firewall in between"),
    "unreachable": ("no-answer", "check the network and the address"),
    "unknown-name": ("no-answer", "use the recorder's IP address, or correct the name in your router"),
    "not-tls": ("not-tls", "check whether HTTPS uses another port; if the recorder is restarting, wait until it has started"),
    "breaks-off": (
        "handshake-breaks-off",
        "if the recorder is restarting, wait until it has started; if this continues, update the recorder's firmware",
    ),
    "old-tls-only": ("old-tls-only", "update the recorder's firmware, or choose TLS 1.2 in its security settings"),
}
_DROPPED = "update the recorder's firmware, or choose stronger ciphers (TLS 1.2 with ECDHE or AES-GCM) in its security settings"


def connection_problem(scene: Scene) -> Problem | None:
    """What prevents every browser from connecting, before any certificate matters; None if nothing does.

    Codes: nothing-listens, no-answer, not-tls, handshake-breaks-off, old-tls-only, dropped-ciphers, unreadable.
    """
    served = scene.served
    at = f"{scene.host}:{scene.port}"
    if scene.offers is not None and scene.offers.dropped and not (scene.offers.anonymous and served.leaf):
        sentence = f"the recorder offers only ciphers that browsers have dropped (the best is {scene.offers.dropped})"
        return Problem("dropped-ciphers", at, sentence, _DROPPED)
    if served.outcome == "no-common-cipher":
        sentence = "offers only ciphers that browsers have dropped; they are so old that this computer does not have them either"
        return Problem("dropped-ciphers", at, f"the recorder {sentence}", _DROPPED)
    if served.outcome == "unreadable":
        return Problem("unreadable", at, served.why.removeprefix(f"{at} "), "create a new certificate on the recorder")
    if served.outcome == "tls":
        return None
    code, advice = _CONNECTION[served.outcome]
    return Problem(code, at, served.why.removeprefix(f"{at} "), advice)


def diagnose(scene: Scene, asked: Asked, now: datetime | None = None) -> tuple[Problem, ...]:
    """Why clients refuse the recorder, the most fundamental cause first; empty when all of them open it.

    Codes besides those of `connection_problem` and of `certificate.judge`: another-certificate, outgrown, chain-incomplete,
    not-imported, other-store, flags-changed, same-serial, those of `surroundings.imports_ignored`,
    ledger-unreadable, unknown-cause.
    """
    failing = [(client, answer) for client, answer in asked if answer.trusted is False]
    if not failing:
        return ()
    connection = connection_problem(scene)
    if connection is not None:
        return (connection,)
    assert scene.served.leaf is not None
    found = [*_another(scene), *_judged(scene, scene.served.leaf, failing, now or datetime.now(UTC))]
    if all(problem.client for problem in found):
        found += [*_outgrown(scene), *_incomplete(scene)]
    own: list[Problem] = []
    for client, answer in failing:
        if not any(problem.client in ("", _kind(client)) for problem in found):
            own += _of_client(scene, client, answer)
    return tuple(dict.fromkeys([*([scene.damage] if scene.damage else []), *found, *own]))


def _judged(scene: Scene, leaf: Certificate, failing: Asked, now: datetime) -> Iterator[Problem]:
    """Yield what browsers object to in the certificates themselves, if it concerns a client that refuses."""
    in_date = leaf.not_before <= now <= leaf.not_after
    clock = None if in_date else tls.date_header(f"http://{at_host(scene.host)}/") or tls.date_header(scene.url)
    exchanges = scene.offers.picked if scene.offers else None
    problems = judge(leaf, scene.issuer, scene.host, now, clock, exchanges)
    clients = {_kind(client) for client, _ in failing}
    for problem in problems:
        if problem.code == "not-issued":  # the signer is not known here, which says nothing about the recorder
            continue
        if problem.client in clients or (problem.fatal and not problem.client):
            yield problem


def _another(scene: Scene) -> Iterator[Problem]:
    """Something was trusted for this recorder, but it does not cover the certificate that is served now."""
    if not scene.anchors or any(scene.vouches(entry.certificate) for entry in scene.anchors):
        return
    leaf = scene.served.leaf
    assert leaf is not None
    yield Problem(
        "another-certificate",
        scene.host,
        "the recorder serves a different certificate from the trusted one: it made a new certificate (after a reset, or for a new"
        " address), or another device answers at its address",
        f"compare the SHA-256 fingerprint on the recorder's own screen with {leaf.sha256}; if they are equal:"
        f" nvrflow untrust {scene.typed}, then nvrflow trust FILE… --for {scene.typed} (or nvrflow secure {scene.typed})",
    )


def _outgrown(scene: Scene) -> Iterator[Problem]:
    """The limited anchor permits fewer names than the served certificate has."""
    leaf = scene.served.leaf
    assert leaf is not None
    fitting = [entry.certificate for entry in scene.anchors if scene.vouches(entry.certificate)]
    limits = [limit for one in fitting if (limit := one.extension(x509.NameConstraints)) is not None]
    if not limits or len(limits) < len(fitting):
        return
    beyond = [[name for name in leaf.san if not permitted_by(name, limit)] for limit in limits]
    if all(beyond):
        yield Problem(
            "outgrown",
            scene.host,
            f"the import was limited to other names; the recorder's certificate now also names {', '.join(min(beyond))}",
            f"nvrflow untrust {scene.typed}, then nvrflow trust FILE… --for {scene.typed}",
        )


def _incomplete(scene: Scene) -> Iterator[Problem]:
    """A certificate between the recorder's own and its root is neither sent nor imported."""
    leaf = scene.served.leaf
    assert leaf is not None
    if leaf.self_signed or any(link.issued(leaf) for link in scene.links) or scene.lying():
        return
    link = scene.authority if scene.authority is not None and scene.authority.issued(leaf) else None
    sent = scene.served.chain[1:]
    if link is not None and not link.self_signed:
        missing = f"does not send {link.name!r}, the certificate between its own and {link.issuer!r}"
    elif link is None and sent:
        missing = f"sends {sent[0].name!r}, which did not sign its certificate, instead of {leaf.issuer!r}, which did"
    else:
        return
    advice = "import that certificate too: nvrflow trust with all of the recorder's files"
    yield Problem("chain-incomplete", scene.host, f"the recorder {missing}", advice)


def _of_client(scene: Scene, client: Client, answer: Answer) -> Iterator[Problem]:
    """Why this client does not trust a certificate that has no other problem."""
    if answer.code not in _NOT_TRUSTED:
        yield _unknown(client, answer)
        return
    if answer.code == "SEC_ERROR_REUSED_ISSUER_AND_SERIAL":
        sentence = "it already has another certificate with the same issuer and serial number, and uses that one"
        advice = "delete that certificate in its settings (Certificates); it may be the recorder's old certificate"
        yield Problem("same-serial", client.name, sentence, advice, client=_kind(client))
        return
    lying = scene.lying()
    own = [one for one in lying if client.reads(one.store.name)]
    if not own:
        yield _not_there(scene, client, [one.store.name for one in lying])
    elif not any(one.enough for one in own):
        where = own[0].store.name
        yield Problem(
            "flags-changed",
            where,
            f"{own[0].certificate.name!r} is there, but with flags that do not trust it; somebody changed them",
            f"nvrflow untrust {scene.typed}, then nvrflow trust FILE… --for {scene.typed}",
            client=_kind(client),
        )
    else:
        # The browser that was asked has its own profile: a policy can be why it refused, a switch in the person's profile cannot.
        ignored = [one for one in imports_ignored(scene.computer) if one.client == _kind(client) and one.level != "note"]
        if not any(one.code == "policy-imports-off" for one in ignored):
            yield _unknown(client, answer)
        yield from ignored


def _not_there(scene: Scene, client: Client, elsewhere: list[str]) -> Problem:
    """No store that this client reads trusts the recorder, although another store may."""
    reads = [store.name for store in all_stores(scene.computer) if client.reads(store.name)]
    stores = ", ".join(reads) or "no store known to nvrflow"
    if elsewhere:
        option = f" --store {reads[0]}" if reads else ""
        return Problem(
            "other-store",
            client.name,
            f"the recorder's trust was imported into {', '.join(dict.fromkeys(elsewhere))}, which this program does not read;"
            f" it reads {stores}",
            f"nvrflow secure {scene.typed}{option}, or nvrflow trust FILE… --for {scene.typed}{option}",
            client=_kind(client),
        )
    return Problem(
        "not-imported",
        client.name,
        f"nothing was imported for this recorder that this program uses (it reads {stores})",
        f"nvrflow secure {scene.typed}, or nvrflow trust FILE… --for {scene.typed}",
        client=_kind(client),
    )


def _unknown(client: Client, answer: Answer) -> Problem:
    said = answer.code if answer.reason in (None, answer.code) else f"{answer.code}: {answer.reason}"
    return Problem(
        "unknown-cause",
        client.name,
        f"it does not open the recorder ({said}), and nvrflow does not know why",
        "look up that code, and run nvrflow doctor",
        client=_kind(client),
    )


def _kind(client: Client) -> str:
    """`firefox` for a client named `firefox:<profile>` or `firefox-snap:<profile>`."""
    return client.name.partition(":")[0].partition("-")[0]
