"""The run as JUnit XML, with one test case for each step, for continuous integration."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from typing import Any

from nvrflow.report.client import trusted_by
from nvrflow.report.plain import one_line, plain

_WORDS = {True: "true", False: "false", None: ""}


def as_junit(document: dict[str, Any]) -> str:
    """`document` (report.json) as JUnit XML; characters that XML forbids are left out.

    A chapter is a class, a step a test case; a step that `--check` held back is skipped. An error that belongs to no step gets a
    test case of its own, called `run`.
    """
    steps, error = document["steps"], document["error"]
    failing = error["step"] if error else None
    lone = bool(error) and failing not in [step["id"] for step in steps]
    counts = {
        "tests": str(len(steps) + lone),
        "failures": str(int(bool(error))),
        "errors": "0",
        "skipped": str(sum(step["outcome"] == "would" and step["id"] != failing for step in steps)),
        "time": f"{document['seconds']:.3f}",
    }
    top = ET.Element("testsuites", {"name": "nvrflow", **counts})
    suite = ET.SubElement(top, "testsuite", {"name": one_line(f"{document['flow']} {document['recorder']}"), **counts})
    if document["started"]:
        suite.set("timestamp", one_line(document["started"]))
    suite_properties(suite, document)
    names = _names(document["flow"], steps)
    for step, (classname, name) in zip(steps, names, strict=True):
        case = ET.SubElement(suite, "testcase", {"classname": classname, "name": name, "time": f"{step['seconds']:.3f}"})
        _result(case, step, error if step["id"] == failing else None)
    if lone:
        case = ET.SubElement(suite, "testcase", {"classname": one_line(document["flow"]), "name": "run", "time": "0.000"})
        _failure(case, error)
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, encoding="unicode") + "\n"


def suite_properties(suite: ET.Element, document: dict[str, Any]) -> None:
    """What the run was about, for a report over many recorders and firmwares."""
    https, firmware = document["https"] or {}, document["firmware"] or {}
    known = {
        "nvrflow": document["nvrflow"],
        "recorder": document["recorder"],
        "firmware": firmware.get("name"),
        "model": firmware.get("model"),
        "version": firmware.get("version"),
        "language": document["language"],
        "outcome": document["outcome"],
        "drift": len(document["drift"]),
        "https.tls": https.get("tls"),
        "https.trusted": _WORDS[https.get("trusted")],
        "https.clients": trusted_by(https) if https.get("after") else "",
    }
    properties = ET.SubElement(suite, "properties")
    for name, value in known.items():
        ET.SubElement(properties, "property", {"name": name, "value": one_line(str("" if value is None else value))})


def _names(flow: str, steps: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Class and name of each step's test case; steps with one title in one chapter get their ids in brackets.

    Programs that read JUnit take two cases with one name for two tries of one test.
    """
    pairs = [(one_line(".".join(filter(None, (flow, step["chapter"])))), one_line(step["title"])) for step in steps]
    often = Counter(pairs)
    return [
        (chapter, f"{title} ({one_line(step['id'])})" if often[chapter, title] > 1 else title)
        for step, (chapter, title) in zip(steps, pairs, strict=True)
    ]


def _result(case: ET.Element, step: dict[str, Any], error: dict[str, Any] | None) -> None:
    """Write the result of a step and its facts, with its picture where programs look for attachments."""
    if error:
        _failure(case, error)
    elif step["outcome"] == "would":
        ET.SubElement(case, "skipped", {"message": "held back by --check"})
    said = {
        "id": step["id"],
        "effect": step["effect"],
        "element": step["element"],
        "found by": step["locator"] + (" (drift: not the first locator)" if step["fallback"] else ""),
        "note": step["note"],
        "outcome": "failed; the flow went on" if step["outcome"] == "failed" and not error else "",
    }
    lines = [f"{name}: {one_line(value)}" for name, value in said.items() if value]
    lines += [f"[[ATTACHMENT|{step[one]}]]" for one in ("screenshot", "failure") if step[one]]
    ET.SubElement(case, "system-out").text = "\n".join(lines)


def _failure(case: ET.Element, error: dict[str, Any]) -> None:
    failure = ET.SubElement(case, "failure", {"type": error["kind"], "message": one_line(error["message"])})
    failure.text = plain(error["message"])
