"""Recorders that have the browser itself ask for user and password, in browsers that show a window and in those that do not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest
from asking_recorder import AskingRecorder
from plain_recorder import serving
from slow_tests import mostly_slow
from strange_recorder import PASSWORD, USER, StrangeRecorder

from nvrflow import Recorder, Trusting
from nvrflow.browser import Browser, find_browser, open_browser
from nvrflow.browser.playwright_errors import translated
from nvrflow.errors import SelectorDrift, SignInRefused, UnknownFirmware, WrongCall
from nvrflow.flows.secure import secure
from nvrflow.flows.sign_in import sign_in
from nvrflow.guide import Wish
from nvrflow.guide_runs import Shooting, make_guides
from nvrflow.pytest_plugin import TrustStore
from nvrflow.recorder import Manner, open_recorder
from nvrflow.recorder.start_page import look_at
from nvrflow.trust.clients.chromium import prove

OWN = Path(__file__).parent / "strange"
ASKING = Path(__file__).parent / "asking"
Started = Callable[..., StrangeRecorder]
Asking = Callable[..., AskingRecorder]
Opening = Callable[..., AbstractContextManager[Recorder]]
schemes = pytest.mark.parametrize("scheme", mostly_slow(["Basic", "Digest"], "Digest".__eq__))


@pytest.fixture
def strange() -> Iterator[Started]:
    with ExitStack() as started:
        yield lambda **kind: started.enter_context(StrangeRecorder(**kind))


@pytest.fixture
def asking() -> Iterator[Asking]:
    with ExitStack() as started:
        yield lambda **kind: started.enter_context(AskingRecorder(**kind))


@pytest.fixture
def opened() -> Opening:
    def open_it(recorder: AskingRecorder, **manner: Any) -> AbstractContextManager[Recorder]:
        chosen = {"timeout": 6.0, "screenshots": False, "selectors": ASKING, **manner}
        return open_recorder(recorder.url, USER, PASSWORD, **chosen)

    return open_it


@pytest.fixture
def full(driver: None) -> Browser:
    """A browser that can show a window, which treats a 401 in another way than the headless shell does."""
    try:
        return find_browser(full=True)
    except WrongCall:
        pytest.skip("there is no full browser on this computer")


@schemes
def test_a_full_browser_tells_which_firmware_it_is_without_a_try_to_sign_in(strange: Started, full: Browser, scheme: str) -> None:
    recorder = strange(scheme=scheme)
    assert look_at(recorder.url, OWN, full.path).firmware == "acme/door"
    assert recorder.tries == []


@pytest.mark.parametrize("scheme", mostly_slow(["Basic", "Digest"], "Digest".__eq__))
def test_secure_works_in_a_full_browser_and_the_proof_takes_the_question_for_an_answer(
    strange: Started, full: Browser, trust_store: TrustStore, scheme: str
) -> None:
    recorder = strange(scheme=scheme)
    with open_recorder(recorder.url, USER, PASSWORD, browser=full, selectors=OWN, screenshots=False, timeout=6.0) as opened:
        secure(opened, Trusting(yes=True, environment=trust_store.environment))
        assert opened.report.https is not None and opened.report.https.trusted
    before = list(recorder.tries)
    proof = prove(recorder.https_url, full, trust_store.environment)
    assert proof.trusted and (proof.tls or "").startswith("TLS 1")
    assert recorder.tries == before


def test_a_recorder_that_asks_and_is_not_trusted_is_not_proved(strange: Started, full: Browser, trust_store: TrustStore) -> None:
    assert prove(strange(https=True).https_url, full, trust_store.environment).code == "ERR_CERT_AUTHORITY_INVALID"


@schemes
def test_a_full_browser_sends_a_wrong_password_once(strange: Started, full: Browser, scheme: str) -> None:
    recorder = strange(scheme=scheme)
    with (
        open_recorder(recorder.url, USER, "wrong", browser=full, selectors=OWN, screenshots=False, timeout=6.0) as opened,
        pytest.raises(SignInRefused),
    ):
        sign_in(opened)
    assert len(recorder.tries) == 1


def test_a_recorder_that_asks_is_not_said_to_be_switched_off(strange: Started, full: Browser) -> None:
    url = strange().url
    with open_browser(full) as process, pytest.raises(SelectorDrift, match="asked_by_browser: true") as caught, translated(url):
        process.new_page().goto(url)
    assert "cable" not in str(caught.value)


@pytest.mark.parametrize(
    "page",
    [{"first": "en", "drawn": 500, "told": 500}, {"told": 700}],
    ids=["said in another language until it is drawn", "said only after it is drawn"],
)
def test_the_language_is_heard_on_the_page_that_follows_the_sign_in(
    asking: Asking, opened: Opening, page: dict[str, Any]
) -> None:
    with opened(asking(speaks="es", **page)) as recorder:
        sign_in(recorder)
        assert (recorder.firmware.language, recorder.report.language) == ("es", "es")
        assert recorder.report.notes == []


def test_a_page_that_never_says_its_language_is_noted_in_time(asking: Asking, opened: Opening) -> None:
    with opened(asking(told=60_000), timeout=1.0) as recorder:
        sign_in(recorder)
        assert recorder.firmware.language is None
        assert "speaks an unknown language" in recorder.report.notes[0]


def test_the_browser_asks_the_pages_for_the_language_that_was_named(asking: Asking, opened: Opening) -> None:
    pages = asking()
    with opened(pages, language="es") as recorder:
        sign_in(recorder)
        assert recorder.page.evaluate("document.documentElement.lang") == "es"
    assert [wanted for path, wanted in pages.requests if path == "/"][-1].startswith("es")


def test_without_a_language_the_browser_asks_for_its_own(asking: Asking, opened: Opening) -> None:
    with opened(asking()) as recorder:
        own = recorder.page.evaluate("navigator.languages")
        with open_browser(recorder.session.browser) as process:
            assert process.new_page().evaluate("navigator.languages") == own


def test_a_language_that_no_browser_knows_is_a_wrong_call(asking: Asking, opened: Opening) -> None:
    with pytest.raises(WrongCall, match="--language"), opened(asking(), language="no language"):
        pass


@pytest.mark.browser
def test_each_guide_is_made_of_pages_in_its_own_language(asking: Asking, tmp_path: Path) -> None:
    manner = Manner(selectors=ASKING, screenshots=False, timeout=6.0)
    shooting = Shooting((asking().url,), "sign_in", ("en", "es"), USER, lambda _: PASSWORD, manner, runs=tmp_path / "runs")
    make_guides(shooting, tmp_path / "guide", Wish(formats=("md",)))
    spoken = {code: (tmp_path / "guide" / code / "guide.md").read_text(encoding="utf-8") for code in ("en", "es")}
    assert "English" in spoken["en"] and "Español" in spoken["es"]
    links = re.findall(r'href="([^"]+)"', (tmp_path / "guide" / "index.html").read_text(encoding="utf-8"))
    assert links and all((tmp_path / "guide" / link).is_file() for link in links)


def test_what_answers_is_told_where_no_selector_file_knows_it(asking: Asking, opened: Opening) -> None:
    pages = asking(errors=True)
    assert "(HTTP 403, titled 'Host check error'); check" in look_at(pages.url, ASKING, timeout=4.0).why
    with pytest.raises(UnknownFirmware, match="HTTP 403, titled 'Host check error'"), opened(pages, timeout=4.0):
        pass


@pytest.mark.slow
def test_the_words_of_a_page_without_a_title_are_told_where_no_selector_file_knows_it() -> None:
    with serving({"/": "<p>Host check\n error"}, []) as url:
        assert "(which says 'Host check error'); check" in look_at(url, ASKING, timeout=4.0).why


def test_what_the_browser_would_have_to_answer_is_told_for_a_selector_file_to_be_written(asking: Asking) -> None:
    assert """(HTTP 401 Basic realm="Acme pane")""" in look_at(asking().url, timeout=4.0).why


def test_the_empty_page_of_a_recorder_that_asks_is_not_pictured(asking: Asking, opened: Opening, tmp_path: Path) -> None:
    with opened(asking(), screenshots=True) as recorder:
        sign_in(recorder)
        assert recorder.steps.pictures == []
    manner = Manner(selectors=ASKING, timeout=6.0)
    make_guides(
        Shooting((asking().url,), "sign_in", (), USER, lambda _: PASSWORD, manner, runs=tmp_path / "runs"),
        tmp_path / "guide",
        Wish(formats=("md", "html")),
    )
    guide = (tmp_path / "guide" / "guide.md").read_text(encoding="utf-8")
    assert "Open a web browser" in guide and "![" not in guide
    assert not list(tmp_path.rglob("*.png"))


def test_the_first_step_names_the_address_of_the_sign_in(asking: Asking, opened: Opening, tmp_path: Path) -> None:
    text = (ASKING / "acme" / "pane.yaml").read_text(encoding="utf-8")
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "pane.yaml").write_text(text.replace("path: /\n", 'path: "/?lang=es"\n'), encoding="utf-8")
    pages = asking()
    with opened(pages, selectors=tmp_path) as recorder:
        sign_in(recorder)
        told = [(step.title, step.value) for step in recorder.report.steps]
        assert recorder.report.language == "es"
    assert told[0] == (f"Open {pages.url}/?lang=es", f"{pages.url}/?lang=es")
    assert [title.split()[0] for title, _ in told] == ["Open", "Sign"]
