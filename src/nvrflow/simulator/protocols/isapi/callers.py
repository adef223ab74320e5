"""Who sends a request: a page with its session's cookie, or a program with HTTP Digest; others are challenged, at no try."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from nvrflow.simulator.accounts import Session
from nvrflow.simulator.challenges import Challenges, Proof, basic
from nvrflow.simulator.device import Device
from nvrflow.simulator.protocols.isapi.documents import document, judgement
from nvrflow.simulator.protocols.lapi.answers import WRONG_PASSWORD
from nvrflow.simulator.protocols.lapi.sign_in import SignIn

COOKIE = "WebSession"
_REALM = "DVRNVRDVS"  # the name of recorders in a challenge; cameras say IP Camera(…)
Action = Callable[[Request, Session], Awaitable[Response]]


class Callers:
    """The callers of one recorder."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._sign_in = SignIn(device)
        self._challenges = Challenges(_REALM, device.clock, device.settings.session_timeout)

    def inside(self, action: Action) -> Callable[[Request], Awaitable[Response]]:
        """Let an endpoint answer only requests with a session or with credentials."""

        async def asked(request: Request) -> Response:
            session = self.session(request)
            if session:
                return await action(request, session)
            proof = self.proof(request)
            if proof is None:
                return self.challenged(request)
            address = address_of(request)
            told = self._sign_in.judged(proof, address)
            if told[0] != 0:
                return self._refused(request, judgement("userCheck", told, False))
            if self._challenges.is_first(proof):
                self._device.note("login", proof.user, address, "digest" if proof.challenge else "basic")
            return await action(request, Session(proof.user, address, self._device.clock.elapsed()))

        return asked

    async def user_check(self, request: Request) -> Response:
        """The sign-in of older pages: user and password in an Authorization header; the answer is a session's cookie."""
        proof = self.proof(request) or basic(request.headers.get("Authorization", ""))
        if proof is None:
            return self.challenged(request)
        return self.let_in(request, "userCheck", proof)

    def let_in(self, request: Request, root: str, proof: Proof) -> Response:
        """Open a session if the proof is right; the result is an XML document with that root."""
        told, opened = self._sign_in.answer(proof, address_of(request))
        response = judgement(root, told, self._device.settings.weak_password, opened if root == "SessionLogin" else None)
        if opened:
            response.set_cookie(COOKIE, opened, httponly=True)
            return response
        return self._refused(request, response) if told[0] == WRONG_PASSWORD else response

    def proof(self, request: Request) -> Proof | None:
        """The proof in the Authorization header, by a scheme that this recorder accepts outside of its pages."""
        header = request.headers.get("Authorization", "")
        query = request.url.query
        target = f"{request.url.path}?{query}" if query else request.url.path
        shown = self._challenges.proof(header, request.method, target)
        return shown or (basic(header) if self._device.settings.basic_auth else None)

    def challenged(self, request: Request) -> Response:
        """Answer 401 with a challenge; it costs no try."""
        facts = {"statusValue": 401, "statusString": "Unauthorized"}
        return self._refused(request, document("userCheck", facts, 401))

    def session(self, request: Request) -> Session | None:
        """The session whose cookie the request has."""
        return self._device.sessions.touch(request.cookies.get(COOKIE, ""))

    def _refused(self, request: Request, response: Response) -> Response:
        """The answer with a challenge, but not for a page's own requests: the browser would ask for user and password by itself.

        Pages of this family mark their requests with X-Requested-With (a public script does, too); that the recorder
        reads this mark is our invention.
        """
        if request.headers.get("X-Requested-With") != "XMLHttpRequest":
            stale = request.headers.get("Authorization", "").lower().startswith("digest") and self.proof(request) is None
            response.headers["WWW-Authenticate"] = self._challenges.new(stale)
        return response


def address_of(request: Request) -> str:
    """The address that the request came from."""
    return request.client.host if request.client else ""
