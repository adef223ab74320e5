"""The answer of one client that was asked to open the recorder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """The answer of one real client, asked in a new process that ignores no error.

    `name` is `chromium`, `firefox:<profile>` like the name of the store, `curl` or `python`. `trusted` is None when the client
    was not asked or could not answer. `reason` says in words why it did not open the recorder; `code` is the client's own
    code for that (`ERR_CERT_AUTHORITY_INVALID`, `SEC_ERROR_UNKNOWN_ISSUER`, curl's exit status `60`, OpenSSL's number `20`).
    `tls` is the TLS version that it used, if it reports that.
    """

    name: str
    trusted: bool | None
    reason: str | None = None
    code: str = ""
    tls: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The entry in `https.clients` of a report."""
        return {"name": self.name, "trusted": self.trusted, "reason": self.reason, "code": self.code}
