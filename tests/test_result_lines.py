"""Who trusts the recorder: terminal, report.json, report.html and junit.xml say the same, which is what the clients said."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from html import unescape
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import sample_report
from sample_report import client

from nvrflow.cli.progress import Progress
from nvrflow.errors import CertificateRefused, NotTrusted
from nvrflow.report import Https, Report
from nvrflow.report.advice import verdict
from nvrflow.report.client import trusted_by
from nvrflow.report.folder import RunFolder

NAMES = {"chromium": "Chromium", "firefox:default": "Firefox (default)", "curl": "curl"}
WHY = {"chromium": "ERR_CERT_AUTHORITY_INVALID", "firefox:default": "SEC_ERROR_UNKNOWN_ISSUER", "curl": "(60) no issuer"}
UNCONFIRMED = "nobody confirmed the fingerprint"


def reports() -> list[tuple[bool | None, dict[str, bool | None]]]:
    """Each value of `trusted` with every combination of three clients' words that can go with it, and with no client at all."""
    found: list[tuple[bool | None, dict[str, bool | None]]] = [(True, {}), (False, {}), (None, {})]
    for words in product((True, False, None), repeat=3):
        clients = dict(zip(NAMES, words, strict=True))
        found += [(True, clients)] if True in words else []
        found += [(False, clients)] if False in words else []
        found.append((None, clients))
    return found


def report_of(trusted: bool | None, clients: dict[str, bool | None]) -> Report:
    report = sample_report.done()
    reason: dict[bool | None, str | None] = {
        True: None,
        False: next((WHY[name] for name, word in clients.items() if word is False), "it was refused"),
    }
    words = [client(name, word, None if word else WHY[name]) for name, word in clients.items()]
    report.https = Https(
        False, True, "https://192.0.2.10", "TLSv1.3", True, trusted, reason.get(trusted, UNCONFIRMED), clients=words
    )
    if trusted is None:
        report.trust = []
        report.failed(CertificateRefused(f"192.0.2.10: {UNCONFIRMED}"))
    elif trusted is False:
        report.failed(NotTrusted("https://192.0.2.10: refused"))
    return report


def told(report: Report, folder: Path) -> dict[str, str]:
    """What each output says of who trusts the recorder."""
    written = RunFolder.create(folder, "secure", report.recorder)
    written.write(report, [], set())
    final = io.StringIO()
    Progress(final, final).summary(report, written.path)
    page = (written.path / "report.html").read_text(encoding="utf-8")
    tile = re.search(r"<b>Trusted</b>\s*(.*?)</div>", page, re.S)
    assert tile is not None
    junit = {one.get("name"): one.get("value") for one in ET.parse(written.path / "junit.xml").iter("property")}
    line = next(line for line in final.getvalue().splitlines() if line.startswith("HTTPS: "))
    return {
        "json": (written.path / "report.json").read_text(encoding="utf-8"),
        "text": line.partition("HTTP redirects to it, ")[2],
        "html": unescape(re.sub(r"<[^>]+>", "\n", tile[1])),
        "junit": junit["https.clients"] or "",
        "junit-trusted": junit["https.trusted"] or "",
        "end": final.getvalue(),
        "title": unescape(re.findall("<title>(.*?)</title>", page)[0]),
    }


@pytest.mark.parametrize(("trusted", "clients"), reports(), ids=str)
def test_all_outputs_of_a_run_say_the_same_of_who_trusts_the_recorder(
    trusted: bool | None, clients: dict[str, bool | None], tmp_path: Path
) -> None:
    said = told(report_of(trusted, clients), tmp_path / "run")
    document: dict[str, Any] = json.loads(said["json"])
    assert document["https"]["trusted"] is trusted
    assert {one["name"]: one["trusted"] for one in document["https"]["clients"]} == clients
    assert said["text"] == said["junit"] and said["text"] in said["html"]
    assert said["junit-trusted"] == {True: "true", False: "false", None: ""}[trusted]
    assert said["html"].split()[0] == {True: "yes", False: "no", None: "nothing"}[trusted]
    assert ("HTTPS is on and trusted" in said["end"]) == ("HTTPS is on and trusted" in said["title"]) == (trusted is True)
    assert "ignores no error" not in said["text"] + said["html"]


@pytest.mark.parametrize(("trusted", "clients"), reports(), ids=str)
def test_each_client_is_said_to_have_answered_what_it_answered(trusted: bool | None, clients: dict[str, bool | None]) -> None:
    said = trusted_by(report_of(trusted, clients).as_dict()["https"])
    parts = said.split("; ")
    for name, word in clients.items():
        place = next(part for part in parts if NAMES[name] in part)
        refused, unasked = re.match(r"not (trusted )?by ", place) is not None, place.endswith("could not be asked")
        assert (word is True, word is False, word is None) == (not refused and not unasked, refused, unasked), said
        assert word is True or WHY[name] in said
    beginning = {True: "trusted", False: "not trusted", None: f"nothing was imported: {UNCONFIRMED}"}[trusted]
    assert said.startswith(beginning)


@pytest.mark.parametrize(
    ("trusted", "end"),
    [(True, "Done. HTTPS is on and trusted"), (False, "Done. HTTPS is on, but not trusted"), (None, "Done")],
)
def test_the_outcome_claims_trust_only_where_clients_were_asked(trusted: bool | None, end: str) -> None:
    report = sample_report.done()
    assert report.https is not None
    report.https.trusted = trusted
    assert verdict(report.as_dict()) == end


def test_clients_are_listed_as_a_person_would() -> None:
    https = {"trusted": True, "reason": None, "clients": [client(name, True) for name in ("chromium", "firefox:default", "curl")]}
    assert trusted_by(https) == "trusted by Chromium, Firefox (default) and curl"
    https["clients"] = [client("chromium", True), client("firefox:default", False, "SEC_ERROR_UNKNOWN_ISSUER")]
    assert trusted_by(https) == "trusted by Chromium; not by Firefox (default) (SEC_ERROR_UNKNOWN_ISSUER)"
