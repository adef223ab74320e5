"""Playwright's driver: one driver for all browsers of this process, in one thread."""

from __future__ import annotations

import atexit
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from nvrflow.browser.encoder import for_the_driver, has_encoder, link_encoder
from nvrflow.environment import for_children
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

_started: Playwright | None = None
_pid = 0  # of the driver that this process started


def use_driver(playwright: Playwright | None) -> None:
    """Use a driver that another library (pytest-playwright) started and will stop, because a thread can have only one.

    None: that driver has stopped.
    """
    global _started
    _started = playwright


def running_driver() -> Playwright | None:
    """Playwright's driver, if one was started in this process."""
    from playwright.sync_api import Playwright

    return _started if isinstance(_started, Playwright) else None


def driver() -> Playwright:
    """Playwright's driver, which starts on first use and ends with this process."""
    global _started
    if _started is None:
        from playwright.sync_api import sync_playwright

        with waiting("Playwright's driver to start"), _on_its_own():
            _started = sync_playwright().start()
        atexit.register(unless_it_has_died, _started.stop)
    return _started


def end_driver() -> None:
    """End the driver by its process id, if this process started it: its browsers then end by themselves, and every call fails."""
    if _pid:
        with suppress(OSError):
            os.kill(_pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def group_of_driver() -> int:
    """The process group of the driver that this process started; 0 if it started none, or where there are no groups."""
    return _pid if os.name == "posix" else 0  # it starts a session of its own


def offer_encoder() -> bool:
    """Have videos encoded by this computer's ffmpeg where Playwright has no encoder; False if there is none.

    A driver that was started already looks nowhere else any more.
    """
    return has_encoder() or (_started is None and link_encoder())


def unless_it_has_died(end: Callable[[], None]) -> None:
    """Call `end`, which ends a browser or the driver; it may have ended by itself already."""
    from playwright.sync_api import Error as PlaywrightError

    try:
        end()
    except PlaywrightError:
        return
    except Exception as problem:  # Playwright has no class of its own for a driver that is gone
        if "Connection closed" not in str(problem):
            raise


@contextmanager
def _on_its_own() -> Iterator[None]:
    """Processes that start in this block get neither the password nor the terminal's Ctrl-C.

    Ctrl-C would end the driver before its browsers are closed. Playwright has no option for either. The driver still ends with
    this process, because its standard input closes; browsers inherit the driver's environment.
    """
    import asyncio

    plain = asyncio.create_subprocess_exec

    async def started(*command: str, env: Mapping[str, str] | None = None, **options: Any) -> asyncio.subprocess.Process:
        global _pid
        own = {**for_children(env), **for_the_driver()}
        process = await plain(*command, env=own, start_new_session=os.name == "posix", **options)
        _pid = process.pid
        return process

    asyncio.create_subprocess_exec = started  # type: ignore[assignment]
    try:
        yield
    finally:
        asyncio.create_subprocess_exec = plain
