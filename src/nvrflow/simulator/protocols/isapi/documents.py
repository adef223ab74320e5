"""The XML answers of this family: documents, and the words for success and refusal (docs/firmwares.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from starlette.responses import Response

from nvrflow.simulator.protocols.lapi.answers import LOCKED, NOT_INITIALISED, TOO_MANY_USERS, Answer

_NAMESPACE = "http://www.isapi.org/ver20/XMLSchema"
_STATUS = {LOCKED: 401, NOT_INITIALISED: 403, TOO_MANY_USERS: 503}
Content = Mapping[str, Any]


def document(root: str, content: Content, status: int = 200) -> Response:
    """An XML document: a mapping is an element with children, a list several elements of one name, anything else text."""
    top = ElementTree.Element(root, version="2.0", xmlns=_NAMESPACE)
    _fill(top, content)
    return Response(ElementTree.tostring(top, "utf-8", xml_declaration=True), status, media_type="application/xml")


def said(path: str, sub_status: str = "ok") -> Response:
    """A ResponseStatus: `ok` with status 200, any other subStatusCode with 403, `badXmlContent` with 400."""
    if sub_status == "ok":
        return document("ResponseStatus", _said(path, 1, "OK", sub_status))
    if sub_status == "badXmlContent":
        return document("ResponseStatus", _said(path, 6, "Invalid XML Content", sub_status), 400)
    return document("ResponseStatus", _said(path, 4, "Invalid Operation", sub_status), 403)


def judgement(root: str, told: Answer, risky: bool, session: str | None = None) -> Response:
    """The result of a sign-in: 200; 401 with the tries that are left, or the seconds of the lock; 403 not activated; 503 full."""
    code, words, data = told
    status = 200 if code == 0 else _STATUS.get(code, 401)
    facts = {
        "statusValue": status,
        "statusString": "OK" if code == 0 else words,
        "isRiskPassword": risky,
        "isActivated": code != NOT_INITIALISED,
        "lockStatus": "lock" if code == LOCKED else "unlock",
        "unlockTime": data.get("LockSeconds", 0),
        "retryLoginTime": data.get("RemainTimes", ""),
    }
    return document(root, {**facts, "sessionID": session} if session else facts, status)


def read(body: bytes) -> dict[str, str] | None:
    """The texts of an XML document by the names of their elements, without namespaces; None if it is not XML."""
    try:
        return _texts(ElementTree.fromstring(body))
    except ElementTree.ParseError:
        return None


def rows(body: bytes, name: str) -> list[dict[str, str]] | None:
    """The texts of each element with that name in the document, each by the names within it."""
    try:
        top = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        return None
    return [_texts(element) for element in top.iter() if _name(element) == name]


def _texts(top: ElementTree.Element) -> dict[str, str]:
    return {_name(element): (element.text or "").strip() for element in top.iter()}


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _said(path: str, code: int, words: str, sub_status: str) -> Content:
    return {"requestURL": path, "statusCode": code, "statusString": words, "subStatusCode": sub_status}


def _fill(element: ElementTree.Element, content: Content) -> None:
    for name, value in content.items():
        for one in value if isinstance(value, list) else [value]:
            child = ElementTree.SubElement(element, name)
            if isinstance(one, Mapping):
                _fill(child, one)
            else:
                child.text = str(one).lower() if isinstance(one, bool) else str(one)
