"""The planted differences of a second firmware: `ui_baseline` finds those in words, `image_baseline` those in pixels."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Playwright
from test_compare import FIXTURES, NAME, PLANTED, free_port

from nvrflow.baseline.checks import Desk, ImageBaseline, PictureDiffers, UiBaseline, WordsDiffer
from nvrflow.baseline.collection import Collection
from nvrflow.browser import use_driver
from nvrflow.flows.sign_in import sign_in
from nvrflow.recorder import open_recorder
from nvrflow.simulator import simulate

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
PAGES = ("sign_in", "menu", "security", "device_certificate", "trusted_ca", "security_status", "security_details",
         "system_service", "https")  # fmt: skip
# A sentence of each difference that stands on a page in words; switch and default are on a tab without a name in the file.
IN_WORDS = {
    "label_in_one_language": '"Herunterladen" has another label: Exportieren',
    "button_on_another_tab": 'The button "Create" is',
    "tab_removed": 'The button "A/V Encryption" is gone',
    "page_moved_in_menu": '"NETWORK" stands after "SYSTEM" now',
    "new_popup": 'The dialog "Cloud Service" is new',
    "switch_for_checkbox": 'The switch "Mobile Push" is new',
    "default_changed": "is Basic now, no longer Digest",
    "button_disabled": 'The button "Download" is disabled now',
    "new_page": 'The link "AI" is new',
    "dialog_twice": 'The text "Details SSH Service',
    "table_in_another_order": "Issued By",
}
IN_PIXELS = {"other_icon": "icon", "other_colour": "#2d8cf0 to #0f8a5f"}
CERTIFICATE = re.compile("Device Certificate|Gerätezertifikat")  # each simulated recorder has its own
Visiting = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory, playwright: Playwright) -> Iterator[Visiting]:
    """Check pages of the recorder with some differences; returns what each kind of baseline says, over all pages."""
    top = tmp_path_factory.mktemp("baselines")
    ports = {"port": free_port(), "https_port": free_port()}
    written = set[tuple[str, str]]()

    def checked(pages: tuple[str, ...], differences: tuple[str, ...], language: str, updates: bool) -> dict[str, str]:
        use_driver(playwright)
        found = {"words": "", "pixels": ""}
        with (
            simulate(NAME, fixtures=FIXTURES, differences=[*differences], **ports) as simulated,
            open_recorder(
                simulated.url, simulated.user, simulated.password,
                timeout=60, screenshots=False, state=top / "state", spoken=language,
            ) as recorder,
        ):  # fmt: skip
            for name in pages:
                if name != "sign_in" and not recorder.signed_in:
                    sign_in(recorder)
                page = recorder.arrive(name) if name == "sign_in" else recorder.go_to(name)
                masks = [recorder.page.locator(".x-grid-row"), recorder.page.get_by_label(CERTIFICATE)]
                desk = Desk(Collection(top / "baselines", updates), "tests/test_x.py::test_pages", top / "out")
                for kind, baseline in (("words", UiBaseline(desk)), ("pixels", ImageBaseline(desk))):
                    try:
                        baseline.check(page, masks=masks)
                    except (WordsDiffer, PictureDiffers) as problem:
                        found[kind] += f"{problem}\n"
        return found

    def visited(pages: tuple[str, ...], *differences: str, language: str = "en") -> dict[str, str]:
        fresh = tuple(name for name in pages if (name, language) not in written)
        if fresh:
            checked(fresh, (), language, updates=True)
            written.update((name, language) for name in fresh)
        return checked(pages, differences, language, updates=False)

    yield visited


def test_words_are_found_as_words_and_pixels_as_pixels(visit: Visiting) -> None:
    found = visit(("sign_in", "menu", "security"), "new_page", "other_colour", "tab_removed")
    assert IN_WORDS["new_page"] in found["words"] and IN_WORDS["tab_removed"] in found["words"]
    assert IN_PIXELS["other_colour"] in found["pixels"] and "sign_in" not in found["words"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*IN_WORDS, *IN_PIXELS])
def test_each_planted_difference_is_found(visit: Visiting, name: str) -> None:
    found = visit(PAGES, name, language="de" if name == "label_in_one_language" else "en")
    if name in IN_WORDS:
        assert IN_WORDS[name] in found["words"]
    else:
        assert IN_PIXELS[name] in found["pixels"] and not found["words"]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*PLANTED} - {*IN_WORDS, *IN_PIXELS} - {"tls_1_0_again"}))
def test_what_no_page_shows_is_no_difference(visit: Visiting, name: str) -> None:
    assert visit(PAGES, name) == {"words": "", "pixels": ""}


@pytest.mark.slow
@pytest.mark.parametrize("again", range(1, 11))
def test_ten_unchanged_repetitions_give_no_false_alarm(visit: Visiting, again: int) -> None:
    assert visit(PAGES) == {"words": "", "pixels": ""}
