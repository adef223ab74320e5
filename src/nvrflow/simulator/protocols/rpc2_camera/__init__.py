"""JSON-RPC of cameras of the Web 3.0 generation: that of recorders, and CertManager for their one server certificate.

docs/firmwares.md has the facts; of CertManager's calls, createSvrCert and exportSvrCert are ours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from nvrflow.simulator.device import Device
from nvrflow.simulator.protocols import rpc2
from nvrflow.simulator.protocols.rpc2.answers import Body, Call
from nvrflow.simulator.protocols.rpc2_camera.server_certificate import ServerCertificate

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(device: Device) -> list[BaseRoute]:
    """The protocol's routes for one camera."""
    return [_with_certificates(route, device) if _is_calls(route) else route for route in rpc2.routes(device)]


def _is_calls(route: BaseRoute) -> bool:
    return isinstance(route, Route) and route.path == "/RPC2"


def _with_certificates(route: BaseRoute, device: Device) -> Route:
    """The route for calls after the sign-in, with those of CertManager."""
    others = cast(Endpoint, cast(Route, route).endpoint)
    methods = ServerCertificate(device).methods()

    async def call(request: Request) -> Response:
        sent = await _sent(request)
        method = methods.get(str(sent.get("method")))
        name = sent.get("session")
        session = device.sessions.touch(name) if isinstance(name, str) else None
        if method is None or session is None:
            return await others(request)  # it also answers calls without a sign-in
        params = sent.get("params")
        address = request.client.host if request.client else ""
        body = method(Call(params if isinstance(params, dict) else {}, str(name), session.user, address))
        return JSONResponse({"session": name, **body, "id": sent.get("id")})

    return Route("/RPC2", call, methods=["POST"])


async def _sent(request: Request) -> Body:
    try:
        sent = await request.json()
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}
