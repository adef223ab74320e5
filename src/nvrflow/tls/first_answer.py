"""The first answer to a plain GET: where HTTP redirects a browser, and what the recorder's clock says."""

from __future__ import annotations

import contextlib
import http.client
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from nvrflow.tls.handshake import everything_accepted


@dataclass(frozen=True)
class Front:
    """The first answer to a plain GET: status, Location as sent, and the Date header (UTC)."""

    status: int
    location: str | None = None
    date: datetime | None = None


def front(url: str, timeout: float = 5.0) -> Front | None:
    """Send one GET without cookies and without following redirects; None if there is no usable answer."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    connection: http.client.HTTPConnection
    if secure:
        connection = http.client.HTTPSConnection(parts.hostname or "", port, timeout=timeout, context=everything_accepted())
    else:
        connection = http.client.HTTPConnection(parts.hostname or "", port, timeout=timeout)
    with contextlib.closing(connection):
        try:
            connection.request("GET", parts.path or "/", headers={"Connection": "close"})
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException):
            return None
        return Front(answer.status, answer.getheader("Location"), _date(answer.getheader("Date")))


def redirect_of(http_url: str, timeout: float = 5.0) -> str | None:
    """Where plain HTTP redirects a browser (the Location of a 3xx answer), or None."""
    answer = front(http_url, timeout)
    return answer.location if answer and 300 <= answer.status < 400 else None


def date_header(url: str, timeout: float = 5.0) -> datetime | None:
    """The recorder's clock from its Date header, in UTC; None without such a header."""
    answer = front(url, timeout)
    return answer.date if answer else None


def _date(header: str | None) -> datetime | None:
    if not header:
        return None
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except (ValueError, TypeError):
        return None
