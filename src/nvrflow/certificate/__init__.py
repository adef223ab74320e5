"""Certificates: the noun, how files of them are read, and what browsers would object to.

In reading order: `noun` (a certificate; making one reads it wholly or refuses it), `facts`, `encoding` and `dates` (how it is
read), `reading` (files), `accepted` (what browsers take), `judging` with `form`, `lifetime`, `strength` and `purposes` (what is
wrong with one), `findings` (how that is said), `hosts` (addresses and names).
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
