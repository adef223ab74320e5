"""The HTTPS port of each recorder that this computer remembers, by the recorder's address of plain HTTP."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from nvrflow.address import Place
from nvrflow.content import from_json
from nvrflow.whole_file import write_whole

_WRITING = 10.0  # seconds that another run may take to write


@dataclass(frozen=True)
class HttpsMemory:
    """The file `https-ports.json` in `folder`: a port for each host and port of plain HTTP, learned by an earlier run.

    Two recorders behind one address have different ports of plain HTTP, and so different entries. A damaged file, or a file that
    cannot be written, does no harm: the file only says which port to try first.
    """

    folder: Path

    @property
    def path(self) -> Path:
        """The path of the file."""
        return self.folder / "https-ports.json"

    def port_of(self, plain: Place) -> int | None:
        """The HTTPS port of the recorder at that address of plain HTTP; None if no run has learned it."""
        port = self._read().get(plain.netloc)
        return port if isinstance(port, int) and 0 < port < 65536 else None

    def learn(self, plain: Place, port: int | None) -> None:
        """Remember the port for later runs; with None the recorder has no HTTPS port any more."""
        with suppress(OSError, Timeout):
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / "https-ports.lock", _WRITING):
                known = self._read()
                changed = (
                    {**known, plain.netloc: port} if port else {name: one for name, one in known.items() if name != plain.netloc}
                )
                if changed != known:
                    write_whole(self.path, json.dumps(changed, indent=1).encode())

    def _read(self) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            found = from_json(self.path.read_text(encoding="utf-8"))
            if isinstance(found, dict):
                return found
        return {}
