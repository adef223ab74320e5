"""HTTP below /ISAPI/, which recorders of that family use for their pages in /doc/page/*.asp and for other programs.

Paths and words are public (docs/firmwares.md); how certificates are made, listed and downloaded is ours (ours).
"""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from nvrflow.simulator.accounts import Session
from nvrflow.simulator.device import Device
from nvrflow.simulator.pages import words
from nvrflow.simulator.protocols.isapi.about import About
from nvrflow.simulator.protocols.isapi.access import Access
from nvrflow.simulator.protocols.isapi.callers import COOKIE, Callers
from nvrflow.simulator.protocols.isapi.documents import document, said
from nvrflow.simulator.protocols.isapi.session_login import SessionLogin

_METHODS = ["GET", "POST", "PUT", "DELETE"]


def routes(device: Device) -> list[BaseRoute]:
    """The protocol's routes for one recorder, and those of its pages."""
    callers, pages, about, access = Callers(device), _Pages(device), About(device), Access(device)
    login, inside = SessionLogin(device, callers), callers.inside
    security, system = "/ISAPI/Security", "/ISAPI/System"
    certificate = f"{security}/serverCertificate"
    return [
        Route("/", lambda request: RedirectResponse("/doc/page/login.asp", 302)),
        Route("/doc/page/{name}.asp", pages.page),
        Route("/doc/i18n/{language}/Common.json", pages.texts),
        Route("/doc/device.json", pages.device_facts),
        Route("/SDK/activateStatus", pages.activation),
        Route(f"{security}/sessionLogin/capabilities", login.capabilities),
        Route(f"{security}/sessionLogin", login.sign_in, methods=["POST"]),
        Route(f"{security}/userCheck", callers.user_check),
        Route(f"{security}/sessionLogout", inside(pages.sign_out), methods=["PUT"]),
        Route(f"{security}/sessionHeartbeat", inside(_nothing), methods=["PUT"]),
        Route(f"{system}/deviceInfo", inside(about.device_info)),
        Route(f"{system}/status", inside(about.status)),
        Route(f"{system}/time", inside(about.time)),
        Route("/ISAPI/ContentMgmt/InputProxy/channels", inside(about.channels)),
        Route(f"{security}/adminAccesses", inside(access.protocols)),
        Route(f"{security}/adminAccesses", inside(access.set_protocols), methods=["PUT"]),
        Route(f"{certificate}/certificate", inside(access.certificate)),
        Route(f"{certificate}/certificate", inside(access.delete), methods=["DELETE"]),
        Route(f"{certificate}/selfSignCert", inside(access.create), methods=["POST"]),
        Route(f"{certificate}/downloadCert", inside(access.download)),
        Route("/ISAPI/{path:path}", inside(_unknown), methods=_METHODS),
    ]


class _Pages:
    """The pages of one recorder, and what they may ask before a sign-in."""

    def __init__(self, device: Device) -> None:
        self._device = device

    async def page(self, request: Request) -> Response:
        """One of the recorder's pages, with a new number for %SEED% on every load."""
        file = self._device.web_file(f"{request.path_params['name']}.html")
        if file is None:
            return Response("not found", 404)
        text = file.read_text(encoding="utf-8").replace("%SEED%", str(secrets.randbelow(9000) + 1000))
        return Response(text, media_type="text/html", headers={"Cache-Control": "no-store"})

    async def texts(self, request: Request) -> Response:
        """The words of the pages in one language, without a sign-in."""
        return words(self._device, request.path_params["language"])

    async def device_facts(self, request: Request) -> Response:
        """What the start page asks before a sign-in; our invention."""
        settings = self._device.settings
        facts = {"activated": settings.initialised, "languages": settings.languages, "language": settings.language}
        return JSONResponse({**facts, "plugin": settings.plugin}, headers={"Cache-Control": "no-store"})

    async def activation(self, request: Request) -> Response:
        """Whether the recorder has its first password; no sign-in is needed to ask."""
        return document("ActivateStatus", {"Activated": self._device.settings.initialised})

    async def sign_out(self, request: Request, session: Session) -> Response:
        """End a session."""
        self._device.sessions.end(request.cookies.get(COOKIE, ""))
        self._device.note("logout", session.user, session.address)
        return said(request.url.path)


async def _nothing(request: Request, session: Session) -> Response:
    """Keep a session alive."""
    return said(request.url.path)


async def _unknown(request: Request, session: Session) -> Response:
    """Answer a path that this recorder does not have."""
    return said(request.url.path, "notSupport")
