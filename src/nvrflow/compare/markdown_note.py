"""A comparison as Markdown, for a merge request or the summary of a pipeline."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nvrflow.compare.comparison import Comparison
from nvrflow.compare.difference import CONSEQUENCES, Difference
from nvrflow.compare.sentence import consequence_of, sentence
from nvrflow.compare.summary_lines import counted, described

_HEADINGS = {"breaking": "Breaks", "drift": "Drifts or gets worse", "none": "To know"}
_SPECIAL = re.compile(r"([\\`*_\[\]|<>#])")


def as_markdown(comparison: Comparison) -> str:
    """The whole comparison: a table for each consequence, and the proposed patch."""
    a, b = escaped(described(comparison.a)), escaped(described(comparison.b))
    lines = [f"## {a} → {b}", "", f"**{escaped(counted(comparison))}**", ""]
    lines += [line for said in comparison.first for line in (f"> {escaped(said)}", "")]
    for consequence in CONSEQUENCES:
        found = [one for one in comparison.differences if one.consequence == consequence]
        if found:
            lines += [
                f"### {_HEADINGS[consequence]}",
                "",
                "| what | where | before | after | means | id |",
                "| --- | --- | --- | --- | --- | --- |",
            ]
            lines += [_row(one) for one in found] + [""]
    if comparison.accepted:
        lines += [
            "<details><summary>accepted</summary>",
            "",
            *(f"- {escaped(sentence(one))} `{one.id}`" for one in comparison.accepted),
        ]
        lines += ["", "</details>", ""]
    if comparison.patch:
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", comparison.patch)), default=0))
        lines += ["### Proposed patch", "", f"{fence}diff", comparison.patch.rstrip("\n"), fence, ""]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """`text` as it is, in one line, where Markdown or HTML would read something else into it."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("\\<", "&lt;").replace("\\>", "&gt;")


def _row(one: Difference) -> str:
    means = consequence_of(one) + (f" ({one.note})" if one.note else "")
    cells = (sentence(one), one.where, _value(one.before), _value(one.after), means)
    return "| " + " | ".join(escaped(cell) for cell in cells) + f" | `{one.id}` |"


def _value(value: str | Mapping[str, str] | None) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{language}: {words}" for language, words in value.items())
    return value or ""
