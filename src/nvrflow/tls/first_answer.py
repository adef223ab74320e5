"""The first answer to a plain GET: where HTTP redirects a browser, and what the recorder's clock says."""

from __future__ import annotations

import contextlib
import http.client
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from nvrflow.address import link_of
from nvrflow.tls.cut_off import cut_off_after
from nvrflow.tls.handshake import everything_accepted


@dataclass(frozen=True)
class Front:
    """The first answer to a plain GET: status, Location as sent, and the Date header (UTC)."""

    status: int
    location: str | None = None
    date: datetime | None = None

    @property
    def redirect(self) -> str:
        """The Location of an answer that redirects, as it was sent; empty when it does not."""
        return (self.location or "") if 300 <= self.status < 400 else ""


def front(url: str, timeout: float = 5.0) -> Front | None:
    """Send one GET without cookies and without following redirects; None if there is no usable answer."""
    at = link_of(url)
    connection: http.client.HTTPConnection
    if at.scheme == "https":
        connection = http.client.HTTPSConnection(at.host, at.port, timeout=timeout, context=everything_accepted())
    else:
        connection = http.client.HTTPConnection(at.host, at.port, timeout=timeout)
    with contextlib.closing(connection):
        try:
            connection.connect()
            with cut_off_after(connection.sock, timeout):
                connection.request("GET", at.path or "/", headers={"Connection": "close"})
                answer = connection.getresponse()
        except (OSError, http.client.HTTPException):
            return None
        return Front(answer.status, answer.getheader("Location"), _date(answer.getheader("Date")))


def redirect_of(http_url: str, timeout: float = 5.0) -> str | None:
    """Where plain HTTP redirects a browser (the Location of a 3xx answer), or None."""
    answer = front(http_url, timeout)
    return answer.redirect or None if answer else None


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
