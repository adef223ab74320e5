"""A list of recorders as a spreadsheet, saved as CSV; every fault in it is told with its line and column."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nvrflow.address import place_of
from nvrflow.errors import InvalidFile, WrongCall
from nvrflow.inventory.password_reference import PasswordReference, is_reference
from nvrflow.inventory.roster import Device, Roster, twins

_COLUMNS = ("name", "address", "user", "site", "firmware", "tags", "password")
_OTHER_NAMES = {"url": "address", "ip": "address", "host": "address", "recorder": "name", "username": "user", "tag": "tags"}
_LONGEST = 20_000_000  # bytes: some 200,000 recorders


def read_spreadsheet(path: Path) -> Roster:
    """Read and check a CSV file. Raises InvalidFile with file, line and column.

    The first line names the columns: `address` (needed; also `url`, `ip` or `host`), `name`, `user`, `site`, `firmware`, `tags`
    (separated by spaces, commas or semicolons) and `password`, which says where it is: `env:NAME`, `keyring:SERVICE`, `file:PATH`
    or `command:…`. A column whose name begins with # is left out. Between the cells are commas, semicolons or tabs. The
    text is UTF-8, UTF-16, or Windows-1252 as older spreadsheets save it. A recorder without a name is called by its address.
    """
    rows = _Rows(path, _text(path))
    devices, lines = [], []
    for line, row in rows:
        devices.append(rows.device(line, row))
        lines.append(line)
    if not devices:
        raise InvalidFile("lists no recorder below its first line, which names the columns", path)
    for key, first, second in twins(devices):
        value = getattr(devices[second], key)
        raise InvalidFile(f"{value} is listed twice (first on line {lines[first]}); remove one", path, lines[second])
    return Roster(path, tuple(devices))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LONGEST:
            raise InvalidFile(f"is larger than {_LONGEST // 1_000_000} MB; split it", path)
        data = path.read_bytes()
    except OSError as problem:
        raise InvalidFile(f"cannot be read ({problem.strerror}); name a file with a list of recorders", path) from None
    try:
        return data.decode("utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


@dataclass(frozen=True)
class _Rows:
    """The rows of a spreadsheet, each a mapping by the names of its columns."""

    path: Path
    text: str

    def __iter__(self) -> Iterator[tuple[int, Mapping[str, str]]]:
        head = "".join(self.text.splitlines()[:2])
        between = max(",;\t", key=head.count)
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=between, strict=True)
        try:
            first = next(reader, [])
            if "".join(first).strip().lower().startswith("sep="):  # by which a spreadsheet notes what is between the cells
                first = next(reader, [])
            columns = self._columns(first, reader.line_num)
            for row in reader:
                cells = [cell.strip() for cell in row]
                if any(cells) and not cells[0].startswith("#"):
                    yield reader.line_num, self._row(columns, cells, reader.line_num)
        except csv.Error as problem:
            raise InvalidFile(f"is not CSV here ({problem}); save it again as CSV", self.path, reader.line_num) from None

    def _columns(self, head: list[str], line: int) -> list[str]:
        columns = []
        for number, cell in enumerate(head, 1):
            word = cell.strip().lower()
            name = _OTHER_NAMES.get(word, word)
            if name.startswith("#"):
                name = ""
            if name and name not in _COLUMNS:
                known = f"the columns are {', '.join(_COLUMNS)}; a column whose name begins with # is left out"
                raise self._fault(line, f"column {number}", f'"{cell.strip()}" is not known; {known}')
            if name and name in columns:
                raise self._fault(line, f"column {number}", f"there are two columns {name}; remove one")
            columns.append(name)
        if "address" not in columns:
            raise self._fault(
                1, "", f"the first line must name the columns, with address among them; known are {', '.join(_COLUMNS)}"
            )
        return columns

    def _row(self, columns: list[str], cells: list[str], line: int) -> Mapping[str, str]:
        if any(cells[len(columns) :]):
            raise self._fault(line, f"column {len(columns) + 1}", "has no name in the first line; put text with commas in quotes")
        return {name: cell for name, cell in zip(columns, cells, strict=False) if name and cell}

    def device(self, line: int, row: Mapping[str, str]) -> Device:
        """The recorder of a row."""
        url = row.get("address", "")
        try:
            place = place_of(url)
        except WrongCall as problem:
            raise self._fault(line, "address", str(problem) if url else "is empty; every recorder needs one") from None
        user = row.get("user") or "admin"
        tags = frozenset(row.get("tags", "").replace(",", " ").replace(";", " ").split())
        password = self._reference(line, row["password"], user) if row.get("password") else None
        name = row.get("name") or place.netloc
        if not name.isprintable():
            raise self._fault(line, "name", "holds a character that cannot be printed; remove it")
        return Device(name, url, user, password, row.get("site", ""), row.get("firmware", ""), tags)

    def _reference(self, line: int, cell: str, user: str) -> PasswordReference:
        kind, colon, where = cell.partition(":")
        if not colon or not is_reference(kind, where.strip()):
            raise self._fault(
                line, "password", "say where the password is: env:NAME, keyring:SERVICE, file:PATH or command:…; never itself"
            )
        return PasswordReference(kind, where.strip(), self.path.absolute().parent, user)

    def _fault(self, line: int, column: str, what: str) -> InvalidFile:
        return InvalidFile(what, self.path, line, column or None)
