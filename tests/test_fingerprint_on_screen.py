"""Where the fingerprint can be read on the recorder's own monitor: said if it is known, and never made up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nvrflow.errors import InvalidFile
from nvrflow.firmware import Firmware, available, load_firmware
from nvrflow.firmware.on_screen import where_to_compare

FILE = 'vendor: Acme\nfirmware: "*"\npages: {}\n'


def known(tmp_path: Path, line: str) -> Firmware:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "nvr.yaml").write_text(FILE + line, encoding="utf-8")
    return load_firmware("acme/nvr", tmp_path)


def test_a_place_that_somebody_has_seen_is_named_in_the_recorders_language(tmp_path: Path) -> None:
    line = "fingerprint_on_screen: {menu: {en: Menu > HTTPS > Details, es: Menú > HTTPS > Detalles}, seen: true}\n"
    firmware = known(tmp_path, line)
    assert where_to_compare(firmware) == "The recorder's own monitor shows the SHA-256 under Menu > HTTPS > Details."
    assert "Menú > HTTPS > Detalles." in where_to_compare(replace(firmware, language="es"))
    assert "Menu > HTTPS > Details." in where_to_compare(replace(firmware, language="de")), "English where its words lack"


def test_a_place_that_only_a_manual_names_is_not_promised(tmp_path: Path) -> None:
    said = where_to_compare(known(tmp_path, "fingerprint_on_screen: Menu > HTTPS\n"))
    assert "look under Menu > HTTPS." in said and "is not confirmed" in said
    assert "--expect-sha256" in said and "--yes" in said


@pytest.mark.parametrize("named", [True, False])
def test_a_place_that_is_not_known_is_said_to_be_unknown_with_both_ways_out(named: bool, tmp_path: Path) -> None:
    said = where_to_compare(known(tmp_path, "") if named else None)
    assert said.startswith("It is not known where a recorder")
    assert "--expect-sha256 HEX gives a fingerprint that you know" in said
    assert "--yes accepts the certificate without a comparison" in said
    assert ("acme/nvr" in said) is named


def test_no_shipped_file_promises_a_place_that_nobody_has_seen() -> None:
    """Nothing public shows that page of any recorder."""
    said = {name: where_to_compare(load_firmware(name)) for name in available()}
    assert not [name for name, text in said.items() if "monitor shows the SHA-256 under" in text]
    assert [name for name, text in said.items() if "look under" in text] == ["dahua/nvr_v4"]


@pytest.mark.parametrize(
    "line", ["fingerprint_on_screen: {}\n", "fingerprint_on_screen: {menu: {}}\n", "fingerprint_on_screen: 7\n"]
)
def test_a_place_without_words_is_refused(line: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="fingerprint_on_screen"):
        known(tmp_path, line)
