"""The pages of the recorder, in each of its languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from nvrflow.regression.visit import Visit
from nvrflow.suite.applicable import not_applicable


def test_every_page_can_be_reached_in_every_language(visits: list[Visit]) -> None:
    """Every page that the selector file describes can be reached in every language that the recorder offers."""
    lost = [f"{seen.language or 'pages'}: {page}: {why}" for seen in visits for page, why in seen.lost.items()]
    assert not lost, "\n".join(lost)
    if not any(seen.reached for seen in visits):
        not_applicable("no page of it could be visited without changing it")


def test_the_pages_scripts_make_no_new_errors(visits: list[Visit], pytestconfig: pytest.Config) -> None:
    """The pages' own scripts make no errors that are not known."""
    file: Path | None = pytestconfig.getoption("--known-script-errors")
    known = {line.strip() for line in file.read_text(encoding="utf-8").splitlines()} if file else set[str]()
    new = dict.fromkeys(error for seen in visits for error in seen.errors if error not in known)
    assert not new, "new script errors; a line of --known-script-errors FILE makes each known:\n" + "\n".join(new)
