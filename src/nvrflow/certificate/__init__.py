"""Certificates: the noun itself, how files of them are read, and what browsers would object to.

In reading order: `certificate` (the noun; making one reads it wholly or refuses it), `facts`, `encoding` and `dates` (how it is
read), `containers` (files), `accepted` (what browsers take), `objections` with `form`, `lifetime`, `strength`,
`signatures` and `purposes` (what is wrong with one), `findings` (how that is said), `hosts` (addresses and names).
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
