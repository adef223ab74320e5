"""Lists of recorders as people have them in a spreadsheet, and which of their recorders are meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from nvrflow.errors import InvalidFile, WrongCall
from nvrflow.inventory.list_file import read_list
from nvrflow.inventory.subset import Subset


def listed(folder: Path, content: str | bytes, name: str = "recorders.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_spreadsheet_is_a_list_of_recorders(tmp_path: Path) -> None:
    text = """address,name,user,site,tags,firmware,password
192.0.2.10,gate,root,buffalo,"lobby 16",dahua/nvr_v4,env:GATE

# spare
[2001:db8::1]:8080
"""
    gate, bare = read_list(listed(tmp_path, text)).devices
    assert (gate.name, gate.url, gate.user, gate.site, gate.firmware) == ("gate", "192.0.2.10", "root", "buffalo", "dahua/nvr_v4")
    assert gate.tags == {"lobby", "16"}
    assert gate.password is not None
    assert (gate.password.kind, gate.password.place, gate.password.user) == ("env", "GATE", "root")
    assert (bare.name, bare.user, bare.password) == ("[2001:db8::1]:8080", "admin", None)


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffIP;Name;Site\r\n192.0.2.10;Hof;Köln\r\n".encode(),
        "ip\tname\tsite\n192.0.2.10\tHof\tKöln\n".encode(),
        "URL;Name;Site\n192.0.2.10;Hof;Köln\n".encode("cp1252"),
        "IP\tName\tSite\r\n192.0.2.10\tHof\tKöln\r\n".encode("utf-16"),
        "sep=;\r\nIP;Name;Site;#Model\r\n192.0.2.10;Hof;Köln;M1\r\n".encode(),
    ],
    ids=["UTF-8 with its mark", "tabs", "Windows-1252", "UTF-16", "sep= and a column to leave out"],
)
def test_what_spreadsheets_save_is_read(content: bytes, tmp_path: Path) -> None:
    (device,) = read_list(listed(tmp_path, content)).devices
    assert (device.name, device.place, device.site) == ("Hof", "192.0.2.10", "Köln")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the first line must name the columns, with address among them"),
        ("address\n", "lists no recorder below its first line"),
        ("name,site\na,b\n", ":1: the first line must name the columns, with address among them"),
        ("address,colour\n", ':1: column 2: "colour" is not known; the columns are name, address'),
        ("address,ip\n", ":1: column 2: there are two columns address"),
        ("address,name\n192.0.2.1,a\nhttp://x y,b\n", ":3: address: "),
        ("address,name\n,b\n", ":2: address: is empty"),
        ("address,password\n192.0.2.1,hunter2\n", ":2: password: say where the password is"),
        ("address,password\n192.0.2.1,env:hunter2!\n", ":2: password: say where the password is"),
        ("address,name\n192.0.2.1,a\x1b[31m\n", ":2: name: holds a character that cannot be printed"),
        ("address\n192.0.2.1,too,much\n", ":2: column 2: has no name in the first line"),
        ("address,name\n192.0.2.1,a\n\n192.0.2.2,a\n", ":4: a is listed twice (first on line 2)"),
        ("address,name\n192.0.2.1,a\nhttp://192.0.2.1:80,b\n", ":3: 192.0.2.1 is listed twice (first on line 2)"),
        ('address,name\n192.0.2.1,"a\n', ": is not CSV here"),
    ],
)
def test_a_fault_is_told_with_its_line_and_column(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidFile) as caught:
        read_list(listed(tmp_path, text))
    assert said in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_recorders_are_chosen_by_tag_site_name_and_firmware(tmp_path: Path) -> None:
    rows = ("gate-1,buffalo,lobby,a/x", "gate-2,erie,lobby,a/y", "yard,erie,16,b/x")
    text = "address,name,site,tags,firmware\n" + "".join(f"192.0.2.{number},{row}\n" for number, row in enumerate(rows, 1))
    roster = read_list(listed(tmp_path, text))

    def meant(*only: str, **others: list[str]) -> list[str]:
        return [one.name for one in Subset.read(only, others.get("sites", ()), others.get("firmwares", ())).of(roster)]

    assert meant() == ["gate-1", "gate-2", "yard"]
    assert meant("tag=lobby", sites=["erie"]) == ["gate-2"]
    assert meant("tag=lobby", "tag=16") == ["gate-1", "gate-2", "yard"]
    assert meant("name=gate-*") == ["gate-1", "gate-2"]
    assert meant(firmwares=["a/*"]) == ["gate-1", "gate-2"]
    with pytest.raises(WrongCall, match="no recorder fits site=nowhere"):
        meant(sites=["nowhere"])
    with pytest.raises(WrongCall, match="--only lobby: write KEY=VALUE"):
        meant("lobby")
