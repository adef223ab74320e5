"""What a dry run lets out: a pure function of one request and of what selector files declare."""

from __future__ import annotations

import json
from typing import Any, TypedDict, Unpack

import pytest

from nvrflow.browser.proxy_request import Asked
from nvrflow.content import folder
from nvrflow.errors import InvalidFile
from nvrflow.firmware import available, load_firmware
from nvrflow.firmware.model import HarmlessRequest, WritingRequest
from nvrflow.recorder.dry_run import Allowed, NoCalls, allowed_by, calls_in, may_go_out

HOST = "192.0.2.10"
RPC = HarmlessRequest(url="/RPC2", calls=["config.get*", "global.login"])
LOGIN = HarmlessRequest(url="/(login|logout)")


class Sent(TypedDict, total=False):
    """What else a request has; `host` is the recorder's own unless said, `switches`: to another protocol."""

    host: str
    switches: bool
    headers: dict[str, str]


def goes_out(
    method: str,
    path: str,
    body: Any = b"",
    *declared: HarmlessRequest,
    writes: tuple[str, ...] = (),
    **sent: Unpack[Sent],
) -> bool:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    url = f"http://{sent.get('host', HOST)}{path}"
    asked = Asked(method, url, sent.get("headers", {}), content, sent.get("switches", False))
    allowed = Allowed(declared, tuple(WritingRequest(url=url) for url in writes))
    return may_go_out(asked, allowed, lambda host: host == HOST)


@pytest.mark.parametrize(
    "path",
    [
        "/js/app.js?v=1.2",
        "/app.min.js?v=e8f4a9150d87",
        "/css/style.css?hash=b92d56a2",
        "/fonts/icons.woff2?v=4.7.0",
        "/logo.svg?2.1.0-rc1",
        "/settings?_=1795832289972",
    ],
)
def test_a_query_that_only_gets_round_a_cache_is_read(path: str) -> None:
    assert goes_out("GET", path)
    assert not goes_out("POST", path)


@pytest.mark.parametrize(
    ("method", "path", "headers", "is_one"),
    [
        ("GET", "/js/app.js", {}, True),
        ("GET", "/js/app.js?p=secret", {}, False),
        ("GET", "/logo.png", {"authorization": "Basic x"}, False),
        ("POST", "/logo.png", {}, False),
        ("GET", "/login", {}, False),
    ],
)
def test_a_file_is_got_by_a_request_that_can_hold_no_password(
    method: str, path: str, headers: dict[str, str], is_one: bool
) -> None:
    assert Asked(method, f"http://{HOST}{path}", headers).gets_a_file is is_one


@pytest.mark.parametrize("path", ["/login?next=/", "/login?next=%2Fsettings%2Fsystem", "/sign-in?return_to=/a.html"])
def test_where_a_sign_in_leads_afterwards_may_stand_in_an_address(path: str) -> None:
    assert goes_out("GET", path)
    assert not goes_out("POST", path)


@pytest.mark.parametrize("path", ["/", "/index.html", "/js/app.js?8933", "/doc/page/login.asp", "/a.png?", "/lang/English.txt"])
def test_pages_and_files_are_read(path: str) -> None:
    assert goes_out("GET", path)
    assert goes_out("HEAD", path)
    assert not goes_out("GET", path, host="192.0.2.11")


@pytest.mark.parametrize(
    "path",
    [
        "/?action=setConfig",
        "/js/app.js?v=1.2&action=reboot",
        "/js/app.js?cmd=1",
        "/js/app.js?v=reboot",
        "/settings?v=1.2",
        "/settings?t=1795832289972",
        "/settings?_=1795832289972&reboot=1",
        "/set.cgi?_=1795832289972",
        "/cgi-bin/app.js?v=1.2",
        "/reboot?v=1.2/app.js",
        "/reboot?_=/app.js",
        "/a?8933x",
        "/login?next=reboot",
        "/login?next=/&reboot=1",
        "/login?next=/a?reboot=1",
        "/login?next=/cgi-bin/reboot",
        "/login?next=%2Fset.cgi",
        "/login?next=//other.example.com%3Fa=1",
        "/a?8933&b",
        "/cgi-bin/reboot",
        "/x/CGI-BIN/reboot",
        "/set.cgi",
        "/set.cgi/action/reboot",
        "/goform/reboot",
        "/a;reboot=1",
        "/a%3Faction=setConfig",
        "/a%253Faction%253DsetConfig",
        "/a%26b",
        "/a\\b",
        "/a%0d%0aSet",
    ],
)
def test_what_only_looks_like_a_page_is_held_back(path: str) -> None:
    assert not goes_out("GET", path)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "SETCONFIG", "get", "PROPFIND"])
def test_every_other_method_needs_a_declaration(method: str) -> None:
    assert not goes_out(method, "/index.html")
    assert goes_out(method, "/login", b"", LOGIN) is (method in ("POST", "PUT"))


def test_a_get_with_a_body_or_with_another_method_in_a_header_is_held_back() -> None:
    assert not goes_out("GET", "/", b"x")
    for name in ("x-http-method-override", "x-http-method", "x-method-override"):
        assert not goes_out("GET", "/", headers={name: "DELETE"})
        assert not goes_out("POST", "/login", b"", LOGIN, headers={name: "DELETE"})


@pytest.mark.parametrize("path", ["/x/login", "/login/x", "/logins", "/x?u=/login", "/login?x=1", "/LOGIN", "/%6Cogin"])
def test_a_declared_address_is_the_whole_path_and_nothing_else(path: str) -> None:
    assert not goes_out("POST", path, b"", LOGIN)


def test_a_declared_address_is_of_the_recorder_only() -> None:
    assert goes_out("POST", "/login", b"", LOGIN)
    assert not goes_out("POST", "/login", b"", LOGIN, host="192.0.2.11")
    assert not goes_out("POST", "/login", b"", LOGIN, host="192.0.2.10.example.org")


def test_patterns_that_end_in_a_dollar_sign_still_mean_the_same_path() -> None:
    assert goes_out("POST", "/login", b"", HarmlessRequest(url="/login$"))


def test_a_get_with_a_query_needs_its_query_declared() -> None:
    one = HarmlessRequest(url="/file/[^/]+", query=r"CertSN=\w+")
    assert goes_out("GET", "/file/ca.crt?CertSN=12ab", b"", one)
    assert not goes_out("GET", "/file/ca.crt?CertSN=12ab&action=delete", b"", one)
    assert not goes_out("GET", "/other/ca.crt?CertSN=12ab", b"", one)


def test_a_declared_method_is_the_only_one() -> None:
    assert goes_out("PUT", "/logout", b"", HarmlessRequest(url="/logout", method=["PUT"]))
    assert not goes_out("POST", "/logout", b"", HarmlessRequest(url="/logout", method=["PUT"]))


def test_a_get_that_is_declared_to_write_is_held_back_whatever_else_is_declared() -> None:
    every = HarmlessRequest(url="/.*", method=["GET", "POST"], query=".*")
    assert goes_out("GET", "/reboot?now", b"", every)
    for path in ("/reboot", "/x/reboot", "/reboot?now", "/REBOOT", "//reboot", "/re%62oot", "/re%2562oot", "/a?go=reboot"):
        assert not goes_out("GET", path, b"", every, writes=("reboot",))
        assert not goes_out("POST", path, b"", every, writes=("reboot",))
    assert goes_out("GET", "/start", b"", every, writes=("reboot",))


def call(method: str, **params: Any) -> dict[str, Any]:
    return {"method": method, "params": params, "id": 1}


def test_every_call_of_a_body_has_to_be_declared() -> None:
    read, write = call("config.getAll"), call("config.setAll")
    assert goes_out("POST", "/RPC2", read, RPC)
    assert goes_out("POST", "/RPC2", [read, call("global.login")], RPC)
    assert goes_out("POST", "/RPC2", {"method": "system.multicall", "params": [read, read]}, RPC)
    for body in (
        write,
        [read, write],
        [[read], [write]],
        {"method": "system.multicall", "params": [read, write]},
        {"method": "system.multicall", "params": [read, {"method": "system.multicall", "params": [write]}]},
        {"method": "system.multicall", "params": [{"methodName": "config.setAll", "params": []}, read]},
        {"method": "system.multicall", "params": []},
        call("config.getAll", then=write),
        call("config.getAll;config.setAll"),
        call("config.getAll\n"),
        call("xconfig.getAll"),
        {"method": ["config.getAll"]},
        [read, "config.setAll"],
        [],
        {},
        b"",
        b'"config.getAll"',
    ):
        assert not goes_out("POST", "/RPC2", body, RPC), body


@pytest.mark.parametrize(
    "body",
    [
        b'{"method": "config.getAll", "method": "config.setAll"}',
        b'{"method": "config.getAll", "Method": "config.setAll"}',
        b'{"METHOD": "config.setAll", "params": {"method": "config.getAll"}}',
        b'{"method": "config.getAll", "methodName": "config.setAll"}',
        b'{"method": "config.getAll", "params": {"a": 1, "a": {"method": "config.setAll"}}}',
        b'{"method": "config.getAll"} {"method": "config.setAll"}',
        b'\xef\xbb\xbf{"method": "config.getAll"}',
        b'{"method": "config.getAll",}',
        b'{"method": "config.getAll", "x": "\xff"}',
        b"[" * 100_000 + b"]" * 100_000,
    ],
)
def test_json_that_servers_read_differently_is_held_back(body: bytes) -> None:
    assert not goes_out("POST", "/RPC2", body, RPC)
    assert not goes_out("POST", "/login", body, LOGIN)


def test_where_no_calls_are_declared_there_may_be_one_at_most() -> None:
    assert goes_out("POST", "/login", {"user": "admin"}, LOGIN)
    assert goes_out("POST", "/login", call("auth.login"), LOGIN)
    assert not goes_out("POST", "/login", [call("auth.login"), call("config.set")], LOGIN)


def test_a_pattern_for_the_body_matches_all_of_it_or_the_name_of_every_call() -> None:
    word, old = HarmlessRequest(url="/", body="word=[^&]*"), HarmlessRequest(url="/", body='"method": *"config.get\\w+"')
    assert goes_out("POST", "/", b"word=x", word)
    assert not goes_out("POST", "/", b"word=x&reboot=1", word)
    assert not goes_out("POST", "/", b"word=x\nreboot=1", HarmlessRequest(url="/", body="word=x"))
    assert goes_out("POST", "/", call("config.getAll"), old)
    assert not goes_out("POST", "/", [call("config.getAll"), call("config.setAll")], old)
    assert not goes_out("POST", "/", call("config.setAll", note='"method": "config.getAll"'), old)


def test_websockets_and_other_switches_of_protocol_need_a_declaration_of_their_own() -> None:
    news = HarmlessRequest(url="/news", websocket=True)
    assert not goes_out("GET", "/news", switches=True)
    assert not goes_out("GET", "/news", b"", HarmlessRequest(url="/news", method=["GET"]), switches=True)
    assert goes_out("GET", "/news", b"", news, switches=True)
    assert not goes_out("GET", "/news?x=1", b"", news, switches=True)
    assert not goes_out("POST", "/news", b"", news)


def test_bodies_without_calls_have_none() -> None:
    assert calls_in(b"") == calls_in(b"a=1&b=2") == calls_in(b"<x/>") == calls_in(b'"x"') == []
    with pytest.raises(NoCalls):
        calls_in(b"{")


def test_while_the_firmware_is_unknown_the_declarations_of_all_files_hold_and_no_more() -> None:
    files = [load_firmware(name).file for name in available()]
    allowed = allowed_by(files)

    def passes(method: str, path: str, body: Any = b"") -> bool:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return may_go_out(Asked(method, f"http://{HOST}{path}", {}, sent), allowed, lambda host: host == HOST)

    assert passes("POST", "/OutsideCmd", call("DevInit.getStatus"))
    assert passes("PUT", "/ISAPI/Security/sessionLogout")
    assert passes("PUT", "/LAPI/V1.0/System/Security/Login", {"UserName": "admin"})
    assert not passes("POST", "/OutsideCmd", call("DevInit.account"))
    assert not passes("POST", "/x/OutsideCmd", call("DevInit.getStatus"))
    assert not passes("PUT", "/LAPI/V1.0/NetworkSecurity/HTTPS", {"Enabled": 1})
    assert not passes("POST", "/RPC2", call("configManager.setConfig"))


def test_no_shipped_file_declares_a_call_that_is_named_after_a_change() -> None:
    for path in sorted(folder("selectors").rglob("*.yaml")):
        file = load_firmware(path.relative_to(folder("selectors")).with_suffix("").as_posix()).file
        last = [call.rpartition(".")[2] for one in file.harmless for call in one.calls]
        assert not [call for call in last if call.startswith(("set", "delete", "create", "remove", "modify", "add", "account"))]


def test_patterns_of_declarations_are_checked_with_their_place(tmp_path: Any) -> None:
    text = "vendor: A\nfirmware: '*'\nharmless:\n  - {url: /a, query: '('}\nwrites:\n  - url: '['\n"
    (tmp_path / "one.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFile, match="is not a regular expression") as refused:
        load_firmware("one", tmp_path)
    assert refused.value.key == "harmless[0].query"
    (tmp_path / "one.yaml").write_text(text.replace("query: '('", "query: '.*'"), encoding="utf-8")
    with pytest.raises(InvalidFile, match="is not a regular expression") as refused:
        load_firmware("one", tmp_path)
    assert refused.value.key == "writes[0].url"
