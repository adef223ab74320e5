"""Why a recorder is not trusted: the most fundamental cause first, each one known to be a cause, and what to do about it.

Where the cause is not known, exactly that is said, with the client's own code.
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
# What the clients say when nothing that they trust leads to the served certificate. Chromium: net_error_list.h; Firefox:
# SECErrs.h and mozpkix's own; curl: CURLE_PEER_FAILED_VERIFICATION; OpenSSL: x509_vfy.h (7, 18 to 21, 27).
_NOT_TRUSTED = {
    "ERR_CERT_AUTHORITY_INVALID",
    "SEC_ERROR_UNKNOWN_ISSUER",
    "SEC_ERROR_UNTRUSTED_ISSUER",
    "SEC_ERROR_UNTRUSTED_CERT",
    "SEC_ERROR_BAD_SIGNATURE",
    "SEC_ERROR_REUSED_ISSUER_AND_SERIAL",
    "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT",
    "PR_UNKNOWN_ERROR",  # Firefox 153 at a chain whose certificates share a serial number
    *("60", "7", "18", "19", "20", "21", "27"),
}
_CONNECTION = {
    "refused": ("nothing-listens", "switch HTTPS on (nvrflow secure URL); if it was just switched on, wait for the restart"),
    "timeout": ("no-answer", "check address and port, and whether a firewall stands between"),
    "unreachable": ("no-answer", "check the network and the address"),
    "unknown-name": ("no-answer", "use the recorder's IP address, or correct the name in your router"),
    "not-tls": ("not-tls", "look whether HTTPS has another port, and wait for a restart to end"),
    "breaks-off": (
        "handshake-breaks-off",
        "wait for a restart to end; if it stays so, update the recorder's firmware",
    ),
    "old-tls-only": ("old-tls-only", "update the recorder's firmware, or choose TLS 1.2 in its security settings"),
}
_DROPPED = "update the recorder's firmware, or choose stronger ciphers (TLS 1.2 with ECDHE or AES-GCM) in its security settings"


def connection_problem(scene: Scene) -> Problem | None:
    """What keeps every browser from a connection at all, before any certificate counts; None when nothing does.

    Codes: nothing-listens, no-answer, not-tls, handshake-breaks-off, old-tls-only, dropped-ciphers, unreadable.
    """
    served = scene.served
    at = f"{scene.host}:{scene.port}"
    if scene.offers is not None and scene.offers.dropped and not (scene.offers.anonymous and served.leaf):
        sentence = f"the recorder offers only ciphers that browsers have dropped (the best is {scene.offers.dropped})"
        return Problem("dropped-ciphers", at, sentence, _DROPPED)
    if served.outcome == "no-common-cipher":
        sentence = "offers only ciphers that browsers have dropped, and so old that this computer does not know them either"
        return Problem("dropped-ciphers", at, f"the recorder {sentence}", _DROPPED)
    if served.outcome == "unreadable":
        return Problem("unreadable", at, served.why.removeprefix(f"{at} "), "create a new certificate on the recorder")
    if served.outcome == "tls":
        return None
    code, advice = _CONNECTION[served.outcome]
    return Problem(code, at, served.why.removeprefix(f"{at} "), advice)


def diagnose(scene: Scene, asked: Asked, now: datetime | None = None) -> tuple[Problem, ...]:
    """Why those clients that refuse do so, most fundamental first; empty when all of them open the recorder.

    Codes beside those of `connection_problem` and of `certificate.judge`: another-certificate, outgrown, chain-incomplete,
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
    """What browsers object to on paper, as far as it concerns one of the clients that refuse."""
    in_date = leaf.not_before <= now <= leaf.not_after
    clock = None if in_date else tls.date_header(f"http://{at_host(scene.host)}/") or tls.date_header(scene.url)
    exchanges = scene.offers.picked if scene.offers else None
    problems = judge(leaf, scene.issuer, scene.host, now, clock, exchanges)
    clients = {_kind(client) for client, _ in failing}
    for problem in problems:
        if problem.code == "not-issued":  # who signed it is not known here: that is no finding about the recorder
            continue
        if problem.client in clients or (problem.fatal and not problem.client):
            yield problem


def _another(scene: Scene) -> Iterator[Problem]:
    """Something was trusted for this recorder, and it vouches for nothing that is served now."""
    if not scene.anchors or any(scene.vouches(entry.certificate) for entry in scene.anchors):
        return
    leaf = scene.served.leaf
    assert leaf is not None
    yield Problem(
        "another-certificate",
        scene.host,
        "the recorder serves another certificate than the trusted one: it made a new one (after a reset, or for a new address),"
        " or another device answers at its address",
        f"compare the SHA-256 fingerprint on the recorder's own screen with {leaf.sha256}; if it is the same:"
        f" nvrflow untrust {scene.typed}, then nvrflow trust FILE… --for {scene.typed} (or nvrflow secure {scene.typed})",
    )


def _outgrown(scene: Scene) -> Iterator[Problem]:
    """The limited anchor permits fewer names than the certificate that is served now."""
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
            f"what was imported is limited to other names; the recorder's certificate now also names {', '.join(min(beyond))}",
            f"nvrflow untrust {scene.typed}, then nvrflow trust FILE… --for {scene.typed}",
        )


def _incomplete(scene: Scene) -> Iterator[Problem]:
    """A certificate of the recorder's between its own and its root is neither sent nor imported."""
    leaf = scene.served.leaf
    assert leaf is not None
    if leaf.self_signed or any(link.issued(leaf) for link in scene.links) or scene.lying():
        return
    link = scene.authority if scene.authority is not None and scene.authority.issued(leaf) else None
    sent = scene.served.chain[1:]
    if link is not None and not link.self_signed:
        missing = f"does not send {link.name!r}, the link between its certificate and {link.issuer!r}"
    elif link is None and sent:
        missing = f"sends {sent[0].name!r}, which did not sign its certificate, and not the one that did ({leaf.issuer!r})"
    else:
        return
    advice = "import that link as well: nvrflow trust with all the recorder's files"
    yield Problem("chain-incomplete", scene.host, f"the recorder {missing}", advice)


def _of_client(scene: Scene, client: Client, answer: Answer) -> Iterator[Problem]:
    """Why this client does not trust a certificate to which nothing else can be objected."""
    if answer.code not in _NOT_TRUSTED:
        yield _unknown(client, answer)
        return
    if answer.code == "SEC_ERROR_REUSED_ISSUER_AND_SERIAL":
        sentence = "it holds another certificate with the same issuer and serial number, and keeps to that one"
        advice = "delete that one in its settings (Certificates); if the recorder made a new certificate, its old one is meant"
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
            f"{own[0].certificate.name!r} lies there with flags that do not trust it; somebody changed them",
            f"nvrflow untrust {scene.typed}, then nvrflow trust FILE… --for {scene.typed}",
            client=_kind(client),
        )
    else:
        # The browser that was asked has a profile of its own: a switch in the person's cannot be why it refused, a policy can.
        ignored = [one for one in imports_ignored(scene.computer) if one.client == _kind(client) and one.level != "note"]
        if not any(one.code == "policy-imports-off" for one in ignored):
            yield _unknown(client, answer)
        yield from ignored


def _not_there(scene: Scene, client: Client, elsewhere: list[str]) -> Problem:
    """Nothing that this client reads vouches for the recorder, though something else may."""
    reads = [store.name for store in all_stores(scene.computer) if client.reads(store.name)]
    stores = ", ".join(reads) or "no store that nvrflow knows"
    if elsewhere:
        option = f" --store {reads[0]}" if reads else ""
        return Problem(
            "other-store",
            client.name,
            f"what vouches for the recorder was imported into {', '.join(dict.fromkeys(elsewhere))}, which it does not read;"
            f" it reads {stores}",
            f"nvrflow secure {scene.typed}{option}, or nvrflow trust FILE… --for {scene.typed}{option}",
            client=_kind(client),
        )
    return Problem(
        "not-imported",
        client.name,
        f"nothing that vouches for the recorder was imported for it (it reads {stores})",
        f"nvrflow secure {scene.typed}, or nvrflow trust FILE… --for {scene.typed}",
        client=_kind(client),
    )


def _unknown(client: Client, answer: Answer) -> Problem:
    said = answer.code if answer.reason in (None, answer.code) else f"{answer.code}: {answer.reason}"
    return Problem(
        "unknown-cause",
        client.name,
        f"it does not open the recorder ({said}), and nvrflow does not know why",
        "look that code up, and see nvrflow doctor",
        client=_kind(client),
    )


def _kind(client: Client) -> str:
    """`firefox` for a client named `firefox:<profile>` or `firefox-snap:<profile>`."""
    return client.name.partition(":")[0].partition("-")[0]
