"""What really answers at a recorder's ports: the certificates served, the TLS versions, and where HTTP redirects.

This package only observes: it verifies and trusts nothing, and never sends a password. In reading order: `cut_off` (a limit of
time), `handshake` (what is served), `odd_curves` (for a key that no browser accepts), `exchange` (how a browser could connect),
`spoken` (every version and cipher), `first_answer` (plain HTTP).
"""

from nvrflow.tls.exchange import Offers, offers
from nvrflow.tls.first_answer import Front, date_header, front, redirect_of
from nvrflow.tls.handshake import Served, listens, served, wait_until_listening
from nvrflow.tls.spoken import spoken

__all__ = [
    "Front",
    "Offers",
    "Served",
    "date_header",
    "front",
    "listens",
    "offers",
    "redirect_of",
    "served",
    "spoken",
    "wait_until_listening",
]
