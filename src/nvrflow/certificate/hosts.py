"""Addresses and the names in certificates: which hosts a certificate covers, and which names a CA's own limits permit."""

from __future__ import annotations

import ipaddress

from cryptography import x509

from nvrflow.address import host_of
from nvrflow.certificate.certificate import Certificate

__all__ = ["host_of", "is_ip", "names_host", "permitted_by"]


def names_host(certificate: Certificate, host: str) -> bool:
    """Whether the certificate's names cover the host. As in browsers, only the SAN counts."""
    if is_ip(host):
        return any(ipaddress.ip_address(name) == ipaddress.ip_address(host) for name in certificate.ip_names)
    return any(_dns_fits(name.lower().rstrip("."), host) for name in certificate.dns_names)


def _dns_fits(pattern: str, host: str) -> bool:
    if pattern.startswith("*."):
        return host.partition(".")[2] == pattern[2:] and "." in pattern[2:]
    return pattern == host


def is_ip(host: str) -> bool:
    """Whether the host is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def permitted_by(name: str, limits: x509.NameConstraints) -> bool:
    """Whether name constraints permit a name such as `IP:192.0.2.10`. A constraint with a leading dot covers subdomains only."""
    kind, _, value = name.partition(":")

    def covers(subtree: x509.GeneralName) -> bool | None:
        if kind == "IP" and isinstance(subtree, x509.IPAddress):
            network = ipaddress.ip_network(str(subtree.value))
            address = ipaddress.ip_address(value)
            return address.version == network.version and address in network
        if kind == "DNS" and isinstance(subtree, x509.DNSName):
            limit, host = subtree.value.lower(), value.lower()
            below = limit if limit.startswith(".") else f".{limit}"
            return host == limit or host.endswith(below) or not limit
        return None

    excluded = [covers(subtree) for subtree in limits.excluded_subtrees or ()]
    permitted = [answer for subtree in limits.permitted_subtrees or () if (answer := covers(subtree)) is not None]
    return True not in excluded and (not permitted or True in permitted)
