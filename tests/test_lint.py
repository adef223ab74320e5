"""Selector files are checked as editors and reviewers would, and all that we ship are clean."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from nvrflow.content import folder, read_yaml
from nvrflow.firmware import available
from nvrflow.firmware.schema import schema_text
from nvrflow.linting import lint, table

ROOT = Path(__file__).resolve().parent.parent


def found(tmp_path: Path, text: str) -> list[tuple[str, int | None, str, str]]:
    (tmp_path / "odd.yaml").write_text(text, encoding="utf-8")
    return [(one.severity, one.line, one.key, one.what) for one in lint([tmp_path / "odd.yaml"], tmp_path)]


def test_all_shipped_files_are_clean() -> None:
    assert [str(finding) for finding in lint()] == []


@pytest.mark.parametrize("name", available())
def test_shipped_files_agree_with_the_schema_that_editors_get(name: str) -> None:
    jsonschema.Draft7Validator(json.loads(schema_text())).validate(read_yaml(available()[name]).data)


def test_the_schema_in_the_repository_is_that_of_the_model() -> None:
    assert (folder("selectors") / "schema.json").read_text(encoding="utf-8") == schema_text()


def test_the_readmes_table_is_the_files_own_word() -> None:
    assert table() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_an_error_is_told_like_the_loader_tells_it(tmp_path: Path) -> None:
    assert found(tmp_path, "vendor: A\nfirmware: 4.0\n") == [("error", 2, "firmware", "must be text, not 4.0; put it in quotes")]


BRITTLE = """\
vendor: A
firmware: "*"
texts:
  login: {en: Login, es: Entrar}
  gone: {en: Gone}
pages:
  sign_in:
    path: /
    elements:
      submit: [{css: .login}]
      extra: [{text: $gone}]
  island:
    elements: {}
"""


def test_missing_words_brittle_locators_and_loose_ends_are_warnings_with_their_lines(tmp_path: Path) -> None:
    warnings = {(line, key): what for severity, line, key, what in found(tmp_path, BRITTLE) if severity == "warning"}
    assert "has no words in es" in warnings[5, "texts.gone"]
    assert "CSS only" in warnings[10, "pages.sign_in.elements.submit"]
    assert "used by no flow" in warnings[11, "pages.sign_in.elements.extra"]
    assert (12, "pages.island") in warnings


def test_a_secret_that_is_only_covered_is_in_use(tmp_path: Path) -> None:
    text = BRITTLE.replace("extra: [{text: $gone}]", "extra: {find: [{text: $gone}], secret: true}")
    assert not [key for _, _, key, _ in found(tmp_path, text) if key.endswith("extra")]
