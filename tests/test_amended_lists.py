"""Lists of recorders that the command changes: what was there stays as it was, and a mistake changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_here import command_here

from nvrflow.errors import InvalidFile
from nvrflow.inventory.ansible import recorders_of
from nvrflow.inventory.roster import Roster

LISTED = """# the recorders of the west
defaults: {user: admin, password: {keyring: nvrflow}}
recorders:
  - {name: gate, url: "http://192.0.2.10"}  # behind the door
  - name: yard
    url: 192.0.2.11
    tags: [lobby]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "recorders.yaml"
    path.write_text(LISTED, encoding="utf-8")
    return path


def fleet(*words: object) -> tuple[int, str]:
    ended = command_here("fleet", *words)
    return ended.returncode, ended.stdout + ended.stderr


def test_a_recorder_is_added_and_removed_and_comments_stay(file: Path) -> None:
    words = ("add", "office", "192.0.2.12", "--site", "erie", "--tag", "a", "--tag", "b", "--password", "env:OFFICE")
    assert fleet(*words, "--recorders", file) == (0, f"{file}: 1 added, 3 recorders in all\n")
    text = file.read_text()
    assert "# the recorders of the west" in text and "# behind the door" in text
    office = Roster.read(file).devices[2]
    assert (office.site, sorted(office.tags)) == ("erie", ["a", "b"])
    assert office.password is not None and office.password.place == "OFFICE"
    assert fleet("remove", "yard", "office", "--recorders", file) == (0, f"{file}: 2 removed, 1 recorders left\n")
    assert [one.name for one in Roster.read(file).devices] == ["gate"]
    assert "# behind the door" in file.read_text()


def test_a_list_is_made_where_there_is_none(tmp_path: Path) -> None:
    assert fleet("add", "gate", "192.0.2.10", "--recorders", tmp_path / "new.yaml")[0] == 0
    assert [one.name for one in Roster.read(tmp_path / "new.yaml").devices] == ["gate"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "gate", "192.0.2.99"), "gate is listed twice"),
        (("add", "other", "http://192.0.2.10:80"), "192.0.2.10 is listed twice"),
        (("add", "other", "http://x y"), "recorders.2.url"),
        (("add", "other", "192.0.2.99", "--password", "hunter2"), "say where the password is"),
        (("add", "other"), "write NAME URL, or --ansible FILE"),
        (("remove", "nobody"), "has no such recorder"),
        (("remove", "gate", "yard"), "a list needs at least one recorder"),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(words: tuple[str, ...], said: str, file: Path) -> None:
    code, told = fleet(*words, "--recorders", file)
    assert code == 2
    assert said in told
    assert file.read_text(encoding="utf-8") == LISTED


def test_the_hosts_of_ansible_become_recorders_without_passwords(tmp_path: Path) -> None:
    known = {"ansible_host": "192.0.2.20", "site": "erie", "ansible_password": "hunter2"}
    inventory = {
        "_meta": {"hostvars": {"nvr1": known, "nvr2": {}}},
        "all": {"children": ["ungrouped", "west"]},
        "west": {"children": ["lobby"], "hosts": ["192.0.2.21"]},
        "lobby": {"hosts": ["nvr1"]},
    }
    path = tmp_path / "ansible.json"
    path.write_text(json.dumps(inventory), encoding="utf-8")
    assert fleet("add", "--ansible", path, "--recorders", tmp_path / "new.yaml")[0] == 0
    found = {one.name: (one.url, one.site, sorted(one.tags)) for one in Roster.read(tmp_path / "new.yaml").devices}
    by_group = ("192.0.2.21", "", ["west"])
    assert found == {"nvr1": ("192.0.2.20", "erie", ["lobby", "west"]), "nvr2": ("nvr2", "", []), "192.0.2.21": by_group}
    assert "hunter2" not in (tmp_path / "new.yaml").read_text()


@pytest.mark.parametrize("text", ["[web]\nhost1\n", "[]", '{"all": {}}', '{"_meta": {"hostvars": {}}}'])
def test_what_is_no_such_inventory_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "inventory"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFile, match=r"ansible-inventory|names no host"):
        recorders_of(path)
