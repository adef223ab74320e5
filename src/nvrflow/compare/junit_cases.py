"""A comparison as JUnit XML: one test case for each difference, which fails as `--fail-on` says."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from nvrflow.compare.comparison import Comparison
from nvrflow.compare.difference import Difference
from nvrflow.compare.sentence import consequence_of, sentence
from nvrflow.report.plain import one_line, plain


def as_junit(comparison: Comparison, fail_on: str) -> str:
    """JUnit XML. Without a difference there is one case, which passes; accepted ones are skipped."""
    failing = [one for one in comparison.differences if one.is_as_bad_as(fail_on)]
    cases = len(comparison.differences) + len(comparison.accepted) or 1
    counts = {
        "tests": str(cases),
        "failures": str(len(failing)),
        "errors": "0",
        "skipped": str(len(comparison.accepted)),
        "time": "0",
    }
    top = ET.Element("testsuites", {"name": "nvrflow compare", **counts})
    suite = ET.SubElement(top, "testsuite", {"name": one_line(f"{comparison.a.name} {comparison.b.name}"), **counts})
    properties = ET.SubElement(suite, "properties")
    for side, name in ((comparison.a, "a"), (comparison.b, "b")):
        for key, value in {"name": side.name, "firmware": side.firmware, "version": side.version, "when": side.when}.items():
            ET.SubElement(properties, "property", {"name": f"{name}.{key}", "value": one_line(value or "")})
    for one in comparison.differences:
        case = _case(suite, one)
        if one in failing:
            failure = ET.SubElement(case, "failure", {"type": one.consequence, "message": one_line(sentence(one))})
            failure.text = plain("\n".join(filter(None, (sentence(one), consequence_of(one), one.note))))
    for one in comparison.accepted:
        ET.SubElement(_case(suite, one), "skipped", {"message": "accepted"})
    if not len(suite.findall("testcase")):
        ET.SubElement(suite, "testcase", {"classname": "compare", "name": "nothing has changed", "time": "0"})
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, encoding="unicode") + "\n"


def _case(suite: ET.Element, one: Difference) -> ET.Element:
    classname = f"compare.{one.kind}.{one.where.partition(':')[0]}"
    case = ET.SubElement(
        suite, "testcase", {"classname": one_line(classname), "name": f"{one_line(sentence(one))} ({one.id})", "time": "0"}
    )
    properties = ET.SubElement(case, "properties")
    for name, value in (("consequence", one.consequence), ("change", one.change), ("flows", ", ".join(one.flows))):
        ET.SubElement(properties, "property", {"name": name, "value": one_line(value)})
    return case
