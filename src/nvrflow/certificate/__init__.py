"""Certificates: the noun, how files of them are read, and what browsers would object to."""

from nvrflow.certificate.hosts import host_of, names_host
from nvrflow.certificate.judging import judge
from nvrflow.certificate.noun import Certificate
from nvrflow.certificate.reading import read_certificate_file, read_certificates

__all__ = [
    "Certificate",
    "host_of",
    "judge",
    "names_host",
    "read_certificate_file",
    "read_certificates",
]
