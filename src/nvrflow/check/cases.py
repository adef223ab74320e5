"""The verdicts of a check as JUnit XML, with one test case for each element, for continuous integration."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

from nvrflow.report.junit import suite_properties
from nvrflow.report.plain import one_line, plain


def as_cases(document: dict[str, Any], strict: bool = False) -> str:
    """`document` (report.json of a check) as JUnit XML.

    Missing is a failure. Drift passes with a property that says so, and fails with `strict`. Not reachable is an error if a
    missing element is the cause, else it is skipped, as is what the device does not have. A run that ended early has a case
    called `run`.
    """
    elements = document.get("elements", [])
    missing = {one["element"] for one in elements if one["verdict"] == "missing"}
    top = ET.Element("testsuites", {"name": "nvrflow"})
    suite = ET.SubElement(
        top, "testsuite", {"name": one_line(f"check {document['recorder']}"), "time": f"{document['seconds']:.3f}"}
    )
    if document["started"]:
        suite.set("timestamp", one_line(document["started"]))
    suite_properties(suite, document)
    for one in elements:
        case = ET.SubElement(suite, "testcase", {"classname": one_line(f"check.{one['element'].partition('.')[0]}")})
        case.attrib |= {"name": one_line(one["element"]), "time": "0.000"}
        _result(case, one, missing, strict)
    error = document["error"]
    if error and not suite.findall(".//failure"):
        case = ET.SubElement(suite, "testcase", {"classname": "check", "name": "run", "time": "0.000"})
        ET.SubElement(case, "error", {"type": one_line(error["kind"]), "message": one_line(error["message"])})
    counted = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    for name, tag in counted.items():
        number = str(len(suite.findall(f".//{tag}")))
        suite.set(name, number)
        top.set(name, number)
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, encoding="unicode") + "\n"


def _result(case: ET.Element, one: dict[str, Any], missing: set[str], strict: bool) -> None:
    verdict, reason = one["verdict"], one["reason"] or ""
    if verdict == "drift":
        properties = ET.SubElement(case, "properties")
        ET.SubElement(properties, "property", {"name": "drift", "value": one_line(one["proposal"] or one["locator"] or "")})
    if verdict == "missing" or (verdict == "drift" and strict):
        failure = ET.SubElement(case, "failure", {"type": verdict, "message": one_line(f"{one['element']}: {reason}")})
        failure.text = plain("\n".join(_details(one)))
    elif verdict == "not-reachable" and one["cause"] in missing:
        ET.SubElement(case, "error", {"type": verdict, "message": one_line(f"behind {one['cause']}, which is missing")})
    elif verdict in ("not-reachable", "not-applicable"):
        ET.SubElement(case, "skipped", {"message": one_line(reason or verdict)})
    if one["locator"]:
        ET.SubElement(case, "system-out").text = one_line(f"found by {one['locator']}")


def _details(one: dict[str, Any]) -> list[str]:
    told = [one["reason"] or ""]
    told += [f"change: {one['proposal']}"] if one["proposal"] else []
    for each in one["candidates"]:
        told.append(f"candidate {each['score']:.2f}: {each['role']} {each['name']!r}: {', '.join(each['why'])}")
    return told
