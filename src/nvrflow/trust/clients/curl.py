"""curl, which reads the system's store. It accepts a certificate without SAN, so its answer alone proves little."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from nvrflow.command import Command, run, tool
from nvrflow.trust.clients.answer import Answer
from nvrflow.trust.computer import Computer
from nvrflow.trust.overrides import laid_bare, without_overrides


@dataclass(frozen=True)
class CurlClient:
    """curl without the user's `.curlrc`; with `overridden`, the environment variables for another bundle stay in effect."""

    computer: Computer
    overridden: bool = False
    name: str = "curl"

    def reads(self, store: str) -> bool:
        """Whether it reads that store: the system's store on Linux, the store of Windows on Windows (Schannel)."""
        return store.endswith("-system") or (self.computer.system == "windows" and store.startswith("windows-"))

    def ask(self, url: str, timeout: float = 30.0) -> Answer:
        """Ask; the code is curl's exit status (60: certificate not trusted, 35: no TLS), the reason is curl's message."""
        curl = tool("curl", self.computer.environment)
        if curl is None:
            return Answer(self.name, None, "curl is not installed", "not-installed")
        argv = (
            curl,
            "-q",
            "--silent",
            "--show-error",
            "--output",
            os.devnull,
            "--max-time",
            f"{timeout:g}",
            "--noproxy",
            "*",
            url,
        )
        environment = dict(self.computer.environment) if self.overridden else without_overrides(self.computer)
        ended = run(Command(argv, timeout=timeout + 5, environment=laid_bare(environment)))
        if ended.ok:
            return Answer(self.name, True)
        said = ended.errors.strip().splitlines()
        reason = re.sub(r"^curl: (\(\d+\) )?", "", said[0]) if said else ended.why
        return Answer(self.name, False, reason, str(ended.code) if ended.outcome == "ended" else ended.outcome)
