"""What a run claims: terminal, report.json, report.html, junit.xml and `verify` never contradict each other."""

from __future__ import annotations

import html
import json
import re
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from command_here import command_here
from trust.marionette import FIREFOX, new_profile

from nvrflow.report.client import trusted_by
from nvrflow.simulator import simulate

pytestmark = pytest.mark.browser
OVERRIDES = ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")


@dataclass(frozen=True)
class Claims:
    """What one `secure` said in four places, and what `verify` says right after it."""

    code: int
    terminal: str
    report: dict[str, Any]
    page: str
    junit: ET.Element
    verified: dict[str, Any]

    @property
    def https(self) -> dict[str, Any]:
        found: dict[str, Any] = self.report["https"]
        return found


@dataclass
class Person:
    """Somebody with a home of their own, who types commands."""

    home: Path
    recorder: Any
    runs: int = 0

    def types(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with pytest.MonkeyPatch.context() as patched:
            for name in OVERRIDES:
                patched.delenv(name, raising=False)
            patched.setenv("HOME", str(self.home))
            return command_here(*arguments, folder=self.home.parent, password=self.recorder.password)

    def secures(self, *options: str) -> Claims:
        self.runs += 1
        folder = self.home.parent / f"run{self.runs}"
        ended = self.types("secure", self.recorder.url, "--no-screenshots", "--out", str(folder), *options)
        verified = self.types("verify", self.recorder.https_url, "--json")
        page = html.unescape(re.sub(r"<[^>]+>", " ", (folder / "report.html").read_text(encoding="utf-8")))
        return Claims(
            ended.returncode,
            " ".join((ended.stdout + ended.stderr).split()),
            json.loads((folder / "report.json").read_text(encoding="utf-8")),
            " ".join(page.split()),
            ET.parse(folder / "junit.xml").getroot(),
            json.loads(verified.stdout),
        )


def agree(claims: Claims) -> None:
    """The five say the same: one sentence, one outcome, one answer for each client."""
    sentence = " ".join(trusted_by(claims.https).split())
    assert sentence in claims.terminal and sentence in claims.page
    properties = {one.get("name"): one.get("value") for one in claims.junit.iter("property")}
    assert " ".join(str(properties["https.clients"]).split()) == sentence
    failed = claims.report["outcome"] == "failed"
    assert failed is (claims.code != 0) is (claims.report["error"] is not None)
    assert (claims.junit.get("failures") != "0") is failed
    now = {one["name"]: one["trusted"] for one in claims.verified["https"]["clients"]}
    for client in claims.https["clients"]:
        assert now[client["name"]] is client["trusted"], client
    if claims.https["trusted"] is not None:
        assert claims.https["trusted"] is claims.verified["https"]["trusted"]
    else:
        assert "trusted by" not in claims.terminal and claims.https["reason"]


def test_five_views_of_each_situation_never_contradict_each_other(home: Path) -> None:
    with simulate("dahua/nvr_v4", restart_seconds=0.3, scan_seconds=0.3) as recorder:
        person = Person(home, recorder)

        unconfirmed = person.secures()
        agree(unconfirmed)
        assert (unconfirmed.code, unconfirmed.https["trusted"]) == (1, None)
        assert "nothing was imported" in unconfirmed.terminal and unconfirmed.verified["https"]["trusted"] is False

        first = person.secures("--yes", "--store", "chromium-nss")
        agree(first)
        assert (first.code, first.https["trusted"]) == (0, True)
        assert {one["name"] for one in first.https["clients"]} >= {"chromium", "curl", "python"}

        again = person.secures()
        agree(again)
        assert (again.report["outcome"], again.https["trusted"]) == ("already", True)

        assert person.types("untrust", recorder.url).returncode == 0
        after = person.secures()
        agree(after)
        assert after.https["trusted"] is None and after.verified["https"]["trusted"] is False
        second = person.types("untrust", recorder.url)
        assert second.returncode == 0 and "removed already" in second.stdout and "never" not in second.stdout


@pytest.mark.parametrize("options", [pytest.param((), marks=pytest.mark.slow), ("--yes",)], ids=["unasked", "yes"])
def test_an_old_pin_in_the_store_is_no_trust_in_the_recorder_that_took_its_place(home: Path, options: tuple[str, ...]) -> None:
    brisk: dict[str, Any] = {"restart_seconds": 0.3, "scan_seconds": 0.3}
    with simulate("dahua/nvr_v4", **brisk) as old:
        ports: dict[str, Any] = {"port": urlsplit(old.url).port, "https_port": urlsplit(old.https_url).port}
        pinned = Person(home, old).secures("--yes", "--trust", "pin")
        agree(pinned)
        assert (pinned.code, pinned.https["trusted"]) == (0, True)
    with simulate("dahua/nvr_v4", **brisk, **ports) as new:
        person = Person(home, new, runs=1)
        stale = person.secures(*options)
        agree(stale)
        assert (stale.code, stale.https["trusted"]) == (1, None)
        assert "has changed since it was trusted" in stale.terminal and "nvrflow untrust" in stale.terminal
        assert stale.verified["https"]["trusted"] is False
        assert "another-certificate" in [problem["code"] for problem in stale.verified["problems"]]
        confirmed = person.secures("--trust", "pin", "--expect-sha256", str(new.device_sha256))
        agree(confirmed)
        assert (confirmed.code, confirmed.https["trusted"]) == (0, True)


@pytest.mark.skipif(FIREFOX is None, reason="no Firefox on this computer")
def test_with_a_store_for_one_browser_only_that_browser_is_asked_and_the_other_is_not_claimed(home: Path) -> None:
    new_profile(home)
    with simulate("dahua/nvr_v4", restart_seconds=0.3, scan_seconds=0.3) as recorder:
        claims = Person(home, recorder).secures("--yes", "--store", "firefox")
    agree(claims)
    told = {one["name"].partition(":")[0]: one["trusted"] for one in claims.https["clients"]}
    assert (claims.code, claims.https["trusted"]) == (0, True)
    assert told["firefox"] is True and told["chromium"] is False
    assert "trusted by Firefox" in claims.terminal and "not by Chromium" in claims.terminal


def test_a_check_of_a_recorder_with_https_imports_nothing(home: Path) -> None:
    with simulate("dahua/nvr_v4", restart_seconds=0.3, scan_seconds=0.3, https=True) as recorder:
        person = Person(home, recorder)
        checked = person.secures("--check", "--yes")
        assert (checked.code, checked.report["outcome"], checked.https["trusted"]) == (0, "checked", None)
        stores = json.loads(person.types("trust", "--list", "--json").stdout)
        assert not any(store["entries"] for store in stores) and not list(home.rglob("trust.json"))
        assert checked.verified["https"]["trusted"] is False
        assert [step["outcome"] for step in checked.report["steps"] if step["id"] == "import"] == ["would"]
        assert "would be imported" in checked.terminal and "HTTPS is off" not in checked.terminal


@pytest.mark.slow  # quick: the test before it, and the second run in the first test
def test_a_check_of_a_trusted_recorder_says_that_nothing_is_left_to_do(home: Path) -> None:
    with simulate("dahua/nvr_v4", restart_seconds=0.3, scan_seconds=0.3, https=True) as recorder:
        person = Person(home, recorder)
        assert person.secures("--yes").https["trusted"] is True
        again = person.secures("--check")
        agree(again)
        assert again.report["trust"] == [] and "without --check" not in again.terminal
