"""What a rehearsed flow may not do: change a file, start a program, use the network. It is stopped before it does.

This prevents an honest flow from really doing its work during a rehearsal; it does not protect against a malicious flow.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any, SupportsIndex

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Names of CPython's audit events (its documentation, "Audit events table").
_FORBIDDEN = {
    "builtins.input": "ask a question at the terminal",
    "os.chmod": "change a file",
    "os.chown": "change a file",
    "os.exec": "start a program",
    "os.fork": "start a program",
    "os.kill": "end a program",
    "os.killpg": "end a program",
    "os.link": "make a file",
    "os.mkdir": "make a folder",
    "os.posix_spawn": "start a program",
    "os.remove": "remove a file",
    "os.rename": "rename a file",
    "os.rmdir": "remove a folder",
    "os.startfile": "start a program",
    "os.symlink": "make a file",
    "os.system": "start a program",
    "os.truncate": "change a file",
    "socket.bind": "open a port",
    "socket.connect": "speak to another computer",
    "socket.getaddrinfo": "speak to another computer",
    "socket.sendto": "speak to another computer",
    "subprocess.Popen": "start a program",
    "winreg.SetValue": "change the registry",
}


class Forbidden(PermissionError):
    """The flow would have done something outside of the recorder; the message says what."""


def forbid_changes() -> None:
    """Stop every change from now on until this process ends, and let no wait last."""
    sys.dont_write_bytecode = True
    time.sleep = _no_sleep
    sys.addaudithook(_look_at)


def _no_sleep(seconds: SupportsIndex | float, /) -> None:
    """Return at once, because a rehearsal does not wait."""


def _look_at(event: str, args: tuple[Any, ...]) -> None:
    if event == "open":
        path, mode, flags = args
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & _WRITING):
            raise Forbidden(f"write {path}")
    elif event in _FORBIDDEN:
        raise Forbidden(_FORBIDDEN[event])
