"""Selector files: what the loader refuses, and that its messages name file, line and key."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from nvrflow.content import Document, read_yaml
from nvrflow.errors import InvalidFile, WrongCall
from nvrflow.firmware import Element, Firmware, SelectorFile, available, load_firmware
from nvrflow.firmware.versions import VersionRange, version_key

MINIMAL = """\
vendor: Acme
firmware: ">=4.0, <5.0"
texts:
  download: {en: Download, es: Descargar}
  trusted: {en: [Trusted CA Certificates, Trusted CA Certificate], es: Certificados}
scopes:
  tab: [{css: .active}]
pages:
  sign_in:
    path: /
    elements:
      submit: [{role: button, name: $download}]
  certificates:
    on: sign_in
    open: submit
    elements:
      download:
        - role: button
          name: $download
        - css: .x
          within: $tab
    shown_by: [{css: .certificates}]
"""


def write(folder: Path, text: str, name: str = "acme/nvr_v1") -> Path:
    path = folder / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text), encoding="utf-8")
    return path


def refused(folder: Path, text: str, name: str = "acme/nvr_v1") -> InvalidFile:
    write(folder, text, name)
    with pytest.raises(InvalidFile) as caught:
        load_firmware(name, folder)
    return caught.value


def test_a_minimal_file_loads(tmp_path: Path) -> None:
    write(tmp_path, MINIMAL)
    firmware = load_firmware("acme/nvr_v1", tmp_path)
    assert firmware.file.pages["certificates"].all_ways[0].open == ["submit"]
    assert firmware.languages == ("en", "es")


def test_words_are_those_of_the_language_with_all_alternatives(tmp_path: Path) -> None:
    write(tmp_path, MINIMAL)
    firmware = load_firmware("acme/nvr_v1", tmp_path)
    assert firmware.speaking("es").words("$download") == ("Descargar",)
    assert firmware.speaking("en").words("$trusted") == ("Trusted CA Certificates", "Trusted CA Certificate")


def test_an_unknown_language_means_the_words_of_every_language(tmp_path: Path) -> None:
    write(tmp_path, MINIMAL)
    assert load_firmware("acme/nvr_v1", tmp_path).words("$download") == ("Download", "Descargar")


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "what"),
    [
        ("  tab: [{css: .active}]", "  tab: [{ccs: .active}]", 7, "scopes.tab[0].ccs", "did you mean 'css'"),
        ("vendor: Acme", "vendr: Acme", 1, "vendr", "did you mean 'vendor'"),
        ('firmware: ">=4.0, <5.0"', "firmware: 4.0", 2, "firmware", "put it in quotes"),
        ('firmware: ">=4.0, <5.0"', 'firmware: "about 4"', 2, "firmware", "not a comparison of versions"),
        (
            "          name: $download\n        - css",
            "          name: $downlaod\n        - css",
            18,
            None,
            "did you mean 'download'",
        ),
        ("          within: $tab", "          within: $tap", 20, None, "did you mean 'tab'"),
        ("    on: sign_in", "    on: signin", 14, "pages.certificates.on", "did you mean 'sign_in'"),
        ("    shown_by: [{css: .certificates}]\n", "", 15, "pages.certificates.open", "is never used: without `shown_by`"),
        ("    open: submit", "    open: sumbit", 15, "pages.certificates.open", "did you mean 'submit'"),
        ("css: .x\n", "css: '//div'\n", 20, None, "XPath"),
        ("css: .x\n", "css: 'li:nth-child(2)'\n", 20, None, "positions"),
        ("css: .x\n", "css: '#button-1030'\n", 20, None, "generated id"),
        ("css: .x\n", "css: 'body > div > span'\n", 20, None, "path through the page"),
        ("        - css: .x\n", "        - css: .x\n          text: $download\n", None, None, "exactly one of"),
        ("        - role: button\n", "        - label: x\n", None, None, "`name` goes with `role` only"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_key(
    tmp_path: Path, old: str, new: str, line: int | None, key: str | None, what: str
) -> None:
    assert old in MINIMAL
    problem = refused(tmp_path, MINIMAL.replace(old, new))
    assert what in str(problem)
    assert "acme/nvr_v1.yaml" in str(problem)
    assert problem.line is not None
    if line:
        assert problem.line == line
    if key:
        assert problem.key == key


def test_two_equal_keys_are_refused_with_both_lines(tmp_path: Path) -> None:
    problem = refused(tmp_path, "vendor: Acme\nfirmware: '*'\nvendor: Other\n")
    assert problem.line == 3
    assert "first on line 1" in str(problem)


def test_a_page_that_lies_on_itself_is_refused(tmp_path: Path) -> None:
    text = "vendor: A\nfirmware: '*'\npages:\n  a: {on: b}\n  b: {on: a}\n"
    assert "lies on itself" in str(refused(tmp_path, text))


def test_broken_yaml_and_missing_files_are_told_without_a_traceback(tmp_path: Path) -> None:
    assert refused(tmp_path, "vendor: [A\n").line is not None
    with pytest.raises(InvalidFile, match="does not exist"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(WrongCall, match="did you mean acme/nvr_v1"):
        load_firmware("acme/nvr_v2", tmp_path)


def test_words_that_yaml_1_1_takes_for_something_else_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("on: Off\nno: yes\ntime: 12:30:45\nversion: '4.10'\n", encoding="utf-8")
    assert read_yaml(path).data == {"on": "Off", "no": "yes", "time": "12:30:45", "version": "4.10"}


def test_a_file_that_extends_another_merges_mappings_replaces_lists_and_removes_with_null(tmp_path: Path) -> None:
    write(tmp_path, MINIMAL)
    child = """\
        vendor: Acme OEM
        firmware: "*"
        extends: acme/nvr_v1
        texts:
          download: {en: Save to disk}
        pages:
          sign_in: null
          certificates:
            on: null
            open: null
            elements:
              download: [{text: $download}]
        """
    write(tmp_path, child, "oem/nvr_v1")
    firmware = load_firmware("oem/nvr_v1", tmp_path)
    assert firmware.speaking("en").words("$download") == ("Save to disk",)
    assert firmware.speaking("es").words("$download") == ("Descargar",)
    assert list(firmware.file.pages) == ["certificates"]
    assert len(firmware.file.pages["certificates"].elements["download"].find) == 1


def test_a_mistake_in_the_parent_is_named_in_the_parent(tmp_path: Path) -> None:
    write(tmp_path, MINIMAL.replace("css: .active", "css: '#tab-1234'"))
    problem = refused(tmp_path, "vendor: O\nfirmware: '*'\nextends: acme/nvr_v1\n", "oem/nvr_v1")
    assert "acme/nvr_v1.yaml:7" in str(problem)


def test_what_extends_itself_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "vendor: A\nfirmware: '*'\nextends: b/b\n", "a/a")
    assert "b/b -> a/a -> b/b" in str(refused(tmp_path, "vendor: B\nfirmware: '*'\nextends: a/a\n", "b/b"))


@pytest.mark.parametrize("name", available())
def test_every_shipped_file_loads(name: str) -> None:
    assert isinstance(load_firmware(name), Firmware)


def test_firmware_versions_are_compared_part_by_part() -> None:
    assert version_key("V4.61.025 build 220905") == (4, 61, 25)
    assert version_key("4.10") > version_key("4.9")
    assert "4.10" in VersionRange(">=4.0, <5.0")
    assert "5.0" not in VersionRange(">=4.0, <5.0")
    assert "4.0" in VersionRange("4")


@pytest.mark.parametrize(
    ("label", "called"),
    [
        ("Password:", "Password"),
        ("Mot de passe\u00a0:", "Mot de passe"),
        ("密码：", "密码"),
        ("Time: UTC", "Time: UTC"),
        (":", ":"),
    ],
)
def test_the_colon_in_which_a_label_ends_is_not_part_of_what_it_is_called(label: str, called: str) -> None:
    element = Element.model_validate({"find": [{"label": label}]})
    assert Firmware("", SelectorFile(vendor="Acme", firmware="*")).called(element, "password") == called


def test_a_file_is_read_once_until_it_or_what_it_extends_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, MINIMAL, "acme/base")
    write(tmp_path, "extends: acme/base\n", "acme/own")
    reads: list[Path] = []

    def counted(path: Path) -> Document:
        reads.append(path)
        return read_yaml(path)

    monkeypatch.setattr("nvrflow.firmware.loading.read_yaml", counted)
    first, again = load_firmware("acme/own", tmp_path), load_firmware("acme/own", tmp_path)
    assert len(reads) == 2 and again.file is first.file
    write(tmp_path, MINIMAL.replace("vendor: Acme", "vendor: Another"), "acme/base")
    assert load_firmware("acme/own", tmp_path).file.vendor == "Another"
