"""A small REST protocol with a session cookie, for the pages of recorders with a `/LAPI/V1.0/`.

Only menu paths and words of this family are public (docs/firmwares.md); addresses, codes, envelope are ours (ours).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from nvrflow.simulator.accounts import Session
from nvrflow.simulator.device import Device
from nvrflow.simulator.pages import words
from nvrflow.simulator.protocols.lapi.answers import NO_SESSION, Answer, done, refused
from nvrflow.simulator.protocols.lapi.network import Network
from nvrflow.simulator.protocols.lapi.sign_in import SignIn, proof_of

_COOKIE = "WebSessionID"
_BASE = "/LAPI/V1.0"
Action = Callable[[Any, str], Answer]


def routes(device: Device) -> list[BaseRoute]:
    """The protocol's routes for one recorder."""
    speaker, network = _Lapi(device), Network(device)
    return [
        Route(f"{_BASE}/System/Security/Login", speaker.sign_in, methods=["PUT"]),
        Route(f"{_BASE}/System/Security/Logout", speaker.sign_out, methods=["PUT"]),
        Route(f"{_BASE}/System/Capabilities", speaker.capabilities),
        Route(f"{_BASE}/System/DeviceInfo", speaker.inside(lambda sent, address: done(speaker.about()))),
        Route(f"{_BASE}/System/KeepAlive", speaker.inside(lambda sent, address: done())),
        Route(f"{_BASE}/Network/Ports", speaker.inside(network.ports)),
        Route(f"{_BASE}/Network/Ports", speaker.inside(network.set_ports), methods=["PUT"]),
        Route(f"{_BASE}/NetworkSecurity/HTTPS", speaker.inside(network.https)),
        Route(f"{_BASE}/NetworkSecurity/HTTPS", speaker.inside(network.set_https), methods=["PUT"]),
        Route(f"{_BASE}/NetworkSecurity/Certificates/{{which}}", speaker.file(network)),
        Route("/web_lang/{language}.txt", speaker.texts),
    ]


class _Lapi:
    """One recorder's side of the conversation."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._sign_in = SignIn(device)

    async def sign_in(self, request: Request) -> Response:
        """Sign in with user and password; the cookie is the session."""
        told, opened = self._sign_in.answer(proof_of(await _sent(request)), _address(request))
        response = _reply(request, told)
        if opened:
            response.set_cookie(_COOKIE, opened, httponly=True)
        return response

    async def sign_out(self, request: Request) -> Response:
        """End a session, if there is one."""
        session = self._session(request)
        self._device.sessions.end(request.cookies.get(_COOKIE, ""))
        if session:
            self._device.note("logout", session.user, _address(request))
        return _reply(request, done())

    def inside(self, action: Action) -> Callable[[Request], Awaitable[Response]]:
        """Let an endpoint answer only requests with a session."""

        async def asked(request: Request) -> Response:
            if self._session(request) is None:
                return _reply(request, refused(NO_SESSION, "Not Logged In"))
            return _reply(request, action(await _sent(request), _address(request)))

        return asked

    def file(self, network: Network) -> Callable[[Request], Awaitable[Response]]:
        """A certificate as a file, for somebody who is signed in."""

        async def asked(request: Request) -> Response:
            session = self._session(request)
            found = network.export(request.path_params["which"], session.user, _address(request)) if session else None
            if found is None:
                return Response("failed", 500 if session else 401)
            name, content = found
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return Response(content, media_type="application/octet-stream", headers=headers)

        return asked

    def about(self) -> dict[str, Any]:
        """The recorder's model and version."""
        model = self._device.file.device
        now = self._device.clock.wall().strftime("%Y-%m-%d %H:%M:%S")
        return {
            "DeviceModel": model.type,
            "SerialNumber": self._device.serial,
            "FirmwareVersion": f"{model.version}, {model.build_date}",
            "DeviceName": model.name,
            "Time": now,
            "Channels": model.channels,
            "WeakPassword": self._device.settings.weak_password,
        }

    async def capabilities(self, request: Request) -> Response:
        """What the start page asks before a sign-in."""
        settings = self._device.settings
        facts = {"Initialised": settings.initialised, "Languages": settings.languages, "Language": settings.language}
        return _reply(request, done({**facts, "Plugin": settings.plugin}))

    async def texts(self, request: Request) -> Response:
        """The words of the pages in one language, without a sign-in."""
        return words(self._device, request.path_params["language"])

    def _session(self, request: Request) -> Session | None:
        return self._device.sessions.touch(request.cookies.get(_COOKIE, ""))


async def _sent(request: Request) -> dict[str, Any]:
    """The request's JSON object; an empty object for anything else."""
    try:
        sent = await request.json()
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _reply(request: Request, told: Answer) -> JSONResponse:
    code, words, data = told
    envelope = {"ResponseURL": request.url.path, "StatusCode": code, "StatusString": words, "Data": data}
    return JSONResponse({"Response": envelope}, headers={"Cache-Control": "no-store"})
