"""A cold start does two things at once: Playwright's driver starts, and Python imports what the command needs."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from threading import Thread

from nvrflow.browser.driver import driver


def head_start(module: str) -> None:
    """Start the driver, and import `module` meanwhile; either takes about a quarter of a second.

    What fails here fails again, with its message, where it is needed.
    """
    importing = Thread(target=_imported, args=(module,), name="nvrflow-imports", daemon=True)
    importing.start()
    with suppress(Exception):
        driver()
    importing.join()


def _imported(module: str) -> None:
    with suppress(Exception):
        import_module(module)
