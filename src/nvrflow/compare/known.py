"""Differences that are known: accepted one by one with a reason, or ignored by rules; in YAML that is reviewed like code.

    accepted:
      - {id: 02b238cfa5, what: 'The button "Download" is disabled now', after: disabled, reason: agreed with the vendor}
    ignore:
      - {kind: time, reason: the laboratory's network is slow}
      - {page: https, name: Port}

The values of a rule may hold `*` and `?`; a rule fits where all of its keys do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, get_args

from nvrflow.compare.clue import Change, Kind
from nvrflow.compare.comparison import Comparison
from nvrflow.compare.difference import CONSEQUENCES, Difference
from nvrflow.compare.sentence import sentence
from nvrflow.content import Document, read_yaml
from nvrflow.errors import InvalidFile, WrongCall
from nvrflow.whole_file import write_whole

DEFAULT = "nvrflow-accepted.yaml"
_RULE = ("id", "kind", "change", "page", "name", "where", "consequence", "reason")
_WORDS = {"kind": get_args(Kind), "change": get_args(Change), "consequence": CONSEQUENCES}
_ACCEPTED = ("id", "what", "after", "reason", "when")


@dataclass(frozen=True)
class Known:
    """What files say of differences: the accepted ones by id, and rules for what is ignored."""

    accepted: Mapping[str, Mapping[str, Any]]
    ignore: Sequence[Mapping[str, str]]

    def applied(self, comparison: Comparison) -> Comparison:
        """The comparison without what is known. What was accepted with another value than it has now stays, with a note."""
        left, accepted, ignored = list[Difference](), list[Difference](), list[Difference]()
        for one in comparison.differences:
            entry = self.accepted.get(one.id)
            if entry is not None and str(entry.get("after", "")) == value_of(one):
                accepted.append(one)
            elif any(fits(rule, one) for rule in self.ignore):
                ignored.append(one)
            elif entry is not None:
                was = entry.get("after", "")
                left.append(replace(one, note=f'was accepted with the value "{was}", which has changed since; accept it again'))
            else:
                left.append(one)
        return replace(comparison, differences=tuple(left), accepted=tuple(accepted), ignored=tuple(ignored))


def known_from(files: Iterable[Path]) -> Known:
    """What `files` say together; a file that does not exist says nothing. Raises InvalidFile."""
    accepted, ignore = dict[str, Mapping[str, Any]](), list[Mapping[str, str]]()
    for file in files:
        if not file.is_file():
            continue
        document = read_yaml(file)
        accepted |= {str(one["id"]): one for one in _entries(document, "accepted", _ACCEPTED) if _has_id(document, one)}
        ignore += _entries(document, "ignore", _RULE)
    return Known(accepted, ignore)


def fits(rule: Mapping[str, str], difference: Difference) -> bool:
    """Whether the rule is about this difference."""
    told: dict[str, Sequence[str]] = {
        "id": [difference.id],
        "kind": [difference.kind],
        "change": [difference.change],
        "page": difference.pages or (difference.where,),
        "where": [difference.where],
        "name": [difference.name, difference.identity],
        "consequence": [difference.consequence],
    }
    wanted = [(key, str(value)) for key, value in rule.items() if key != "reason"]
    return bool(wanted) and all(any(fnmatchcase(one, value) for one in told[key]) for key, value in wanted)


def accept(file: Path, ids: Sequence[str], reason: str, comparison: Comparison, day: str) -> list[Difference]:
    """Write differences into the file of what is accepted, below what stands there; those that it has already stay as they are.

    Raises WrongCall for an id that the comparison does not have.
    """
    by_id = {one.id: one for one in (*comparison.differences, *comparison.accepted)}
    unknown = [one for one in ids if one not in by_id]
    if unknown:
        raise WrongCall(f"--accept {unknown[0]}: there is no such difference; the ids stand in the list of differences")
    there = known_from([file]).accepted
    chosen = [by_id[one] for one in ids if str(there.get(one, {}).get("after", None)) != value_of(by_id[one])]
    text = file.read_text(encoding="utf-8") if file.is_file() else _HEAD
    if "accepted:" not in text.splitlines():
        text = text.rstrip("\n") + "\naccepted:\n"
    write_whole(file, _inserted(text, "".join(_entry(one, reason, day) for one in chosen)).encode())
    return chosen


_HEAD = """# Differences between firmwares that were looked at and accepted; `nvrflow compare --accept ID --reason TEXT` adds one.
accepted:
"""


def _inserted(text: str, entries: str) -> str:
    """`text` with `entries` at the end of its list `accepted`."""
    lines = text.splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if line.rstrip() == "accepted:") + 1
    while at < len(lines) and (lines[at].startswith((" ", "#", "-")) or not lines[at].strip()):
        at += 1
    before = "".join(lines[:at])
    return before + ("" if before.endswith("\n") else "\n") + entries + "".join(lines[at:])


def _entry(difference: Difference, reason: str, day: str) -> str:
    """One entry; JSON's texts are YAML's, too."""
    facts = {"id": difference.id, "what": _where(difference), "after": value_of(difference), "reason": reason, "when": day}
    told = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in facts.items() if value or key == "after"]
    return "  - " + "\n    ".join(told) + "\n"


def _where(difference: Difference) -> str:
    return f"{sentence(difference)} ({difference.where})"


def value_of(difference: Difference) -> str:
    """What is accepted of a difference: its values now, without times, which are never twice the same."""
    if difference.kind == "time":
        return ""
    after = difference.after
    return ", ".join(f"{key}: {value}" for key, value in after.items()) if isinstance(after, Mapping) else after or ""


def _entries(document: Document, name: str, allowed: Sequence[str]) -> list[Mapping[str, str]]:
    """The list `name` of the file, each entry a mapping with no other keys than those allowed."""
    data = document.data
    unknown = sorted({*data} - {"accepted", "ignore"}) if isinstance(data, dict) else [""]
    if unknown:
        raise _wrong("has the keys `accepted` and `ignore`, each a list", document, unknown[0])
    entries = data.get(name) or []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _wrong("must be a list, and each item a mapping", document, name)
    for number, entry in enumerate(entries):
        wrong = next((key for key in entry if key not in allowed), None)
        if wrong is not None:
            raise _wrong(f"{wrong!r} is not a key here; there are {', '.join(allowed)}", document, name, number)
        if name == "ignore":
            _check_rule(entry, document, number)
    return entries


def _check_rule(rule: Mapping[str, Any], document: Document, number: int) -> None:
    """Raise InvalidFile for a rule that can fit nothing."""
    if not {*rule} - {"reason"}:
        raise _wrong("a rule needs something besides its `reason` that it fits", document, "ignore", number)
    for key, words in _WORDS.items():
        said = str(rule.get(key, "*"))
        if not any(fnmatchcase(one, said) for one in words):
            raise _wrong(f"no difference has the {key} {said!r}; there are {', '.join(words)}", document, "ignore", number)


def _wrong(what: str, document: Document, *place: str | int) -> InvalidFile:
    return InvalidFile(what, document.path, document.line(place), str(place[0]))


def _has_id(document: Document, entry: Mapping[str, Any]) -> bool:
    if "id" not in entry or not entry.get("reason"):
        raise _wrong("an accepted difference needs its `id` and a `reason`", document, "accepted")
    return True
