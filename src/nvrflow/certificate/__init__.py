"""X.509 certificates: what one holds, how certificate files are read, and what browsers would object to.

In reading order: `noun` (the class `Certificate`; its constructor reads everything or refuses the bytes), `facts`, `encoding`
and `dates` (how the bytes are read), `reading` (files), `accepted` (what browsers accept), `judging` with `form`, `lifetime`,
`strength` and `purposes` (what is wrong with a certificate), `findings` (codes of such problems), `hosts` (addresses and names).
"""

from nvrflow.certificate.findings import AUTHORITY, DEVICE, Code, KeyExchange
from nvrflow.certificate.hosts import host_of, names_host
from nvrflow.certificate.judging import judge
from nvrflow.certificate.noun import Certificate
from nvrflow.certificate.reading import read_certificate_file, read_certificates

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
