"""X.509 certificates: what one holds, how certificate files are read, and what browsers would object to.

In reading order: `certificate` (the class `Certificate`; its constructor reads everything or refuses the bytes), `facts`,
`encoding` and `dates` (how the bytes are read), `containers` (files), `accepted` (what browsers accept), `objections` with
`form`, `lifetime`, `strength`, `signatures` and `purposes` (what is wrong with a certificate), `findings` (codes of such
problems), `hosts` (addresses and names).
"""

from nvrflow.certificate.certificate import Certificate
from nvrflow.certificate.containers import read_certificate_file, read_certificates
from nvrflow.certificate.findings import AUTHORITY, DEVICE, Code, KeyExchange
from nvrflow.certificate.hosts import host_of, names_host
from nvrflow.certificate.objections import judge

__all__ = [
    "AUTHORITY",
    "DEVICE",
    "Certificate",
    "Code",
    "KeyExchange",
    "host_of",
    "judge",
    "names_host",
    "read_certificate_file",
    "read_certificates",
]
