"""The settings of simulated recorders, in which one recorder can differ from another."""

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
    "wrong_ca",  # issued by another CA than the CA offered for download
    "regenerated_ca",  # as wrong_ca, but both CAs have one name
    "shared_ca",  # issued by one CA, with one key, for all recorders with this profile in this process
    "twin_ca",  # an own CA, but its name and serial number 1 are those of every other recorder with this profile
    "self_signed",  # no CA at all
    "none",  # a CA, but no device certificate yet
]
# What the security scan looks at, by the groups that its page shows.
FINDINGS = {
    "LoginDetection": ("AccountLockout", "LoginEncryption"),
    "UserServiceDetection": ("PasswordStrength", "OnvifUser", "HttpsConfig", "SSH", "Firewall", "AvEncrypt"),
    "SecurityModule": ("TrustedBoot", "FirmwareSignature", "ConfigurationEncryption"),
}
CertificateFormat = Literal["pem", "der", "pkcs7_der", "pkcs7_pem"]


def _loopback(host: str) -> str:
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError:
        raise ValueError(f"{host!r} is not an IPv4 address; a simulated recorder listens on 127.x.x.x only") from None
    if not address.is_loopback:
        raise ValueError(f"{host} is not this computer; a simulated recorder listens on 127.x.x.x only")
    return host


def _listed(value: Any) -> Any:
    """A list given as one word on a command line: `English,German`."""
    return [part for part in value.split(",") if part] if isinstance(value, str) else value


def _findings(names: list[str]) -> list[str]:
    known = [name for rows in FINDINGS.values() for name in rows]
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise ValueError(f"the scan has no {unknown[0]!r}; it has {', '.join(known)}")
    return names


Port = Annotated[int, Field(ge=0, le=65535)]


class Strict(BaseModel):
    """A part of a recorder.yaml: it has the keys it names and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Settings(Strict):
    """The settings of one simulated recorder; times in seconds unless the name says otherwise."""

    host: Annotated[str, AfterValidator(_loopback)] = Field("127.0.0.1", description="the address it listens on, 127.x.x.x")
    port: Port = Field(0, description="the port of HTTP; 0: a free port")
    https_port: Port = Field(0, description="the port of HTTPS; 0: a free port")
    serial: str | None = Field(None, description="the serial number; random unless given")
    user: str = Field("admin", description="the name of the only user")
    password: str | None = Field(None, description="the user's password; random unless given")
    weak_password: bool = Field(False, description="the pages warn about the password after the sign-in")
    initialised: bool = Field(True, description="false: the recorder has no password yet, and shows its first-start wizard")
    lockout_tries: int = Field(5, ge=1, description="after so many wrong passwords the account is locked")
    lockout_minutes: float = Field(30, ge=0, description="how long the account is locked")
    lockout_by_address: bool = Field(True, description="wrong passwords lock the computer they came from, too")
    tells_unknown_users: bool = Field(False, description="older codes, which differ for a wrong user and a wrong password")
    session_login: bool = Field(True, description="isapi: false for older recorders, whose pages sign in with userCheck")
    basic_auth: bool = Field(False, description="programs may sign in with HTTP Basic as well as Digest")
    invalid_session: Annotated[Literal["287637504", "287637505"], BeforeValidator(str)] = Field(
        "287637504", description="rpc2: the code for a session that is not valid any more; it differs by firmware"
    )
    session_limit: int = Field(10, ge=1, description="how many people may be signed in at once")
    other_sessions: int = Field(0, ge=0, description="how many people are signed in from elsewhere")
    session_timeout: float = Field(300, gt=0, description="how long after its last request a session ends")
    keep_alive_interval: int = Field(60, ge=1, description="how often the pages report that they are still open")
    language: str = Field("English", description="the language of the pages at first")
    languages: Annotated[list[str], BeforeValidator(_listed)] = Field(["English"], description="the languages of the pages")
    certificate: CertificateProfile = Field("san_ip", description="which fault the device certificate has, if any")
    format: CertificateFormat = Field("pem", description="the format of downloaded certificates")
    device_file: str = Field("device.pem", description="the file name of the device certificate")
    authority_file: str = Field("ca.pem", description="the file name of the CA certificate")
    same_name: bool = Field(False, description="both downloads suggest the file name of the device certificate")
    send_chain: bool = Field(False, description="the TLS port sends the CA certificate as well")
    tls: Literal["modern", "tls12", "compatible", "old"] = Field(
        "modern", description="TLS 1.2 and 1.3; 1.2 only; 1.0 to 1.2; 1.0 and 1.1 only"
    )
    https: bool = Field(False, description="HTTPS is on from the start")
    redirects: bool = Field(True, description="while HTTPS is on, HTTP redirects to it; false: HTTP shows the pages, too")
    secure_cookie: bool = Field(False, description="rpc2: browsers send the session's cookie over HTTPS only")
    https_never_comes_up: bool = Field(False, description="once HTTPS is on, HTTP redirects to a port where nothing listens")
    also_abnormal: Annotated[list[str], BeforeValidator(_listed), AfterValidator(_findings)] = Field(
        [], description="rpc2: further findings of the security scan"
    )
    https_config: Literal["abnormal", "ignored", "absent"] = Field(
        "abnormal", description="what the scan says about HTTPS while it is off"
    )
    busy_ports: Annotated[list[Port], BeforeValidator(_listed)] = Field([], description="ports that are refused")
    download: Literal["blob", "navigation", "folder"] = Field("blob", description="how the pages save a certificate")
    download_fails: int = Field(0, ge=0, description="how many downloads fail at first")
    plugin: Literal["none", "optional", "required"] = Field("none", description="whether the pages ask for a plug-in")
    restart_seconds: float = Field(1.5, ge=0, description="how long a restart of the web service takes")
    scan_seconds: float = Field(1.2, ge=0, description="how long a security scan takes")
    differences: Annotated[list[str], BeforeValidator(_listed)] = Field(
        [], description="in which ways it differs from the recorder that it extends, if its recorder.yaml has some"
    )
    latency_ms: float = Field(0, ge=0, description="the delay of every answer")
    clock_offset: float = Field(0, description="how far the recorder's clock is ahead of this computer's")


# What cannot change while the recorder runs.
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
        "redirects",
        "differences",
        "https_config",
        "also_abnormal",
    ]
)


def with_changes(settings: Settings, changes: dict[str, Any]) -> Settings:
    """The settings after `changes`; words as on a command line are accepted. Raises WrongCall."""
    try:
        return Settings.model_validate({**settings.model_dump(), **changes})
    except ValidationError as problem:
        where, what = explained(problem, list(Settings.model_fields))
        raise WrongCall(f"simulate: {where}: {what}") from None


def explained(problem: ValidationError, known: list[str]) -> tuple[str, str]:
    """The place of the first fault, and the fault; `known` are the keys that exist."""
    error = problem.errors()[0]
    where = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
        return where, "there is no such setting; " + (f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}")
    message = error["msg"].removeprefix("Value error, ")
    return where, message[0].lower() + message[1:]
