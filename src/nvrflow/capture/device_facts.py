"""Facts of a whole device for device.json: how it was identified, what it answers, its HTTPS, certificates and cookies."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nvrflow import tls
from nvrflow.address import PORTS, place_of
from nvrflow.browser.entrance import redirected_to_https
from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.capture.heard import Heard, shapes
from nvrflow.capture.marks import device_marks, key_mark
from nvrflow.capture.question_book import QuestionBook
from nvrflow.capture.scrubber import Scrubber
from nvrflow.certificate import Certificate
from nvrflow.firmware.identification import Candidate

if TYPE_CHECKING:
    from nvrflow.recorder import Recorder

_PATIENCE = 5.0  # seconds for one connection


def identified(candidates: list[Candidate]) -> list[dict[str, Any]]:
    """What `identify` saw: each selector file of which something was found, best first."""
    return [
        {"firmware": one.firmware.name, "score": round(one.score, 3), "found": list(one.found), "missing": list(one.missing)}
        for one in candidates
        if one.score
    ]


def start_facts(recorder: Recorder) -> dict[str, Any]:
    """The start page: its address and title, the HTTP status, and with which challenge the browser itself had to ask."""
    session = recorder.session
    facts: dict[str, Any] = {"status": session.status, "challenge": session.challenge, "url": recorder.page.url, "title": ""}
    with suppress(PlaywrightError):
        facts["title"] = recorder.page.title()
    return facts


def https_facts(recorder: Recorder, heard: Heard) -> tuple[dict[str, Any], tuple[Certificate, ...]]:
    """Redirect, HSTS, TLS versions with their ciphers, and the chain that is served; nothing where no HTTPS is known."""
    session, memory = recorder.session, recorder.window.https_memory
    plain = place_of(session.plain_url)
    answer = tls.front(session.plain_url, _PATIENCE)
    target = redirected_to_https(answer, plain.host, session.bounds)
    address = place_of(session.url)
    ports = [address.port if address.secure else None, target.port if target else None, memory.port_of(plain) if memory else None]
    port = next((one for one in ports if one), PORTS["https"] if plain.port == PORTS["http"] else None)
    served = tls.served(plain.host, port, _PATIENCE) if port else None
    chain = served.chain if served is not None else ()
    if chain and memory:
        memory.learn(plain, port)  # the next capture finds it, also where HTTP does not lead there any more
    facts: dict[str, Any] = {
        "in_use": address.secure,
        "redirect": target is not None,
        "hsts": heard.headers.get("strict-transport-security"),
        "port": port if chain else None,
        "versions": {name: list(ciphers) for name, ciphers in tls.spoken(plain.host, port, _PATIENCE).items()}
        if chain and port
        else {},
    }
    return facts, chain


def certificate_facts(chain: tuple[Certificate, ...]) -> list[dict[str, Any]]:
    """What can be said of each certificate in the chain without its key and its numbers."""
    return [
        {
            "subject": one.subject,
            "issuer": one.issuer,
            "self_signed": one.self_signed,
            "is_ca": one.is_ca,
            "key": one.key,
            "signature": one.signature,
            "san": list(one.san),
            "not_before": one.not_before.date().isoformat(),
            "not_after": one.not_after.date().isoformat(),
            "serial": f"{one.serial:X}",
            "sha256": one.sha256,
            "key_mark": key_mark(one),
        }
        for one in chain
    ]


def cookie_facts(recorder: Recorder) -> list[dict[str, Any]]:
    """Name and flags of each cookie of the recorder, never its value."""
    try:
        cookies = recorder.page.context.cookies()
    except PlaywrightError:
        return []
    return [
        {
            "name": one.get("name", ""),
            "secure": one.get("secure", False),
            "http_only": one.get("httpOnly", False),
            "same_site": one.get("sameSite", ""),
            "session": one.get("expires", -1) == -1,
        }
        for one in cookies
    ]


def device_facts(heard: Heard, book: QuestionBook, known: dict[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    """The whole of device.json, before it is scrubbed; `known` are the facts of the functions above."""
    headers = {name: value for name, value in sorted(heard.headers.items()) if name != "x-simulated-by"}
    known = {**known, "marks": device_marks(scrubber, (one["serial"] for one in known.get("certificates", ())))}
    return {**known, "headers": headers, "answers": book.scripts, "fetched": book.fetched, "requests": list(shapes(heard))}
