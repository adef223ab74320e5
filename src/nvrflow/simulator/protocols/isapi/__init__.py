"""HTTP below /ISAPI/ with a session cookie, as recorders of that family speak it with their pages in /doc/page/*.asp.

Paths and words are public (facts/recorder-ui.md 7.1); the fields beyond them, and settings as JSON, are ours (grade G).
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Awaitable, Callable
from xml.etree import ElementTree

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from nvrflow.simulator.accounts import Session
from nvrflow.simulator.device import Device
from nvrflow.simulator.pages import words
from nvrflow.simulator.protocols.isapi.access import Access
from nvrflow.simulator.protocols.lapi.answers import LOCKED, NOT_INITIALISED, TOO_MANY_USERS, Answer
from nvrflow.simulator.protocols.lapi.sign_in import SignIn

_COOKIE = "WebSession"
_STATUS = {LOCKED: 401, NOT_INITIALISED: 403, TOO_MANY_USERS: 503}
Asked = Callable[[Request], Awaitable[Response]]


def routes(device: Device) -> list[BaseRoute]:
    """The protocol's routes for one recorder, and those of its pages."""
    speaker, access = _Isapi(device), Access(device)
    security = "/ISAPI/Security"
    certificate = f"{security}/serverCertificate"
    return [
        Route("/", lambda request: RedirectResponse("/doc/page/login.asp", 302)),
        Route("/doc/page/{name}.asp", speaker.page),
        Route("/doc/i18n/{language}/Common.json", speaker.texts),
        Route("/ISAPI/System/capabilities", speaker.capabilities),
        Route(f"{security}/userCheck", speaker.user_check),
        Route(f"{security}/sessionLogout", speaker.sign_out, methods=["PUT"]),
        Route(f"{security}/sessionHeartbeat", speaker.inside(access.nothing), methods=["PUT"]),
        Route("/ISAPI/System/deviceInfo", speaker.inside(access.about)),
        Route(f"{security}/adminAccesses", speaker.inside(access.protocols)),
        Route(f"{security}/adminAccesses", speaker.inside(access.set_protocols), methods=["PUT"]),
        Route(f"{certificate}/certificate", speaker.inside(access.certificate)),
        Route(f"{certificate}/certificate", speaker.inside(access.delete), methods=["DELETE"]),
        Route(f"{certificate}/selfSignCert", speaker.inside(access.create), methods=["POST"]),
        Route(f"{certificate}/downloadCert", speaker.inside(access.download)),
    ]


class _Isapi:
    """One recorder's side of the conversation."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._sign_in = SignIn(device)

    async def page(self, request: Request) -> Response:
        """One of the recorder's pages; %SEED% in it is another number on every load."""
        file = self._device.web_file(f"{request.path_params['name']}.html")
        if file is None:
            return Response("not found", 404)
        text = file.read_text(encoding="utf-8").replace("%SEED%", str(secrets.randbelow(9000) + 1000))
        return Response(text, media_type="text/html", headers={"Cache-Control": "no-store"})

    async def texts(self, request: Request) -> Response:
        """The words of the pages in one language, without a sign-in."""
        return words(self._device, request.path_params["language"])

    async def capabilities(self, request: Request) -> Response:
        """What the start page has to know before a sign-in."""
        settings = self._device.settings
        facts = {"activated": settings.initialised, "languages": settings.languages, "language": settings.language}
        return JSONResponse({**facts, "plugin": settings.plugin}, headers={"Cache-Control": "no-store"})

    async def user_check(self, request: Request) -> Response:
        """User and password in an Authorization header; what comes of it as XML, and a session's cookie."""
        user, password = _basic(request.headers.get("Authorization", ""))
        sent = {"UserName": user, "Password": base64.b64encode(password.encode()).decode()}
        told, opened = self._sign_in.answer(sent, _address(request))
        response = _checked(told, self._device.settings.weak_password)
        if opened:
            response.set_cookie(_COOKIE, opened, httponly=True)
        return response

    async def sign_out(self, request: Request) -> Response:
        """The end of a session; what was none is none."""
        session = self._session(request)
        self._device.sessions.end(request.cookies.get(_COOKIE, ""))
        if session:
            self._device.note("logout", session.user, _address(request))
        return JSONResponse({"statusCode": 1})

    def inside(self, action: Callable[[Request, Session], Awaitable[Response]]) -> Asked:
        """What somebody who is signed in may do."""

        async def asked(request: Request) -> Response:
            session = self._session(request)
            return await action(request, session) if session else JSONResponse({"statusCode": 4}, 401)

        return asked

    def _session(self, request: Request) -> Session | None:
        return self._device.sessions.touch(request.cookies.get(_COOKIE, ""))


def _checked(told: Answer, risky: bool) -> Response:
    code, words, data = told
    root = ElementTree.Element("userCheck", version="1.0", xmlns="http://www.isapi.org/ver20/XMLSchema")
    status = 200 if code == 0 else _STATUS.get(code, 401)
    facts = {
        "statusValue": status,
        "statusString": "OK" if code == 0 else words,
        "isRiskPassword": str(risky).lower(),
        "isActivated": str(code != NOT_INITIALISED).lower(),
        "lockStatus": "lock" if code == LOCKED else "unlock",
        "retryLoginTime": data.get("RemainTimes", ""),
        "resLockTime": data.get("LockSeconds", ""),
    }
    for name, value in facts.items():
        ElementTree.SubElement(root, name).text = str(value)
    return Response(ElementTree.tostring(root, "utf-8", xml_declaration=True), status, media_type="application/xml")


def _basic(header: str) -> tuple[str, str]:
    try:
        user, _, password = base64.b64decode(header.removeprefix("Basic "), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
