"""A file that lists recorders, whatever its form: YAML, or a spreadsheet as CSV."""

from __future__ import annotations

from pathlib import Path

from nvrflow.inventory.roster import Roster
from nvrflow.inventory.spreadsheet import read_spreadsheet


def read_list(path: Path) -> Roster:
    """The recorders that a file lists: CSV if its name ends in .csv or .tsv, otherwise YAML. Raises InvalidFile."""
    return read_spreadsheet(path) if path.suffix.lower() in (".csv", ".tsv") else Roster.read(path)
