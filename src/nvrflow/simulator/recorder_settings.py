"""What can be different from one simulated recorder to the next: its settings."""

from __future__ import annotations

import difflib
import ipaddress
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from nvrflow.errors import WrongCall

CertificateProfile = Literal[
    "san_ip",  # issued by the recorder's CA, its address among the names
    "cn_only",  # the address in the common name only, as browsers have refused since 2017
    "expired",
    "not_yet_valid",
    "sha1",  # signed with SHA-1
    "weak_key",  # RSA 1024
    "wrong_ca",  # issued by another CA than the one offered for download
    "regenerated_ca",  # as wrong_ca, but both CAs have the same name
    "shared_ca",  # the same CA, key and all, as every other recorder with this profile in this process
    "twin_ca",  # an own CA, but its name and serial number 1 are those of every other recorder with this profile
    "self_signed",  # no CA at all
    "none",  # a CA, but no device certificate yet
]
CertificateFormat = Literal["pem", "der", "pkcs7_der", "pkcs7_pem"]


def _loopback(host: str) -> str:
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError:
        raise ValueError(f"{host!r} is no IPv4 address; a simulated recorder listens on 127.x.x.x only") from None
    if not address.is_loopback:
        raise ValueError(f"{host} is not this computer; a simulated recorder listens on 127.x.x.x only")
    return host


def _listed(value: Any) -> Any:
    """A list given as one word on a command line: `English,German`."""
    return [part for part in value.split(",") if part] if isinstance(value, str) else value


Port = Annotated[int, Field(ge=0, le=65535)]


class Strict(BaseModel):
    """A part of a recorder.yaml: it has the keys it names and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Settings(Strict):
    """What can be different from instance to instance; times in seconds unless the name says otherwise."""

    host: Annotated[str, AfterValidator(_loopback)] = "127.0.0.1"
    port: Port = 0  # 0: a free one
    https_port: Port = 0
    serial: str | None = None  # None: a random one
    user: str = "admin"
    password: str | None = None  # None: a random one
    weak_password: bool = False  # the page nags about it after the sign-in
    initialised: bool = True  # False: the recorder waits for its first password
    lockout_tries: int = Field(5, ge=1)
    lockout_minutes: float = Field(30, ge=0)
    lockout_by_address: bool = True  # wrong tries lock the computer they came from, too
    tells_unknown_users: bool = False  # True: older codes that tell a wrong user from a wrong password
    session_login: bool = True  # isapi: False for older recorders, whose pages sign in with userCheck
    basic_auth: bool = False  # programs may sign in with HTTP Basic, too, not only with Digest
    session_limit: int = Field(10, ge=1)
    other_sessions: int = Field(0, ge=0)  # people who are signed in from elsewhere
    session_timeout: float = Field(300, gt=0)
    keep_alive_interval: int = Field(60, ge=1)
    language: str = "English"
    languages: Annotated[list[str], BeforeValidator(_listed)] = ["English"]
    certificate: CertificateProfile = "san_ip"
    format: CertificateFormat = "pem"
    device_file: str = "device.pem"
    authority_file: str = "ca.pem"
    same_name: bool = False  # both downloads suggest the name of the device certificate's file
    send_chain: bool = False  # the TLS port sends the CA certificate as well
    tls: Literal["modern", "tls12", "old"] = "modern"  # TLS 1.2 and 1.3; 1.2 only; 1.0 and 1.1 only
    https: bool = False  # on from the start
    https_never_comes_up: bool = False  # once enabled, HTTP redirects and nothing listens there
    also_abnormal: Annotated[list[str], BeforeValidator(_listed)] = []  # further findings of the scan, by its own names
    https_config: Literal["abnormal", "ignored", "absent"] = "abnormal"  # the scan's word on HTTPS while it is off
    busy_ports: Annotated[list[Port], BeforeValidator(_listed)] = []  # refused as HTTP or HTTPS port
    download: Literal["blob", "navigation", "folder"] = "blob"
    download_fails: int = Field(0, ge=0)  # so many downloads end in an error first
    plugin: Literal["none", "optional", "required"] = "none"
    restart_seconds: float = Field(1.5, ge=0)
    scan_seconds: float = Field(1.2, ge=0)
    latency_ms: float = Field(0, ge=0)  # added to every answer
    clock_offset: float = 0  # how far the recorder's clock is ahead of this computer's


# What cannot change any more once the recorder runs.
FIXED = frozenset(
    [
        "host",
        "port",
        "https_port",
        "serial",
        "user",
        "password",
        "weak_password",
        "initialised",
        "language",
        "languages",
        "certificate",
        "tls",
        "send_chain",
        "https",
        "https_config",
        "also_abnormal",
    ]
)


def with_changes(settings: Settings, changes: dict[str, Any]) -> Settings:
    """The settings with some of them changed; words as from a command line are understood. Raises WrongCall."""
    try:
        return Settings.model_validate({**settings.model_dump(), **changes})
    except ValidationError as problem:
        where, what = explained(problem, list(Settings.model_fields))
        raise WrongCall(f"simulate: {where}: {what}") from None


def explained(problem: ValidationError, known: list[str]) -> tuple[str, str]:
    """Where the first fault is, and what it is; `known` are the keys that there are."""
    error = problem.errors()[0]
    where = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
        return where, "there is no such setting; " + (f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}")
    message = error["msg"].removeprefix("Value error, ")
    return where, message[0].lower() + message[1:]
