"""JSON-RPC over /RPC2_Login and /RPC2, as recorders of the 4.x generation speak it with their pages (docs/firmwares.md)."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from nvrflow.simulator.device import Device
from nvrflow.simulator.pages import words
from nvrflow.simulator.protocols.rpc2.answers import BROKEN_REQUEST, UNKNOWN_METHOD, Body, Call, done, refused
from nvrflow.simulator.protocols.rpc2.certificate_files import CertificateFiles
from nvrflow.simulator.protocols.rpc2.cgi import Cgi
from nvrflow.simulator.protocols.rpc2.configuration import Configuration
from nvrflow.simulator.protocols.rpc2.identity import Identity
from nvrflow.simulator.protocols.rpc2.scan import Scan
from nvrflow.simulator.protocols.rpc2.sign_in import SignIn

_COOKIE = "DhWebClientSessionID"


@dataclass(frozen=True)
class Login:
    """The path and the method of a sign-in; OEM variants have their own (docs/firmwares.md)."""

    path: str = "/RPC2_Login"
    method: str = "global.login"


def routes(device: Device, login: Login = Login()) -> list[BaseRoute]:
    """The protocol's routes for one recorder."""
    speaker = _Rpc2(device, login)
    return [
        Route(login.path, speaker.sign_in, methods=["POST"]),
        Route("/RPC2", speaker.call, methods=["POST"]),
        Route("/OutsideCmd", speaker.outside, methods=["POST"]),
        Route("/RPC2_DownloadRootCert/{name}", speaker.download),
        Route("/web_lang/{language}.txt", speaker.texts),
        Route("/web_caps/webCapsConfig", speaker.capabilities),
        Route("/cgi-bin/{path:path}", speaker.cgi.answer, methods=["GET", "POST"]),
    ]


class _Rpc2:
    """One recorder's side of the conversation."""

    def __init__(self, device: Device, login: Login) -> None:
        self._device = device
        self._login = login
        self._sign_in = SignIn(device)
        self._files = CertificateFiles(device)
        scan, identity, configuration = Scan(device), Identity(device), Configuration(device)
        self.cgi = Cgi(device, self._sign_in.realm, identity, configuration)
        self._methods = {
            "global.keepAlive": lambda call: done({"timeout": call.params.get("timeout", 300)}),
            "global.logout": self._log_out,
            **identity.methods(),
            **self._files.methods(),
            **scan.methods(),
            **configuration.methods(),
        }

    async def sign_in(self, request: Request) -> Response:
        """The two calls of a sign-in; the second sets the session's cookie."""
        sent = await _sent(request)
        if sent.get("method") != self._login.method:
            return _reply(refused(UNKNOWN_METHOD, f"only {self._login.method}"), sent)
        body, opened = self._sign_in.answer(_params(sent), sent.get("session"), _address(request))
        response = _reply(body, sent)
        if opened:
            response.set_cookie(_COOKIE, opened, httponly=True, secure=self._device.settings.secure_cookie)
        return response

    async def call(self, request: Request) -> Response:
        """One call of somebody who is signed in."""
        sent = await _sent(request)
        name = sent.get("session")
        session = self._device.sessions.touch(name) if isinstance(name, str) else None
        if session is None:
            return _reply(refused(int(self._device.settings.invalid_session), "Invalid session in request data!"), sent)
        method = self._methods.get(str(sent.get("method")))
        if method is None:
            return _reply(refused(UNKNOWN_METHOD, f"no method {sent.get('method')}"), sent)
        return _reply(method(Call(_params(sent), str(name), session.user, _address(request))), sent)

    async def outside(self, request: Request) -> Response:
        """One call of somebody who is not signed in yet."""
        sent = await _sent(request)
        if sent.get("method") == "DevInit.getStatus":
            return _reply(done({"Init": 0 if self._device.settings.initialised else 1, "Find": "BD"}), sent)
        if sent.get("method") == "Security.getEncryptInfo":
            return _reply(done(self._files.encryption()), sent)
        return _reply(refused(UNKNOWN_METHOD, f"no method {sent.get('method')}"), sent)

    async def download(self, request: Request) -> Response:
        """A certificate file as an attachment, as older firmware sends it; ?CertSN= chooses between equal names."""
        session = self._device.sessions.touch(request.cookies.get(_COOKIE, ""))
        if session is None:
            return Response("not signed in", 401)
        found = self._files.by_name(request.path_params["name"], request.query_params.get("CertSN"))
        if found is None:
            return Response("not found", 404)
        if self._files.fails():
            return Response("download failed", 500)
        name, content = self._files.export(found, session.user, _address(request))
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="application/x-x509-ca-cert", headers=headers)

    async def texts(self, request: Request) -> Response:
        """The words of the pages in one language, without a sign-in."""
        return words(self._device, request.path_params["language"])

    async def capabilities(self, request: Request) -> Response:
        """What the recorder can do, without a sign-in. The keys below deviceType are ours (docs/firmwares.md)."""
        settings = self._device.settings
        return JSONResponse(
            {
                "deviceType": self._device.file.device.type,
                "webVersion": ".".join(str(int(part)) for part in self._device.file.device.version.split(".")[:2]),
                "login": asdict(self._login),
                "languages": settings.languages,
                "language": settings.language,
                "SupportHTTPS": True,
                "plugin": settings.plugin,
                "download": settings.download,
            },
            headers={"Cache-Control": "no-store"},
        )

    def _log_out(self, call: Call) -> Body:
        self._device.sessions.end(call.session)
        self._device.note("logout", call.user, call.address)
        return done()


async def _sent(request: Request) -> Body:
    """The request's JSON object; an empty object for anything else."""
    try:
        sent = await request.json()
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}


def _params(sent: Body) -> Body:
    params = sent.get("params")
    return params if isinstance(params, dict) else {}


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _reply(body: Body, sent: Body) -> JSONResponse:
    if not sent:
        return JSONResponse(refused(BROKEN_REQUEST, "not a JSON object"), 400)
    return JSONResponse({"session": sent.get("session"), **body, "id": sent.get("id")})
