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
    """The same as the file `selectors/schema.json` holds it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _nullable(made: dict[str, Any]) -> dict[str, Any]:
    """A file that extends another may set any key to null to remove it, and needs none of its own but `vendor`."""
    return {**made, "required": ["vendor"]}
