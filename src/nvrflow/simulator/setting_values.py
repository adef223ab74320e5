"""The settings of simulated recorders in words: the values that each may have, and its value for one recorder."""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo

from nvrflow.simulator.recorder_settings import FINDINGS, Settings

_WORDS = {str: "text", int: "whole number", float: "number"}


def listed(settings: Settings, languages: list[str], differences: list[str]) -> list[tuple[str, str, str]]:
    """Every setting: NAME=VALUE as in `settings`, the values that it may have, and what it means.

    `languages` are the languages of the recorder's pages, `differences` those that its recorder.yaml has.
    """
    names = {
        "language": languages,
        "languages": languages,
        "differences": differences,
        "also_abnormal": [name for rows in FINDINGS.values() for name in rows],
    }
    return [
        (f"{name}={_written(getattr(settings, name))}", allowed(field, names.get(name)), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def allowed(field: FieldInfo, names: list[str] | None = None) -> str:
    """The values for a command line: `true | false`, `a | b`, `whole number, 1 or more`, or some of `names`."""
    kind = field.annotation
    if get_origin(kind) is list:
        (part,) = get_args(kind)
        return f"any of {' | '.join(names)}; commas between them" if names else f"{_bounded(part)}; commas between several"
    return " | ".join(names) if names else _bounded(kind, *field.metadata)


def _bounded(kind: Any, *constraints: Any) -> str:
    if get_origin(kind) is Annotated:
        kind, *more = get_args(kind)
        constraints = (*constraints, *more)
    bounds = map(_bound, constraints)
    return ", ".join([_words(kind), *(bound for bound in bounds if bound)])


def _words(kind: Any) -> str:
    if kind is bool:
        return "true | false"
    if get_origin(kind) is Literal:
        return " | ".join(map(str, get_args(kind)))
    if get_origin(kind) in (Union, UnionType):
        return _words(next(one for one in get_args(kind) if one is not type(None)))
    return _WORDS[kind]


def _bound(constraint: Any) -> str:
    if isinstance(constraint, FieldInfo):  # a named type, such as Port
        return ", ".join(filter(None, map(_bound, constraint.metadata)))
    if isinstance(constraint, Ge):
        return f"{constraint.ge} or more"
    if isinstance(constraint, Gt):
        return f"more than {constraint.gt}"
    return f"up to {constraint.le}" if isinstance(constraint, Le) else ""


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(str, value))
    return "" if value is None else str(value)
