"""Differences that are accepted or ignored, and the documents: one screen, Markdown, JUnit, JSON and a page."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from test_compare_controls import BAR, FORM, usage  # noqa: F401 (a fixture)
from written_capture import DEVICE, Written, button

from nvrflow.capture.controls import Control
from nvrflow.cli import nvrflow
from nvrflow.compare.comparison import Comparison, compare, with_patch
from nvrflow.compare.known import accept, known_from
from nvrflow.compare.markdown_note import as_markdown
from nvrflow.compare.release_page import as_html
from nvrflow.compare.summary_lines import SCREEN, summary_lines
from nvrflow.errors import InvalidFile, NvrflowError, WrongCall


def field(value: str) -> Control:
    return Control("combobox", "Mode | <b>", "label", value=value, box=(200, 200, 300, 22))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Two captures with three differences: a weaker certificate, a new button, another default."""
    Written({"https": [*FORM, field("A")]}).at(tmp_path / "a")
    weaker = {**DEVICE, "certificates": [{**DEVICE["certificates"][0], "signature": "sha1"}]}
    Written({"https": [*FORM, field("B"), button("Cloud", 10, 360)]}, device=weaker).at(tmp_path / "b")
    return tmp_path / "a", tmp_path / "b"


@pytest.fixture
def found(pair: tuple[Path, Path], usage: Any) -> Comparison:  # noqa: F811
    from nvrflow.compare.side import side_of

    a, b = (side_of(str(folder), lambda url: pytest.fail(url)) for folder in pair)
    return compare(a, b)


@dataclass(frozen=True)
class Ended:
    """How the command ended: its exit code, and what it wrote to standard output."""

    exit_code: int
    stdout: str


def run(*arguments: str | Path) -> Ended:
    result = CliRunner().invoke(nvrflow, ["compare", *map(str, arguments)], standalone_mode=False)
    if isinstance(result.exception, NvrflowError):
        return Ended(result.exception.exit_code, result.stdout)
    assert result.exception is None, result.exception
    return Ended(result.return_value, result.stdout)


@pytest.mark.parametrize(("limit", "code"), [("never", 0), ("breaking", 1), ("drift", 1), ("any", 1)])
def test_fail_on_decides_the_exit_code(pair: tuple[Path, Path], usage: Any, limit: str, code: int) -> None:  # noqa: F811
    assert run(*pair, "--fail-on", limit).exit_code == code
    assert run(pair[0], pair[0], "--fail-on", limit).exit_code == 0


def test_an_accepted_difference_is_not_told_again_until_its_value_changes(found: Comparison, tmp_path: Path) -> None:
    file = tmp_path / "nvrflow-accepted.yaml"
    file.write_text("# reviewed by the team\nignore:\n  - {kind: control, reason: wanted}\n", encoding="utf-8")
    default = next(one for one in found.differences if one.kind == "setting")
    assert accept(file, [default.id], "agreed: ticket 12", found, "2026-11-28") == [default]
    left = known_from([file]).applied(found)
    assert [one.kind for one in left.differences] == ["certificate"]
    assert [one.id for one in left.accepted] == [default.id] and len(left.ignored) == 1
    assert file.read_text(encoding="utf-8").startswith("# reviewed by the team\n")
    assert accept(file, [default.id], "again", found, "2026-11-29") == []  # it stands there already

    text = file.read_text(encoding="utf-8").replace('after: "B"', 'after: "C"')
    file.write_text(text, encoding="utf-8")
    again = known_from([file]).applied(found)
    (noted,) = [one for one in again.differences if one.kind == "setting"]
    assert noted.note == 'was accepted with the value "C", which has changed since; accept it again'


def test_accept_writes_the_file_beside_b_and_needs_a_reason(pair: tuple[Path, Path], usage: Any) -> None:  # noqa: F811
    listed = json.loads(run(*pair, "--json").stdout)["findings"]
    wanted = next(one["id"] for one in listed if one["kind"] == "setting")
    assert run(*pair, "--accept", wanted).exit_code == 2
    assert run(*pair, "--accept", "0000000000", "--reason", "x").exit_code == 2
    assert run(*pair, "--accept", wanted, "--reason", "the vendor's choice").exit_code == 0
    kept = pair[1].parent / "nvrflow-accepted.yaml"
    assert wanted in kept.read_text(encoding="utf-8")
    document = json.loads(run(*pair, "--json").stdout)
    assert wanted not in [one["id"] for one in document["findings"]]
    assert [one["id"] for one in document["accepted"]] == [wanted]


@pytest.mark.parametrize(
    "text",
    [
        "ignore:\n  - {kind: tyme}",
        "ignore:\n  - {reason: all}",
        "ignore: {kind: time}",
        "ignored: []",
        "ignore:\n  - {colour: red}",
        "accepted:\n  - {id: 123}",
        "- kind",
    ],
)
def test_a_file_of_rules_that_is_wrong_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFile, match=r"rules\.yaml"):
        known_from([file])


def test_the_json_has_the_keys_of_the_contract(pair: tuple[Path, Path], usage: Any) -> None:  # noqa: F811
    document = json.loads(run(*pair, "--json").stdout)
    assert {"nvrflow", "a", "b", "findings"} <= document.keys()
    keys = {"id", "kind", "change", "where", "before", "after", "consequence", "flows"}
    assert all(keys <= one.keys() for one in document["findings"])
    assert [one["consequence"] for one in document["findings"]] == ["breaking", "none", "none"]
    assert json.loads(run(pair[0], pair[0], "--json").stdout)["findings"] == []


def test_markdown_keeps_pipes_lines_and_tags_as_they_are(found: Comparison) -> None:
    text = as_markdown(with_patch(found, None))
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 7 for row in rows)
    assert r"Mode \| &lt;b&gt;" in text and "<b>" not in text


def test_the_terminal_shows_one_screen_worst_first(tmp_path: Path, usage: Any) -> None:  # noqa: F811
    more = [button(f"Item {at}", 10 + 160 * (at % 8), 500 + 90 * (at // 8)) for at in range(40)]
    sides = Written({"https": FORM}).at(tmp_path / "a"), Written({"https": [*FORM, *more]}).at(tmp_path / "b")
    lines = summary_lines(compare(*sides))
    assert len(lines) <= SCREEN
    left = re.search(r"and (\d+) more", "\n".join(lines))
    assert left and int(left[1]) + sum("is new" in line for line in lines) == 40 and lines[-1].startswith("40 differences")
    assert len(summary_lines(compare(*sides), 1000)) > 40


def test_junit_has_a_case_for_each_difference(pair: tuple[Path, Path], usage: Any, tmp_path: Path) -> None:  # noqa: F811
    run(*pair, "--junit", tmp_path / "junit.xml", "--fail-on", "breaking")
    suite = ET.parse(tmp_path / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    assert len({case.get("name") for case in suite.iter("testcase")}) == 3
    run(pair[0], pair[0], "--junit", tmp_path / "none.xml")
    assert ET.parse(tmp_path / "none.xml").getroot()[0].get("tests") == "1"


def test_the_page_holds_everything_and_asks_for_nothing(found: Comparison, tmp_path: Path) -> None:
    page = as_html(with_patch(found, None))
    assert not re.search(r"(src|href)=[\"']?(https?:|/)", page) and "<script" not in page
    assert all(one.id in page for one in found.differences)
    assert "<b>" not in page.split("</header>")[1]  # what a recorder's page says is text here


def test_a_patch_is_shown_where_an_element_is_concerned(found: Comparison) -> None:
    assert with_patch(found, lambda comparison: "--- a\n+++ b\n").patch == ""  # nothing that a patch could mend
    from dataclasses import replace

    from nvrflow.compare.difference import Touched

    worse = replace(found.differences[0], elements=(Touched("https.ok", "en", 0, 1),))
    told = with_patch(replace(found, differences=(worse,)), lambda comparison: "--- a/x.yaml\n+++ b/x.yaml\n+`fence`\n")
    assert "Proposed patch" in as_html(told) and "```diff" in as_markdown(told)


def test_what_is_no_side_is_refused_with_what_to_do(pair: tuple[Path, Path], tmp_path: Path, usage: Any) -> None:  # noqa: F811
    assert run(tmp_path / "nothing", pair[1]).exit_code == 2
    (tmp_path / "empty").mkdir()
    result = run(tmp_path / "empty", pair[1])
    assert result.exit_code == 2
    with pytest.raises(WrongCall, match="neither a capture nor the folder of a run"):
        from nvrflow.compare.side import side_of

        side_of(str(tmp_path / "empty"), lambda url: pytest.fail(url))
