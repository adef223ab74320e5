"""One selector file for a line of firmwares: locators and words that count for some versions only."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_recorder import serving

from nvrflow.errors import InvalidFile
from nvrflow.firmware import Firmware, load_firmware
from nvrflow.recorder import open_recorder

FILE = """
vendor: Acme
firmware: "*"
about: {version: window.version}
texts:
  save: {en: [Save, {word: Keep, firmware: ">=4.10"}], de: {word: Sichern, firmware: "<4"}}
scopes: {box: [{css: .box, firmware: "<4"}]}
pages:
  home:
    path: /
    shown_by: [{css: h1}]
    elements:
      save:
        - {role: button, name: $save, firmware: ">=4.3"}
        - css: "#save"
      new: [{css: "#new", firmware: ">=5.0"}]
"""


def firmware(folder: Path, text: str = FILE) -> Firmware:
    (folder / "acme.yaml").write_text(text, encoding="utf-8")
    return load_firmware("acme", folder)


def test_until_the_version_is_known_everything_counts(tmp_path: Path) -> None:
    acme = firmware(tmp_path)
    assert len(acme.file.pages["home"].elements["save"].find) == 2 and "new" in acme.file.pages["home"].elements
    assert acme.speaking("en").words("$save") == ("Save", "Keep")


def test_locators_words_and_elements_of_other_versions_do_not_count(tmp_path: Path) -> None:
    acme = firmware(tmp_path)
    old, newer = acme.at("4.2"), acme.at("V4.10.3 build 1")
    assert [one.css for one in old.file.pages["home"].elements["save"].find] == ["#save"]
    assert "new" not in old.file.pages["home"].elements
    assert old.speaking("en").words("$save") == ("Save",)
    assert newer.speaking("en").words("$save") == ("Save", "Keep"), "4.10 is newer than 4.9, and no float"
    assert len(newer.file.pages["home"].elements["save"].find) == 2
    assert "new" in newer.at("5.0").file.pages["home"].elements, "a version that is read again starts from the whole file"


def test_a_list_that_would_be_empty_stays_as_it_is(tmp_path: Path) -> None:
    newer = firmware(tmp_path).at("4.3")
    assert [one.css for one in newer.file.scopes["box"]] == [".box"]
    assert newer.speaking("de").words("$save") == ("Sichern",)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('firmware: ">=4.3"}', 'firmware: "newer"}', "'newer' is not a comparison of versions"),
        ('{word: Keep, firmware: ">=4.10"}', "{word: Keep}", "has to be a text, or a mapping with `word` and `firmware`"),
        ('{word: Keep, firmware: ">=4.10"}', "{word: Keep, firmware: 4.1}", "both texts (in quotation marks)"),
        ('{word: Keep, firmware: ">=4.10"}', '{word: Keep, firmware: "x"}', "'x' is not a comparison of versions"),
    ],
)
def test_a_range_that_is_none_is_an_error_with_its_line(tmp_path: Path, before: str, after: str, said: str) -> None:
    with pytest.raises(InvalidFile) as raised:
        firmware(tmp_path, FILE.replace(before, after))
    assert said in str(raised.value) and "acme.yaml:" in str(raised.value)


@pytest.mark.browser
@pytest.mark.parametrize(("version", "locator"), [("4.2", "css #save"), ("4.3", 'button "Save"')])
def test_a_recorder_that_says_its_version_is_driven_by_what_counts_for_it(tmp_path: Path, version: str, locator: str) -> None:
    firmware(tmp_path)
    page = f"<title>Acme</title><h1>Acme</h1><button id=save>Save</button><script>window.version = '{version}'</script>"
    with (
        serving({"/": page}, []) as url,
        open_recorder(url, firmware="acme", selectors=tmp_path, language="en", screenshots=False) as recorder,
    ):
        recorder.go_to("home").click("save")
        assert (recorder.report.steps[-1].locator, recorder.report.drift) == (locator, [])
