"""What a recorder's two ports answer: its protocol and pages, with a delay if that is set, or a redirect to HTTPS."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from collections.abc import Sequence
from typing import Protocol, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from nvrflow.errors import InvalidFile
from nvrflow.simulator import pages, protocols
from nvrflow.simulator.device import Device


class Speaker(Protocol):
    """A module of `protocols/`: the routes of one family of recorders for its pages."""

    def routes(self, device: Device) -> Sequence[BaseRoute]:
        """The protocol's routes for that recorder."""


def application(device: Device) -> ASGIApp:
    """The recorder's pages and protocol."""
    return _slowed(Starlette(routes=[*_speaker(device).routes(device), *pages.routes(device)]), device)


def redirect(device: Device) -> ASGIApp:
    """The HTTP port while HTTPS is on: every request is redirected to the HTTPS start page."""

    async def elsewhere(request: Request) -> Response:
        host = request.url.hostname or device.settings.host
        return RedirectResponse(f"https://{host}:{device.web.https_port}/", 302)

    methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]
    return _slowed(Starlette(routes=[Route("/{path:path}", elsewhere, methods=methods)]), device)


def _speaker(device: Device) -> Speaker:
    name = device.file.protocol
    known = sorted(module.name for module in pkgutil.iter_modules(protocols.__path__))
    if name not in known:
        file = device.homes[0] / "recorder.yaml"
        raise InvalidFile(f"there is no protocol {name!r}; there are {', '.join(known)}", file, key="protocol")
    return cast(Speaker, importlib.import_module(f"{protocols.__name__}.{name}"))


def _slowed(application: ASGIApp, device: Device) -> ASGIApp:
    async def slowed(scope: Scope, receive: Receive, send: Send) -> None:
        if device.settings.latency_ms:
            await asyncio.sleep(device.settings.latency_ms / 1000)
        await application(scope, receive, send)

    return slowed
