"""The verdict is true: what it accepts opens in Chromium and in Firefox, and what it refuses at least one browser refuses."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from nvrflow.browser import Browser, open_browser
from nvrflow.browser.driver import use_driver
from nvrflow.certificate import Certificate, judge
from nvrflow.errors import CertificateRefused
from nvrflow.problem import Problem
from nvrflow.trust.clients.firefox import visited
from trust.making import TODAY
from trust.many_servers import served
from trust.marionette import FIREFOX, new_profile, started
from trust.odd_table import Row, rows
from trust.rack import asked_in

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None or FIREFOX is None, reason="Chromium or Firefox is not on this computer"),
    pytest.mark.skipif(shutil.which("certutil") is None, reason="NSS's certutil (libnss3-tools) is not installed"),
    pytest.mark.timeout(400),
]
Opened = dict[str, tuple[bool, bool]]


@pytest.fixture(scope="module")
def table() -> dict[str, Row]:
    return rows()


@pytest.fixture(scope="module")
def opened(table: dict[str, Row], tmp_path_factory: pytest.TempPathFactory, playwright: Playwright) -> Opened:
    """Whether Chromium and Firefox, which trust the CAs of the table, open each row."""
    use_driver(playwright)
    home = tmp_path_factory.mktemp("home")
    database, profile = home / ".pki" / "nssdb", new_profile(home)
    database.mkdir(parents=True)
    subprocess.run(["certutil", "-N", "--empty-password", "-d", f"sql:{database}"], check=True)
    for number, der in enumerate(dict.fromkeys(row.authority for row in table.values())):
        (home / "ca.der").write_bytes(der)
        for place in (database, profile):
            command = ["certutil", "-A", "-d", f"sql:{place}", "-t", "C,,", "-n", f"CA {number}", "-i", str(home / "ca.der")]
            subprocess.run(command, check=True, timeout=30, stdin=subprocess.DEVNULL)
    with served(table, home) as urls:
        chromium = _in_chromium(urls, home)
        firefox = dict(_in_firefox(urls, home, profile))
    return {title: (chromium[title], firefox[title]) for title in urls}


def _in_chromium(urls: dict[str, str], home: Path) -> dict[str, bool]:
    clean = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    with open_browser(Browser(Path(CHROMIUM or "")), headed=False, environment=clean) as browser:
        opened = asked_in(browser, urls.values())
    return {title: opened[url] for title, url in urls.items()}


def _in_firefox(urls: dict[str, str], home: Path, profile: Path) -> Iterator[tuple[str, bool]]:
    with started(home, profile) as session:
        for title, url in urls.items():
            yield title, not visited(session, url)


def on_paper(row: Row) -> tuple[Problem, ...]:
    """What is said before anything is imported; a certificate that cannot even be read is refused, too."""
    try:
        device, authority = Certificate(row.der), Certificate(row.authority)
    except CertificateRefused as problem:
        return (Problem("unreadable", "device certificate", str(problem)),)
    return judge(device, authority, "127.0.0.1", TODAY, exchanges=row.exchanges)


def test_what_is_accepted_on_paper_opens_and_what_is_refused_does_not(table: dict[str, Row], opened: Opened) -> None:
    wrong = {}
    for title, row in table.items():
        problems = on_paper(row)
        refused = [one for one in problems if one.fatal]
        chromium, firefox = opened[title]
        if any(one.client == "chromium" for one in refused):
            fits = not chromium
        elif refused:
            fits = not (chromium and firefox)
        else:
            fits = chromium and firefox is not any(one.client == "firefox" for one in problems)
        if not fits:
            wrong[title] = ([str(one) for one in problems], opened[title])
    assert not wrong


@pytest.mark.browser
def test_the_table_holds_rows_of_both_kinds(table: dict[str, Row]) -> None:
    refused = [title for title, row in table.items() if any(one.fatal for one in on_paper(row))]
    assert len(refused) > 30 and len(table) - len(refused) > 30
