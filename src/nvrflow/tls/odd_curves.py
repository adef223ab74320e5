"""Reading the certificate of a server whose key is on a curve that no browser supports and OpenSSL offers only if configured."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from nvrflow.command import Command, run

_CURVES = "X25519:P-256:P-384:P-521:secp256k1:brainpoolP256r1:brainpoolP384r1:brainpoolP512r1:secp224r1"
# Before 3.15, Python can offer several curves only through OpenSSL's configuration, which is read once at the start.
_CONFIGURATION = f"openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nGroups = {_CURVES}\n"
_SCRIPT = """
import socket, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
context.set_ciphers("ALL:!aNULL:@SECLEVEL=0")
with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=float(sys.argv[3])) as plain:
    with context.wrap_socket(plain, server_hostname=sys.argv[4] or None) as secure:
        print(secure.getpeercert(True).hex())
"""


def leaf_on_odd_curve(host: str, port: int, timeout: float, name: str | None) -> bytes | None:
    """The server's own certificate (DER), fetched by a client that also offers unusual curves; None if that fails too.

    `name` is for SNI. This runs in a separate process, because OpenSSL reads its configuration only once.
    """
    with tempfile.TemporaryDirectory(prefix="nvrflow-curves-") as folder:
        file = Path(folder) / "openssl.cnf"
        file.write_text(_CONFIGURATION, encoding="ascii")
        argv = (sys.executable, "-I", "-c", _SCRIPT, host.strip("[]"), str(port), f"{timeout:g}", name or "")
        ended = run(Command(argv, timeout=2 * timeout + 5, environment={"OPENSSL_CONF": str(file)}))
    return bytes.fromhex(ended.output.strip()) if ended.ok else None
