"""The JSON Schema of selector files, for editors: completion, and a mistake underlined while it is typed."""

from __future__ import annotations

import json
from typing import Any

from nvrflow.firmware.model import SelectorFile


def schema() -> dict[str, Any]:
    """The schema, in the draft that editors' YAML support understands best (draft-07: no tuples)."""
    made = SelectorFile.model_json_schema(mode="validation")
    made.pop("title", None)
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "nvrflow selector file", **_nullable(made)}


def schema_text() -> str:
    """The schema as text, as `selectors/schema.json` holds it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _nullable(made: dict[str, Any]) -> dict[str, Any]:
    """A file that extends another may set any key to null, and leave any out but `vendor`; the loader sees to the rest."""
    return {**_partial(made), "required": ["vendor"]}


def _partial(part: Any) -> Any:
    if isinstance(part, list):
        return [_partial(one) for one in part]
    if not isinstance(part, dict):
        return part
    made = {key: _partial(value) for key, value in part.items() if key != "required"}
    if isinstance(made.get("properties"), dict):
        made["properties"] = {name: _or_null(one) for name, one in made["properties"].items()}
    if isinstance(made.get("additionalProperties"), dict):
        made["additionalProperties"] = _or_null(made["additionalProperties"])
    return made


def _or_null(one: dict[str, Any]) -> dict[str, Any]:
    options = one.get("anyOf", [])
    if {"type": "null"} in options:
        return one
    said: dict[str, Any] = {key: one[key] for key in ("description", "title", "default") if key in one}
    bare = {key: value for key, value in one.items() if key not in said}
    return {**said, "anyOf": [*(options or [bare]), {"type": "null"}]}
