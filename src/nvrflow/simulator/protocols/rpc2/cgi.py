"""CGI for other programs: a request without credentials is challenged, HTTP Digest may read, anything else is a bad request.

Paths, keys and error texts are public: several client programs use them. The 403 while locked is public, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from nvrflow.simulator.admission import judged
from nvrflow.simulator.challenges import Challenges, Proof, basic
from nvrflow.simulator.device import Device
from nvrflow.simulator.protocols.rpc2.configuration import Configuration
from nvrflow.simulator.protocols.rpc2.identity import Identity


class Cgi:
    """What programs may read below /cgi-bin/ of one recorder; its challenges have the realm of its sign-in."""

    def __init__(self, device: Device, realm: str, identity: Identity, configuration: Configuration) -> None:
        self._device = device
        self._configuration = configuration
        self._challenges = Challenges(realm, device.clock, device.settings.session_timeout)
        self._answers: dict[tuple[str, str], Callable[[], Any]] = {
            **{("magicBox.cgi", name): answer for name, answer in identity.answers().items()},
            ("global.cgi", "getCurrentTime"): identity.now,
        }

    async def answer(self, request: Request) -> Response:
        """Answer one request: 401 without the right credentials, 403 while locked, 400 for what the recorder does not have."""
        proof = self._proof(request)
        if proof is None:
            return self._challenged(request, stale=request.headers.get("Authorization", "").lower().startswith("digest"))
        address = request.client.host if request.client else ""
        verdict = judged(self._device, proof, address)
        if verdict in ("locked", "not-initialised"):
            return _lines(["Error", "Account locked!" if verdict == "locked" else "Not initialised!"], 403)
        if verdict == "wrong":
            return self._challenged(request)
        if self._challenges.is_first(proof):
            self._device.note("login", proof.user, address, "digest" if proof.challenge else "basic")
        return self._told(request)

    def _told(self, request: Request) -> Response:
        name, action = request.path_params["path"], request.query_params.get("action", "")
        if (name, action) == ("configManager.cgi", "getConfig"):
            return self._table(request.query_params.get("name", ""))
        answer = self._answers.get((name, action))
        if answer is None:
            return _lines(["Error", "Bad Request!"], 400)
        return _lines(f"{key}={value}" for key, value in answer().items())

    def _table(self, name: str) -> Response:
        table = self._configuration.table(name)
        return _lines(["Error", "Bad Request!"], 400) if table is None else _lines(_flat(f"table.{name}", table))

    def _proof(self, request: Request) -> Proof | None:
        header, query = request.headers.get("Authorization", ""), request.url.query
        target = f"{request.url.path}?{query}" if query else request.url.path
        shown = self._challenges.proof(header, request.method, target)
        return shown or (basic(header) if self._device.settings.basic_auth else None)

    def _challenged(self, request: Request, stale: bool = False) -> Response:
        response = _lines(["Error", "Invalid Authority!"], 401)
        response.headers["WWW-Authenticate"] = self._challenges.new(stale)
        return response


def _lines(lines: Any, status: int = 200) -> Response:
    return Response("".join(f"{line}\r\n" for line in lines), status, media_type="text/plain")


def _flat(key: str, value: Any) -> Iterator[str]:
    """A table as lines: `table.Name.Key=value`, `table.Name[0].Key=value`; true and false in lower case."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _flat(f"{key}.{name}", part)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _flat(f"{key}[{number}]", part)
    else:
        yield f"{key}={str(value).lower() if isinstance(value, bool) else value}"
