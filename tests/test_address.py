"""Addresses as people type them: understood, or refused with exit code 2 before anything is done, and no password repeated."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nvrflow.address import covered, host_of, normalised, place_of
from nvrflow.errors import WrongCall

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
    ],
)
def test_an_address_is_read_in_each_usual_spelling(typed: str, meant: str) -> None:
    assert normalised(typed) == meant


@pytest.mark.parametrize("typed", IMPOSSIBLE)
def test_what_can_be_no_address_is_a_wrong_call(typed: str) -> None:
    with pytest.raises(WrongCall, match=r"give it like http://192\.0\.2\.10"):
        place_of(typed)


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


CALLS = [
    ("secure", "URL"),
    ("run", "sign_in", "URL"),
    ("identify", "URL"),
    ("verify", "URL"),
    ("guide", "http://192.0.2.10", "URL"),
    ("trust", "FILE", "--for", "URL", "--dry-run"),
    ("bundle", "FILE", "--out", "drive", "--for", "URL"),
    ("untrust", "URL"),
    ("verify", "http://192.0.2.10", "URL"),
    ("URL",),
]


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_every_command_refuses_a_wrong_address_at_once_and_leaves_nothing(
    call: tuple[str, ...], tmp_path: Path, home: Path
) -> None:
    certificate = Path(__file__).parent / "cases" / "20-ends-before-it-begins" / "device.crt"
    for typed in (WITH_PASSWORD[1], WITH_PASSWORD[2], "http://[::1", "http://x y"):
        argv = [{"URL": typed, "FILE": str(certificate)}.get(one, one) for one in call]
        ended = subprocess.run(
            [sys.executable, "-m", "nvrflow", *argv], cwd=tmp_path, capture_output=True, text=True, timeout=60,
            env={**os.environ, "HOME": str(home)}, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert ended.returncode == 2, ended.stderr
        assert SECRET not in ended.stdout + ended.stderr
        assert "defect" not in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["home"] and not list(home.iterdir())
