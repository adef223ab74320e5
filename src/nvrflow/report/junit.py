"""The run as JUnit XML: a test case a step, for the continuous integration of a QA team."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TERMINAL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


def as_junit(document: dict[str, Any]) -> str:
    """`document` (report.json) as JUnit XML; characters that XML forbids are left out."""
    steps, error = document["steps"], document["error"]
    failing = error["step"] if error else None
    lone = bool(error) and failing not in [step["id"] for step in steps]
    counts = {
        "tests": str(len(steps) + lone),
        "failures": str(int(bool(error))),
        "errors": "0",
        "skipped": str(sum(step["outcome"] == "would" for step in steps)),
        "time": f"{document['seconds']:.3f}",
    }
    top = ET.Element("testsuites", {"name": "nvrflow", **counts})
    suite = ET.SubElement(top, "testsuite", {"name": _clean(f"{document['flow']} {document['recorder']}"), **counts})
    if document["started"]:
        suite.set("timestamp", document["started"])
    properties = ET.SubElement(suite, "properties")
    firmware = (document["firmware"] or {}).get("name", "")
    known = {
        "recorder": document["recorder"],
        "firmware": firmware,
        "language": document["language"],
        "outcome": document["outcome"],
    }
    for name, value in {**known, "nvrflow": document["nvrflow"]}.items():
        ET.SubElement(properties, "property", {"name": name, "value": _clean(value or "")})
    for step in steps:
        _case(suite, document["flow"], step, error if step["id"] == failing else None)
    if lone:
        case = ET.SubElement(suite, "testcase", {"classname": _clean(document["flow"]), "name": "run", "time": "0"})
        _failure(case, error)
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, encoding="unicode") + "\n"


def _case(suite: ET.Element, flow: str, step: dict[str, Any], error: dict[str, Any] | None) -> None:
    classname = ".".join(filter(None, (flow, step["chapter"])))
    case = ET.SubElement(
        suite, "testcase", {"classname": _clean(classname), "name": _clean(step["title"]), "time": f"{step['seconds']:.3f}"}
    )
    if error:
        _failure(case, error)
    elif step["outcome"] == "would":
        ET.SubElement(case, "skipped", {"message": "held back by --check"})
    said = [f"id: {step['id']}", f"element: {step['element']}", f"locator: {step['locator']}", step["note"]]
    said += [f"[[ATTACHMENT|{step['screenshot']}]]"] if step["screenshot"] else []
    ET.SubElement(case, "system-out").text = _clean("\n".join(line for line in said if line and not line.endswith(": ")))


def _failure(case: ET.Element, error: dict[str, Any]) -> None:
    failure = ET.SubElement(case, "failure", {"type": error["kind"], "message": _clean(error["message"])})
    failure.text = _clean(error["message"])


def _clean(text: str) -> str:
    return _NOT_XML.sub("", _TERMINAL.sub("", text))
