"""Which requests `--check` sends to a recorder: those that only read a page or file, and those that a selector file declares.

This is an allow-list: a request is not sent because it looks harmless. The reverse exists: an address that looks like a page and
belongs to a program (below `cgi-bin`, or with a query inside its path) is held back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from nvrflow.address import Link, link_of
from nvrflow.browser.proxy_request import FILE, Asked
from nvrflow.firmware import SelectorFile
from nvrflow.firmware.model import HarmlessRequest, WritingRequest

_READING = ("GET", "HEAD")
_DECLARED = ("POST", "PUT")
_MULTICALL = "system.multicall"  # XML-RPC's and JSON-RPC's common way to send several calls in one
# Some servers read the method from these headers instead of the request's first line.
_OVERRIDES = ("x-http-method-override", "x-http-method", "x-method-override")
_PROGRAM = re.compile(r"(^|/)(cgi-bin|goform)(/|$)|\.cgi(/|$)", re.I)
# With what pages get round a cache: jQuery's `_=1795832289972` at anything, a version or a hash at a file that no server runs.
_TIME = re.compile(r"(_=)?[0-9]*")
_VERSION = re.compile(
    r"((v|ver|version|rev|hash|h|t|ts|_)=)?(v?[0-9]+([._-][0-9]+)*([._-]?(rc|beta|alpha|dev)[0-9]*)?|[0-9a-f]{6,64})", re.I
)
# Where a sign-in page, to which the recorder redirected the browser, leads afterwards: `?next=/`.
_COMES_BACK = re.compile(
    r"(next|redirect(_?(to|ur[il]))?|return(_?(to|ur[il]))?|continue|back|goto|from)=(/|%2F)([\w./~-]|%2F)*", re.I
)
_AS_A_QUERY = re.compile(r"[?;&=\\]|[\x00-\x20\x7f]")


@dataclass(frozen=True)
class Allowed:
    """What one selector file declares, or all selector files while it is not known which of them fits."""

    harmless: tuple[HarmlessRequest, ...] = ()
    writes: tuple[WritingRequest, ...] = ()


class NoCalls(ValueError):
    """A body that cannot be read as calls, or that servers may read in different ways."""


def allowed_by(files: Iterable[SelectorFile]) -> Allowed:
    """What any of `files` declares, together."""
    harmless: list[HarmlessRequest] = []
    writes: list[WritingRequest] = []
    for file in files:
        harmless.extend(one for one in file.harmless if one not in harmless)
        writes.extend(one for one in file.writes if one not in writes)
    return Allowed(tuple(harmless), tuple(writes))


def policy(files: Iterable[SelectorFile], reaches: Callable[[str], bool]) -> Callable[[Asked], bool]:
    """The requests that a dry run sends, by the declarations of `files`, to hosts that `reaches` permits."""
    allowed = allowed_by(files)
    return lambda asked: may_go_out(asked, allowed, reaches)


def may_go_out(asked: Asked, allowed: Allowed, reaches: Callable[[str], bool]) -> bool:
    """Whether a dry run sends the request. `writes` decides first, for every method; then `harmless`; then plain reading."""
    parts = link_of(asked.url)
    if not reaches(asked.host) or any(_writes(one, parts) for one in allowed.writes):
        return False
    if any(name in asked.headers for name in _OVERRIDES):
        return False
    return any(_is_declared(one, asked, parts) for one in allowed.harmless) or _only_reads(asked, parts)


def _only_reads(asked: Asked, parts: Link) -> bool:
    """Whether it is a GET or HEAD of a page or file; its query may only be one that asks for nothing."""
    path = _plain(parts.path)
    return (
        asked.method in _READING
        and not asked.switches
        and not asked.body
        and _says_nothing(path, parts.query)
        and not _PROGRAM.search(path)
        and not _AS_A_QUERY.search(path)
    )


def _says_nothing(path: str, query: str) -> bool:
    """Whether the query asks for nothing: it gets round a cache, or says where a sign-in leads afterwards."""
    if _COMES_BACK.fullmatch(query) and not _PROGRAM.search(_plain(query.partition("=")[2])):
        return True
    return _TIME.fullmatch(query) is not None or (FILE.search(path) is not None and _VERSION.fullmatch(query) is not None)


def _writes(declared: WritingRequest, parts: Link) -> bool:
    """Whether the request is declared as changing something, however its path is spelled."""
    for path in {parts.path, _plain(parts.path)}:
        if re.search(declared.url, f"{path}?{parts.query}" if parts.query else path, re.I):
            return True
        if re.search(declared.url, path, re.I):
            return True
    return False


def _plain(path: str) -> str:
    """A path as a lenient server may read it: all escapes undone, also repeated ones, and without double slashes."""
    for _ in range(3):
        path = unquote(path)
    return re.sub("/+", "/", path)


def _is_declared(one: HarmlessRequest, asked: Asked, parts: Link) -> bool:
    return (
        re.fullmatch(one.url, parts.path) is not None
        and asked.switches == one.websocket
        and asked.method in _methods(one)
        and re.fullmatch("[0-9]*" if one.query is None else one.query, parts.query) is not None
        and _body_is_meant(one, asked.body)
    )


def _methods(one: HarmlessRequest) -> tuple[str, ...]:
    if one.method:
        return tuple(one.method)
    return _READING if one.websocket else (*_DECLARED, *(_READING if one.query is not None else ()))


def _body_is_meant(one: HarmlessRequest, body: bytes) -> bool:
    """Whether every call in the body is declared; a body without calls has to match as a whole."""
    try:
        calls = calls_in(body)
    except NoCalls:
        return False
    if one.calls:
        return bool(calls) and all(any(_is_called(name, call) for name in one.calls) for call in calls)
    if calls and one.body is not None:
        return all(_names(one.body, call) for call in calls)
    if len(calls) > 1:
        return False
    return one.body is None or re.fullmatch(one.body, body.decode("utf-8", "replace"), re.DOTALL) is not None


def _is_called(name: str, call: str) -> bool:
    return re.fullmatch(re.escape(name).replace(r"\*", r"\w*"), call, re.ASCII) is not None


def _names(pattern: str, call: str) -> bool:
    """Whether a pattern for bodies matches a call: by its name alone, or as it stands in JSON."""
    return any(re.fullmatch(pattern, said) for said in (call, f'"method": "{call}"', f'"method":"{call}"'))


def calls_in(body: bytes) -> list[str]:
    """The names of all calls in a JSON body, also those in lists and multicalls, at any depth; none for other bodies.

    Raises NoCalls for JSON that servers read differently: a key that comes twice, or a list or multicall with something in it
    that is not a call.
    """
    try:
        text = body.decode("utf-8")
        data = json.loads(text, object_pairs_hook=_once)
    except NoCalls:
        raise
    except (ValueError, RecursionError):
        if body.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] in (b"{", b"["):
            raise NoCalls("is not JSON") from None
        return []
    try:
        return _calls(data)
    except RecursionError:
        raise NoCalls("is nested too deeply") from None


def _calls(data: Any) -> list[str]:
    if isinstance(data, list):
        if any(_is_call(one) for one in data) and not all(map(_is_call, data)):
            raise NoCalls("a list holds calls and something else")
        return [name for one in data for name in _calls(one)]
    if not isinstance(data, dict):
        return []
    inner = [name for value in data.values() for name in _calls(value)]
    if not _is_call(data):
        return inner
    name = data["method"] if "method" in data else data["methodName"]
    if not isinstance(name, str):
        raise NoCalls("a call has no name")
    if name != _MULTICALL:
        return [name, *inner]
    if not inner:
        raise NoCalls("a multicall without calls")
    return inner


def _is_call(data: Any) -> bool:
    return isinstance(data, dict) and ("method" in data or "methodName" in data)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object with each key once, upper or lower case; servers differ in which of two they take. Raises NoCalls."""
    known = {key.casefold(): key for key, _ in pairs}
    if len(known) != len(pairs):
        raise NoCalls("a key comes twice")
    names = [known[low] for low in ("method", "methodname") if low in known]
    if len(names) > 1 or not set(names) <= {"method", "methodName"}:
        raise NoCalls("a call has two names, or its key is written in another way")
    return dict(pairs)
