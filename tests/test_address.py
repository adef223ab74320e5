"""Addresses as people type them: understood, or refused with exit code 2 before anything is done, and no password repeated."""

from __future__ import annotations

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from loopback import LoopbackServer
from plain_recorder import serving

from nvrflow.address import Link, covered, entrance_of, host_of, joined, link_of, normalised, place_of, port_in
from nvrflow.browser.bounds import Bounds
from nvrflow.browser.entrance import locate
from nvrflow.cli import nvrflow
from nvrflow.errors import NvrflowError, OtherHost, ProductDefect, WrongCall
from nvrflow.hostname import is_host, same_host
from nvrflow.recorder import open_recorder
from nvrflow.trust.request import https_port

SECRET = "hunter2"
WITH_PASSWORD = [
    f"http://admin:{SECRET}@192.0.2.10",
    f"http://admin:{SECRET}@192.0.2.10:99999",
    f"http://admin:{SECRET}@[::1",
    f"http://admin:{SECRET} more@192.0.2.10",
    f"htp:/admin:{SECRET}@x",
    f"admin:{SECRET}@192.0.2.10",
    f"http://admin:a/{SECRET}@192.0.2.10",
    f"http://admin:{SECRET}",
]
IMPOSSIBLE = [
    "http://x y",
    "http://[::1",
    "http://a..b",
    f"http://{'a' * 70}",
    "htp:/x",
    "http:/x",
    "http:x",
    "ftp://x",
    "",
    "::1",
]
IMPOSSIBLE += ["http://", "http://::1", "2001:db8::1", "http://h:80:90", "http://h:port", "http://0x7f.1", "http://0x7f000001"]
IMPOSSIBLE += [
    "javascript:alert(1)",
    "file:///etc/passwd",
    "http://x%20y",
    "http://a,b",
    "https//x",
    "http://\udcff",
    "http://\x00",
]
IMPOSSIBLE += ["http://h:0", "http://h:99999", "http://192.0.2.300", "http://-a", "http://[fe80::1%25eth0]", f"{'a.' * 130}b"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("192.0.2.10", "http://192.0.2.10"),
        (" HTTP://NVR.local:80/ ", "http://nvr.local"),
        ("https://[2001:DB8::1]:8443/index.html?a=1", "https://[2001:db8::1]:8443"),
        ("nvr_1:8080", "http://nvr_1:8080"),
        ("bücher.local", "http://xn--bcher-kva.local"),
        ("https://192.0.2.10:443", "https://192.0.2.10"),
        ("http://nvr.local./", "http://nvr.local"),
        ("NVR:080", "http://nvr"),
        ("http://192.0.2.10./login?x=1#top", "http://192.0.2.10"),
    ],
)
def test_an_address_is_read_in_each_usual_spelling(typed: str, meant: str) -> None:
    assert normalised(typed) == meant


def test_the_page_that_an_address_names_is_kept() -> None:
    assert entrance_of("192.0.2.10") == entrance_of("http://192.0.2.10/") == "/"
    assert entrance_of("https://192.0.2.10:8443/doc/page/login.asp?lang=en#top") == "/doc/page/login.asp?lang=en#top"
    assert entrance_of("192.0.2.10/#/login") == "/#/login"


@pytest.mark.browser
def test_the_browser_opens_the_page_that_the_typed_address_names(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text("vendor: Acme\nfirmware: '*'\npages: {home: {path: /, shown_by: [{css: h1}]}}\n")
    asked: list[str] = []
    with serving({"/ui/start": "<title>Acme</title><h1>Acme</h1>", "/": "nothing here"}, asked) as url:
        with open_recorder(f"{url}/ui/start?x=1", firmware="acme", selectors=tmp_path, screenshots=False) as recorder:
            recorder.go_to("home")
        assert asked == ["/", "/ui/start?x=1"], "one look at where the recorder answers, then the browser"
        assert recorder.report.steps[0].title == f"Open {url}/ui/start?x=1"
        assert recorder.report.recorder == url


@pytest.mark.parametrize("typed", IMPOSSIBLE, ids=ascii)
def test_what_cannot_be_an_address_is_a_wrong_call(typed: str) -> None:
    with pytest.raises(WrongCall, match=r"give it like http://192\.0\.2\.10"):
        place_of(typed)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("http://[fe80::1%25eth0]", "no browser opens an address with a zone"),
        ("http://2001:db8::1/", "write an IPv6 address in brackets, like http://[2001:db8::1]"),
        ("http://h:99999", "the port must be a number from 1 to 65535"),
        ("htp://x", "this is not the address of a recorder"),
        ("http://a..b", "the host name in this address cannot exist"),
        ("http://two\nlines", "http://two lines: this is not the address"),
    ],
)
def test_the_message_says_what_is_wrong_with_the_address(typed: str, said: str) -> None:
    with pytest.raises(WrongCall) as refused:
        place_of(typed)
    assert said in str(refused.value)


@pytest.mark.parametrize("typed", WITH_PASSWORD)
def test_no_part_of_a_password_is_repeated(typed: str) -> None:
    with pytest.raises(WrongCall) as refused:
        place_of(typed)
    assert SECRET not in str(refused.value)


def test_a_host_is_read_from_an_address_or_alone() -> None:
    assert [host_of(one) for one in ("http://192.0.2.10:81/x", "[::1]", "NVR.local.", "nvr:80")] == [
        "192.0.2.10", "::1", "nvr.local", "nvr",
    ]  # fmt: skip
    with pytest.raises(WrongCall):
        host_of("http://[::1")


def test_an_argument_with_a_password_is_covered_in_the_command_lines_own_messages() -> None:
    typed = f"http://admin:{SECRET} x@192.0.2.10"
    assert covered(f"Got unexpected extra argument ({typed})", ["verify", typed]) == (
        "Got unexpected extra argument (…@192.0.2.10)"
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://Recorder.Local:8443/a?b=c#d", Link("https", "recorder.local", 8443, "/a", "b=c")),
        ("http://admin:secret@192.0.2.10/", Link("http", "192.0.2.10", 80, "/")),
        ("ws://[::1]/x", Link("ws", "::1", 80, "/x")),
        ("about:blank", Link("about", path="blank")),
        ("http://[::1", Link("http")),
        ("http://x:99999/", Link("http")),
        ("http://x:y/", Link("http")),
        ("http://x y/", Link("http")),
        ("", Link("")),
    ],
)
def test_what_a_page_or_a_recorder_wrote_is_read_or_has_no_host(written: str, read: Link) -> None:
    assert link_of(written) == read


@pytest.mark.parametrize(
    ("location", "goes_to"),
    [
        ("/login", "http://192.0.2.10:81/login"),
        ("login?a=/\\b", "http://192.0.2.10:81/web/login?a=/\\b"),
        ("//other/x", "http://other/x"),
        ("\\\\other\\x", "http://other/x"),
        ("/\\other", "http://other"),
        ("///other", "http://other"),
        ("https:/other/x", "https://other/x"),
        ("https:other", "https://other"),
        ("http:login", "http://192.0.2.10:81/web/login"),
        ("http:/login", "http://192.0.2.10:81/login"),
        ("http:\\\\other", "http://other"),
        ("http://other\\@192.0.2.10/", "http://other/@192.0.2.10/"),
        ("https://[::1", ""),
        ("https://other:99999/", ""),
        ("https://", ""),
        ("mailto:someone", "mailto:someone"),
    ],
)
def test_a_redirect_leads_where_a_browser_goes_or_nowhere(location: str, goes_to: str) -> None:
    """Where Chromium goes was looked up with `new URL(location, base).href`; its `http://other` has a slash more."""
    assert joined("http://192.0.2.10:81/web/", location) == goes_to


def test_two_spellings_of_a_host_are_the_same() -> None:
    assert same_host("NVR.local.", "nvr.LOCAL") and same_host("[::1]", "0:0::1") and not same_host("nvr", "nvr.local")
    assert [is_host(one) for one in ("nvr", "[::1]", "::1", "nvr:80", "http://nvr", "", "a b")] == [True] * 3 + [False] * 4


def test_a_typed_port_is_told_apart_from_the_usual_one() -> None:
    assert [port_in(one) for one in ("nvr:8443", "https://nvr", "::1", "http://[::1]:81/")] == [8443, None, None, 81]
    with pytest.raises(WrongCall):
        port_in("nvr:99999")


CALLS = [
    ("secure", "URL"),
    ("run", "sign_in", "URL"),
    ("identify", "URL"),
    ("verify", "URL"),
    ("guide", "URL"),
    ("guide", "http://192.0.2.10", "URL"),
    ("trust", "FILE", "--for", "URL", "--dry-run"),
    ("bundle", "FILE", "--out", "drive", "--for", "URL"),
    ("bundle", "URL", "--out", "drive"),
    ("untrust", "URL"),
]
CERTIFICATE = str(Path(__file__).parent / "cases" / "20-ends-before-it-begins" / "device.crt")


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_every_command_refuses_a_wrong_address_at_once_and_leaves_nothing(
    call: tuple[str, ...], tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for typed in (*WITH_PASSWORD, *IMPOSSIBLE):
        argv = [{"URL": typed, "FILE": CERTIFICATE}.get(one, one) for one in call]
        with pytest.raises(NvrflowError) as refused:
            nvrflow.main(argv, standalone_mode=False)
        assert refused.value.exit_code == 2, typed
        assert SECRET not in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["home"] and not list(home.iterdir())


@pytest.mark.parametrize("call", [("identify", "URL"), ("untrust", "URL"), ("verify", "http://192.0.2.10", "URL"), ("URL",)])
def test_a_wrong_address_ends_the_program_with_2_and_one_sentence(call: tuple[str, ...], tmp_path: Path, home: Path) -> None:
    for typed in (WITH_PASSWORD[2], "http://[::1"):
        ended = subprocess.run(
            [sys.executable, "-m", "nvrflow", *(typed if one == "URL" else one for one in call)],
            cwd=tmp_path, capture_output=True, text=True, timeout=60,
            env={**os.environ, "HOME": str(home)}, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert ended.returncode == 2, ended.stderr
        assert SECRET not in ended.stdout + ended.stderr
        assert "defect" not in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["home"] and not list(home.iterdir())


@pytest.mark.parametrize("typed", IMPOSSIBLE, ids=ascii)
def test_a_script_gets_a_wrong_call_for_a_wrong_address(typed: str) -> None:
    with pytest.raises(WrongCall), open_recorder(typed, password="x"):
        pass


def test_a_test_run_refuses_a_wrong_address_before_any_test(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(recorder): pass\n", encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:dash", "--recorder", WITH_PASSWORD[2]],
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert ended.stderr.startswith("ERROR: --recorder: the address holds an @")
    assert SECRET not in ended.stdout + ended.stderr


class _Redirecting(BaseHTTPRequestHandler):
    location = ""

    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", self.location)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.mark.parametrize("location", ["https://[::1", "https://127.0.0.1:99999/", "https://", "http://a b/"])
def test_a_redirect_that_no_browser_can_follow_is_a_defect_of_the_recorder(location: str) -> None:
    with LoopbackServer(_Redirecting, location=location) as server:
        url = f"http://{server.address}"
        with pytest.raises(ProductDefect, match="which is not an address, so no browser gets further") as found:
            locate(url)
        assert str(found.value).startswith(f"{url}: the recorder redirects to {location}")
        assert https_port(place_of(url)) == 443


def test_a_redirect_to_another_host_that_is_written_with_backslashes_is_seen() -> None:
    server = LoopbackServer(_Redirecting, location="http:\\\\other.example\\@127.0.0.1")
    with server, pytest.raises(OtherHost, match=r"another host, other\.example"):
        locate(f"http://{server.address}", bounds=Bounds("127.0.0.1"))
