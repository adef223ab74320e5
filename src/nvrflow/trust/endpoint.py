"""The HTTPS address of a run's recorder, and what it serves there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nvrflow import tls
from nvrflow.address import place_of
from nvrflow.certificate import Certificate, KeyExchange
from nvrflow.errors import NotTrusted
from nvrflow.firmware.on_screen import where_to_compare
from nvrflow.trust.computer import Computer
from nvrflow.trust.request import Request, Terms

if TYPE_CHECKING:
    from nvrflow.recorder import Recorder


def ports_of(recorder: Recorder) -> tuple[int, ...]:
    """The ports of this recorder: that of plain HTTP, and that of HTTPS once it is known."""
    plain, https = place_of(recorder.session.plain_url), recorder.report.https
    return (plain.port, place_of(https.url).port) if https and https.url else (plain.port,)


def request_of(
    recorder: Recorder, device: Certificate, authority: Certificate | None, terms: Terms, environment: Mapping[str, str]
) -> Request:
    """Make the request for the certificates of a run's recorder, with the options of this run."""
    return Request(
        recorder.host,
        device,
        authority,
        None,
        terms,
        ports=ports_of(recorder),
        recorder_clock=tls.date_header(recorder.url),
        computer=Computer.this(environment),
        shown_at=where_to_compare(recorder.firmware),
    )


def served_by(recorder: Recorder) -> tls.Served:
    """What the recorder serves by HTTPS now. Raises NotTrusted when there is no certificate, or it cannot be read."""
    url = https_url(recorder)
    served = tls.served(recorder.session.host, place_of(url).port)
    if served.leaf is None:
        raise NotTrusted(f"{url}: {served.why}")
    return served


def exchanges_of(recorder: Recorder) -> frozenset[KeyExchange] | None:
    """The key exchange that the recorder picks when a browser offers all of its own."""
    return tls.offers(recorder.session.host, place_of(https_url(recorder)).port).picked


def https_url(recorder: Recorder) -> str:
    """The recorder's HTTPS address; it is known once HTTPS is on."""
    https = recorder.report.https
    assert https is not None and https.url is not None
    return https.url
