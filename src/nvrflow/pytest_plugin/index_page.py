"""The page `nvrflow-report/index.html`: what failed on recorders in one test run, and what passed by a fallback.

`summary.md` beside it says the same in short, for the page of a CI job.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any
from urllib.parse import quote

_STYLE = """body { font: 16px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c2733 }
h1 { font-size: 1.5rem } h2 { font-size: 1.05rem; margin: 0 0 .3rem; overflow-wrap: anywhere }
article { border: 1px solid #cfd6de; border-left: .4rem solid #b3261e; border-radius: .3rem; padding: 1rem; margin: 1rem 0 }
article.drift, article.known { border-left-color: #9a6700 }
img { max-width: 100%; border: 1px solid #cfd6de } pre { white-space: pre-wrap; overflow-wrap: anywhere }
.kind { font-weight: 700 } a { color: #0b57d0 }"""


def page_of(results: Iterable[dict[str, Any]], when: str) -> str:
    """The page; every result has `test`, `headline`, `message`, `files` (kind and path relative to the page) and `drift`.

    `recorder` is the address of the recorder, and `excused` the ticket of the known fault that explains the failure.
    """
    told = list(results)
    failed, known, drifted = _sorted(told)
    body = "".join(map(_failed, [*failed, *known])) + "".join(map(_drifted, drifted))
    title = _title(failed, known, drifted)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>nvrflow: {title}</title><style>{_STYLE}</style>"
        f"<h1>Tests on recorders: {title}</h1><p>{escape(when)}</p>{body}</html>\n"
    )


Results = list[dict[str, Any]]


def _sorted(told: Results) -> tuple[Results, Results, Results]:
    """What failed, what failed by a known fault, and what met drift."""
    failed = [one for one in told if one["headline"] and not one.get("excused")]
    return failed, [one for one in told if one.get("excused")], [one for one in told if one["drift"]]


def _title(failed: Results, known: Results, drifted: Results) -> str:
    return ", ".join([f"{len(failed)} failed", *([f"{len(known)} known"] if known else []), f"{len(drifted)} with drift"])


def _failed(one: dict[str, Any]) -> str:
    links = " · ".join(f'<a href="{quote(path)}">{escape(kind)}</a>' for kind, path in one["files"])
    picture = next((path for kind, path in one["files"] if kind == "picture"), None)
    image = f'<a href="{quote(picture)}"><img src="{quote(picture)}" alt="The screen after the failure"></a>' if picture else ""
    known = f'<p class="kind">known: {escape(one["excused"])}</p>' if one.get("excused") else ""
    return (
        f"<article{' class=known' if known else ''}><h2>{escape(one['test'])}</h2>{known}"
        f'<p class="kind">{escape(one["headline"])}</p><p>{escape(one.get("recorder", ""))}</p>'
        f"<pre>{escape(one['message'])}</pre><p>{links}</p>{image}</article>"
    )


def _drifted(one: dict[str, Any]) -> str:
    lines = "".join(f"<li>{escape(proposal)}</li>" for proposal in one["drift"])
    return (
        f'<article class="drift"><h2>{escape(one["test"])}</h2><p class="kind">passed by a fallback</p><ul>{lines}</ul></article>'
    )


def summary_of(results: Iterable[dict[str, Any]]) -> str:
    """The summary in Markdown: a table of the failures, known faults last, then what passed by a fallback."""
    failed, known, drifted = _sorted(list(results))
    lines = [f"## Tests on recorders: {_title(failed, known, drifted)}", ""]
    if failed or known:
        lines += ["| failure | test | what happened | files |", "| --- | --- | --- | --- |"]
    for one in [*failed, *known]:
        first = one["message"].strip().splitlines()[0] if one["message"].strip() else ""
        files = " ".join(f"[{kind}]({quote(path)})" for kind, path in one["files"])
        ticket = f"known: {_cell(one['excused'])}: " if one.get("excused") else ""
        lines.append(f"| {ticket}**{_cell(one['headline'])}** | {_cell(one['test'])} | {_cell(first)} | {files} |")
    if drifted:
        lines += ["", "Found by a fallback:", "", *sorted({f"- {_plain(line)}" for one in drifted for line in one["drift"]})]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*<>\[\]])", r"\\\1", " ".join(text.split()))
