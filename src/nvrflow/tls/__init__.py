"""What really answers at a recorder's ports: the certificates it serves, the TLS it speaks, where HTTP sends a browser.

Nothing here verifies or trusts anything, and nothing here sends a password: these are the eyes, not the judge. In reading
order: `handshake` (what is served), `odd_curves` (the same by a key that no browser takes), `exchange` (how a browser could talk
to it), `first_answer` (plain HTTP).
"""

from nvrflow.tls.exchange import Offers, offers
from nvrflow.tls.first_answer import Front, date_header, front, redirect_of
from nvrflow.tls.handshake import Served, listens, served, wait_until_listening

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
    "wait_until_listening",
]
