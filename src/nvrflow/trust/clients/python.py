"""Python with its default trust, in a new process: OpenSSL's store on Linux, the store of Windows on Windows."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from nvrflow.address import place_of
from nvrflow.command import Command, run
from nvrflow.trust.clients.answer import Answer
from nvrflow.trust.computer import Computer
from nvrflow.trust.overrides import laid_bare, without_overrides

_SCRIPT = """
import ssl, socket, sys
host, port, timeout = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
try:
    with socket.create_connection((host, port), timeout=timeout) as plain:
        with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure:
            print("trusted", secure.version(), "")
except ssl.SSLCertVerificationError as problem:
    print("refused", problem.verify_code, problem.verify_message)
except OSError as problem:
    print("failed", getattr(problem, "reason", None) or type(problem).__name__, problem)
"""


@dataclass(frozen=True)
class PythonClient:
    """The Python that runs nvrflow; with `overridden`, the environment variables for another bundle stay in effect."""

    computer: Computer
    overridden: bool = False
    name: str = "python"

    def reads(self, store: str) -> bool:
        """Whether it reads that store: the system's store on Linux, the store of Windows (`ssl.create_default_context`)."""
        return store.endswith("-system") or (self.computer.system == "windows" and store.startswith("windows-"))

    def ask(self, url: str, timeout: float = 30.0) -> Answer:
        """Ask; the code is OpenSSL's number of the verification error (20: unknown issuer), the reason is OpenSSL's message."""
        if self.computer.system == "macos":
            return Answer(self.name, None, "Python on macOS does not read the keychains", "reads-no-store")
        place = place_of(url)
        argv = (sys.executable, "-I", "-c", _SCRIPT, place.host, str(place.port), f"{timeout:g}")
        environment = dict(self.computer.environment) if self.overridden else without_overrides(self.computer)
        ended = run(Command(argv, timeout=2 * timeout + 5, environment=laid_bare(environment)))
        word, _, rest = ended.output.strip().partition(" ")
        code, _, reason = rest.partition(" ")
        if word == "trusted":
            return Answer(self.name, True, tls=code)
        if word not in ("refused", "failed"):
            return Answer(self.name, None, ended.why, "no-answer")
        return Answer(self.name, False, reason, code)
