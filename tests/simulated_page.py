"""What a recorder's page does, in Python: real requests to a simulated recorder, for the tests of the simulator."""

from __future__ import annotations

import hashlib
import http.client
import json
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from nvrflow.simulator.service import SimulatedRecorder


def code(answer: dict[str, Any]) -> int:
    return int(answer["error"]["code"])


def listens(url: str) -> bool:
    address = urlsplit(url)
    assert address.hostname and address.port
    try:
        socket.create_connection((address.hostname, address.port), timeout=5).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return False
    return True


def wait_until_closed(url: str) -> None:
    """Return once nothing listens there any more; the test's own time limit ends a wait for nothing."""
    while listens(url):
        threading.Event().wait(0.01)


def served_sha256(recorder: SimulatedRecorder) -> str:
    """The fingerprint of the certificate that the HTTPS port presents."""
    address = urlsplit(recorder.https_url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with socket.create_connection((address.hostname, address.port), timeout=10) as plain, context.wrap_socket(plain) as secured:
        served = secured.getpeercert(binary_form=True)
    assert served
    return hashlib.sha256(served).digest().hex(":").upper()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest().upper()


@dataclass
class Page:
    """What the recorder's page does, in Python."""

    recorder: SimulatedRecorder
    session: str | None = None
    cookie: str = ""

    def send(
        self, method: str, path: str, body: object = None, source: str = "127.0.0.1"
    ) -> tuple[http.client.HTTPResponse, bytes]:
        address = urlsplit(self.recorder.https_url if self.recorder.state()["web"]["https"] else self.recorder.url)
        if address.scheme == "https":
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            line: http.client.HTTPConnection = http.client.HTTPSConnection(address.netloc, timeout=10, context=context)
        else:
            line = http.client.HTTPConnection(address.netloc, timeout=10, source_address=(source, 0))
        headers = {"Cookie": self.cookie} if self.cookie else {}
        line.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = line.getresponse()
        content = answer.read()
        line.close()
        return answer, content

    def plain(self, path: str) -> tuple[int, str | None]:
        """Status and Location of the HTTP port's answer, whatever HTTPS does."""
        line = http.client.HTTPConnection(urlsplit(self.recorder.url).netloc, timeout=10)
        line.request("GET", path)
        answer = line.getresponse()
        line.close()
        return answer.status, answer.headers["Location"]

    def sign_in(self, user: str | None = None, password: str | None = None, source: str = "127.0.0.1") -> dict[str, Any]:
        """Both calls of a sign-in, or only the first when it is no challenge; the last answer."""
        user = self.recorder.user if user is None else user
        password = self.recorder.password if password is None else password
        call = {"method": "global.login", "params": {"userName": user, "password": "", "clientType": "Web3.0"}, "id": 1}
        first = json.loads(self.send("POST", "/RPC2_Login", call, source)[1])
        if first["error"]["code"] != 268632079:
            refused: dict[str, Any] = first
            return refused
        realm, random = first["params"]["realm"], first["params"]["random"]
        call["params"] = {"userName": user, "password": _md5(f"{user}:{random}:{_md5(f'{user}:{realm}:{password}')}")}
        answer, content = self.send("POST", "/RPC2_Login", {**call, "session": first["session"], "id": 2}, source)
        second: dict[str, Any] = json.loads(content)
        if second["result"]:
            self.session, self.cookie = second["session"], answer.headers["Set-Cookie"].split(";")[0]
        return second

    def call(self, method: str, **params: object) -> dict[str, Any]:
        body = {"method": method, "params": params, "session": self.session, "id": 7}
        answer: dict[str, Any] = json.loads(self.send("POST", "/RPC2", body)[1])
        return answer

    def set(self, name: str, **table: object) -> dict[str, Any]:
        return self.call("configManager.setConfig", name=name, table=table)
