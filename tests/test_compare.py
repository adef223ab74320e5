"""Two firmwares of a simulated recorder compared: twenty planted differences are told, each once, and nothing else."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright

from nvrflow.browser import use_driver
from nvrflow.capture.tour import Wish, take
from nvrflow.compare.comparison import Comparison, compare
from nvrflow.compare.difference import Difference
from nvrflow.compare.sentence import sentence
from nvrflow.compare.side import Side, side_of
from nvrflow.errors import NvrflowError
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.sign_in import sign_in
from nvrflow.recorder import Manner
from nvrflow.simulator import simulate
from nvrflow.simulator.recorder_files import load

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]  # each capture waits until every page has come to rest
FIXTURES = Path(__file__).resolve().parent / "second_firmware"
NAME = "planted/nvr_v4"
ONE_SPOKEN = ("en",)
BOTH_SPOKEN = ("en", "de")  # two visits: one may be slow by chance
BOTH = ("secure", "download_certificates")
# What each planted difference is told as: kind, change, what is different, consequence, flows, and a part of the sentence.
PLANTED: dict[str, tuple[str, str, str, str, tuple[str, ...], str]] = {
    "label_in_one_language": ("label", "renamed", "words", "none", (), 'de: "Exportieren" (was "Herunterladen")'),
    "button_on_another_tab": ("control", "moved", "other-page", "none", (), '"Create" has moved from'),
    "tab_removed": ("page", "removed", "", "none", (), '"A/V Encryption" is gone'),
    "page_moved_in_menu": ("page", "moved", "order", "none", (), '"NETWORK" stands after "SYSTEM"'),
    "new_popup": ("control", "added", "popup", "none", (), 'window "Cloud Service" appears'),
    "switch_for_checkbox": ("control", "changed", "kind", "none", (), '"Mobile Push" is a switch now'),
    "default_changed": ("setting", "changed", "default", "none", (), '"RTSP Authentication" is Basic now, no longer Digest'),
    "button_disabled": ("control", "changed", "enabled", "breaking", BOTH, '"Download" is disabled'),
    "weaker_certificate": ("certificate", "changed", "weaker", "breaking", ("secure",), "sha1, no longer sha256"),
    "tls_1_0_again": ("tls", "added", "weaker", "drift", (), "TLSv1, TLSv1.1: accepted now"),
    "redirect_lost": ("tls", "changed", "weaker", "drift", (), "no longer redirects to HTTPS"),
    "cookie_not_secure": ("tls", "changed", "weaker", "drift", (), "not Secure, no longer Secure"),
    "slower_page": ("time", "changed", "slower", "drift", (), "security_status takes"),
    "new_page": ("page", "added", "", "none", (), '"AI" is new'),
    "dialog_twice": ("control", "added", "twice", "none", (), '"Details" is there twice'),
    "table_in_another_order": ("control", "moved", "order", "none", (), '"Issued By" stands after "Validity Period"'),
    "other_icon": ("picture", "changed", "icon", "none", (), 'icon of "Refresh"'),
    "other_colour": ("picture", "changed", "colour", "none", (), "from about #2c8cf0 to about #108c60"),
    "space_in_label": ("label", "renamed", "spaces", "none", (), "Attack␣␣Defense"),
    "text_key_renamed": ("label", "renamed", "key", "none", (), "t=security.EventWarning now"),
}
Taking = Callable[..., Side]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def ports() -> dict[str, Any]:
    """One recorder, before and after an update: it stays at its address, and has its serial number."""
    return {"port": free_port(), "https_port": free_port(), "serial": "7C09FA4PAZ31B2E"}


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory, playwright: Playwright, ports: dict[str, Any]) -> Iterator[Taking]:
    """Captures of the recorder with some differences, each made once; `again` makes another one."""
    top = tmp_path_factory.mktemp("captures")
    made: dict[str, Side] = {}

    def side(*differences: str, languages: tuple[str, ...] = ("en",), again: int = 0) -> Side:
        name = f"{'+'.join(differences)[:40] or 'first'}-{'-'.join(languages)}-{again}"
        if name not in made:
            use_driver(playwright)
            with simulate(NAME, fixtures=FIXTURES, differences=[*differences], **ports) as recorder:
                manner = Manner(timeout=60, screenshots=False, state=top / "state")
                wish = Wish(recorder.url, top / name, sign_in, languages, recorder.user, recorder.password, manner)
                taken = take(wish)
            assert taken.summary.pages.keys() == set(languages)
            made[name] = side_of(str(top / name), lambda url: pytest.fail(url))
        return made[name]

    yield side


def named(one: Difference) -> list[str]:
    """The planted differences that it could be."""
    facts = one.kind, one.change, one.aspect, one.consequence, tuple(sorted(one.flows, reverse=True))
    return [name for name, (*wanted, part) in PLANTED.items() if tuple(wanted) == facts and part in sentence(one)]


def told(found: Comparison) -> list[str]:
    """Each difference by the name of what was planted; one that was not planted by its sentence."""
    names = [(named(one), sentence(one)) for one in found.differences]
    return sorted(known[0] if len(known) == 1 else f"not planted: {said}" for known, said in names)


def test_the_second_firmware_has_twenty_differences_of_which_each_can_be_chosen() -> None:
    file, _, _ = load(NAME, {}, FIXTURES)
    assert [*file.differences] == [*PLANTED] and len(PLANTED) == 20


@pytest.mark.parametrize("languages", [ONE_SPOKEN, pytest.param(BOTH_SPOKEN, marks=pytest.mark.slow)], ids="-".join)
def test_all_twenty_are_told_each_once_with_their_consequence_and_nothing_else(taken: Taking, languages: tuple[str, ...]) -> None:
    found = compare(taken(languages=languages), taken(*PLANTED, languages=languages))
    seen = [name for name in PLANTED if "de" in languages or name != "label_in_one_language"]
    assert told(found) == sorted(seen)
    expected = ["breaking"] * 2 + ["drift"] * 4 + ["none"] * (len(seen) - 6)
    assert [one.consequence for one in found.differences] == expected
    assert found.first == ()


def test_a_live_recorder_with_the_same_firmware_has_no_difference(taken: Taking, ports: dict[str, Any], tmp_path: Path) -> None:
    before = taken(languages=ONE_SPOKEN)
    with simulate(NAME, fixtures=FIXTURES, **ports) as recorder:
        asked = ["compare", before.name, recorder.url, "--languages", "en", "--json", "--fail-on", "any", "--out", str(tmp_path)]
        ended = subprocess.run(
            [sys.executable, "-m", "nvrflow", *asked],
            env={**os.environ, "NVRFLOW_PASSWORD": recorder.password},
            capture_output=True,
            text=True,
            timeout=500,
        )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert json.loads(ended.stdout)["findings"] == []
    assert {file.name for file in tmp_path.iterdir()} >= {"compare.html", "compare.md", "compare.json", "junit.xml"}


def test_what_compare_says_about_the_disabled_button_is_true(ports: dict[str, Any], opened: Any) -> None:
    second = simulate(NAME, fixtures=FIXTURES, differences=["button_disabled"], **ports)
    broken = pytest.raises(NvrflowError, match=r"trusted_ca\.download")
    with second as recorder, opened(recorder, timeout=4.0) as driven, broken:
        download_certificates(driven)


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTED)
def test_each_of_them_alone_is_told_alone(taken: Taking, name: str) -> None:
    assert told(compare(taken(languages=BOTH_SPOKEN), taken(name, languages=BOTH_SPOKEN))) == [name]


@pytest.fixture
def load_on_this_computer(pytestconfig: pytest.Config) -> Iterator[None]:
    """Two processes that keep the processor busy; not beside other tests, which would wait for it."""
    if pytestconfig.getoption("--slow-tenth") is not None:
        pytest.skip("takes the whole computer; ./nvrflow test -m slow runs it")
    busy = [subprocess.Popen([sys.executable, "-c", "while True: sum(range(10**6))"]) for _ in range(2)]
    yield
    for one in busy:
        one.kill()
        one.wait()


@pytest.mark.slow
@pytest.mark.parametrize("again", range(1, 11))
def test_ten_captures_of_one_firmware_under_load_have_no_difference(
    taken: Taking, load_on_this_computer: None, again: int
) -> None:
    assert told(compare(taken(languages=BOTH_SPOKEN), taken(languages=BOTH_SPOKEN, again=again))) == []
