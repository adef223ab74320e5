"""A change in the text of a YAML file: only the lines that it is about change; comments, anchors and order stay as they are.

A file that is read and written again as a whole comes out in another layout. So the parser only says where something stands,
and the change is made in the text itself.
"""

from __future__ import annotations

import io
import json
import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from nvrflow.errors import WrongCall
from nvrflow.firmware.parts import Where

_PLAIN = re.compile(r"[A-Za-z_$./\u00c0-\uffef][^\x00-\x1f:#,\[\]{}&*!|>'\"%@`\\]*", re.S)
_OTHERWISE = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~", ""}


def scalar(word: str) -> str:
    """A text as YAML says it: bare if every reader of YAML takes it for a text, else in double quotes."""
    bare = _PLAIN.fullmatch(word) and word == word.strip() and word.casefold() not in _OTHERWISE
    return word if bare else json.dumps(word, ensure_ascii=False)


def read_inline(text: str) -> dict[str, Any]:
    """A mapping in one line of YAML, such as a locator. Raises WrongCall for anything else."""
    try:
        node = YAML(pure=True).compose(io.StringIO(text))
    except YAMLError:
        node = None
    if not isinstance(node, MappingNode):
        raise WrongCall(f"{text}: is not a locator; write it like {{role: button, name: OK}}, role=button name=OK, or CSS")
    return {str(key): value for key, value in _data(node).items()}


def _data(node: Any) -> Any:
    if isinstance(node, MappingNode):
        return {key.value: _data(value) for key, value in node.value}
    return [_data(one) for one in node.value] if isinstance(node, SequenceNode) else node.value


class YamlText:
    """The text of one YAML file, and where its parts stand. Each change gives the new text, or None if it cannot be made."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._root = YAML(pure=True).compose(io.StringIO(text))

    def place(self, where: Where) -> int:
        """Where the locators of an element begin in the text; -1 if there are none."""
        found = self._locators(where)
        return found.start_mark.index if found is not None else -1

    def node(self, where: Where) -> Any:
        """The node at `where`, or None; an alias leads to the node that it names."""
        node: Any = self._root
        for part in where:
            if isinstance(node, MappingNode):
                node = next((value for key, value in node.value if key.value == str(part)), None)
            elif isinstance(node, SequenceNode) and isinstance(part, int):
                node = node.value[part] if part < len(node.value) else None
            else:
                return None
        return node

    def add_word(self, name: str, language: str, word: str) -> str | None:
        """One more word of the text `name` in a language: beside those that are there, or as the first."""
        words, text, texts = (self.node(where) for where in (("texts", name, language), ("texts", name), ("texts",)))
        if isinstance(words, ScalarNode):
            if words.value == word:
                return self.text
            start, end = words.start_mark.index, self._end(words)
            return self._with(start, end, f"[{self.text[start:end]}, {scalar(word)}]")
        if isinstance(words, SequenceNode):
            return self.text if word in [one.value for one in words.value] else self._append(words, scalar(word))
        if isinstance(text, MappingNode):
            return self._add_key(text, language, scalar(word))
        if isinstance(texts, MappingNode):
            return self._add_key(texts, name, f"{{{language}: {scalar(word)}}}")
        if texts is not None:
            return None
        return f"{self.text}{self._newline}texts:\n  {name}: {{{language}: {scalar(word)}}}\n"

    def put_first(self, where: Where, locator: dict[str, Any]) -> str | None:
        """A further locator in front of those at `where`: a list, or one alone."""
        found = self._locators(where)
        if not isinstance(found, SequenceNode | MappingNode) or not found.value:
            return None
        flow = inline(locator)
        if isinstance(found, MappingNode):
            start, end = found.start_mark.index, self._end(found)
            return self._with(start, end, f"[{flow}, {self.text[start:end] if found.flow_style else _flowing(found)}]")
        if found.flow_style:
            place = found.start_mark.index + 1
            return self._with(place, place, f"{flow}, ")
        start = self._dash(found.value[0])
        column, inner = start - self._line_start(start), found.value[0].start_mark.column
        lines = [flow] if found.value[0].flow_style else [f"{key}: {inline(value)}" for key, value in locator.items()]
        new = f"\n{' ' * inner}".join(lines)
        return self._with(start, start, f"- {' ' * (inner - column - 2)}{new}\n{' ' * column}")

    def move_first(self, where: Where, index: int) -> str | None:
        """The locator at `index` of those at `where` in front of the others."""
        found = self._locators(where)
        if not isinstance(found, SequenceNode) or not 0 < index < len(found.value):
            return None
        if found.flow_style:
            sources = [self.text[one.start_mark.index : self._end(one)] for one in found.value]
            moved = [sources[index], *sources[:index], *sources[index + 1 :]]
            return self._with(found.value[0].start_mark.index, self._end(found.value[-1]), ", ".join(moved))
        first = self._line_start(self._dash(found.value[0]))
        begin = self._line_start(self._dash(found.value[index]))
        end = self.text.find("\n", self._end(found.value[index]) - 1) + 1 or len(self.text)
        block = self.text[begin:end] if self.text[begin:end].endswith("\n") else self.text[begin:end] + "\n"
        return f"{self.text[:first]}{block}{self.text[first:begin]}{self.text[end:]}"

    def _locators(self, where: Where) -> Any:
        """The locators of an element, which is a list of them, or says them below `find`."""
        node = self.node(where)
        inner = self.node((*where, "find"))
        return inner if inner is not None else node

    def _with(self, start: int, end: int, new: str) -> str:
        return self.text[:start] + new + self.text[end:]

    def _append(self, words: Any, new: str) -> str:
        if words.flow_style:
            place = self._end(words) - 1
            return self._with(place, place, f", {new}" if words.value else new)
        place = self._end(words.value[-1])
        start = self._dash(words.value[-1])
        return self._with(place, place, f"\n{' ' * (start - self._line_start(start))}- {new}")

    def _add_key(self, mapping: Any, key: str, value: str) -> str:
        if mapping.flow_style:
            place = self._end(mapping) - 1
            return self._with(place, place, f", {key}: {value}" if mapping.value else f"{key}: {value}")
        last_key, last = mapping.value[-1]
        line = self.text.find("\n", max(self._end(last) - 1, last_key.start_mark.index))
        place = line + 1 if line >= 0 else len(self.text)
        return self._with(place, place, f"{'' if line >= 0 else chr(10)}{' ' * last_key.start_mark.column}{key}: {value}\n")

    @property
    def _newline(self) -> str:
        return "" if self.text.endswith("\n") or not self.text else "\n"

    def _end(self, node: Any) -> int:
        """Where the last character of a node stands, and one more; the parser's own end of a block lies in front of the next."""
        end: int = node.end_mark.index
        if not isinstance(node, ScalarNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        while end > node.start_mark.index and self.text[end - 1] in " \t\r\n":
            end -= 1
        return end

    def _dash(self, item: Node) -> int:
        """Where the dash in front of an item of a list in lines stands."""
        return self.text.rindex("-", 0, item.start_mark.index)

    def _line_start(self, place: int) -> int:
        return self.text.rfind("\n", 0, place) + 1


def inline(value: Any) -> str:
    """Plain data in one line of YAML; a list of one thing as the thing alone."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return inline(value[0]) if len(value) == 1 else "[" + ", ".join(map(inline, value)) + "]"
    return scalar(str(value))


def _flowing(node: Any) -> str:
    """A block as one line."""
    if isinstance(node, MappingNode):
        return "{" + ", ".join(f"{key.value}: {_flowing(value)}" for key, value in node.value) + "}"
    if isinstance(node, SequenceNode):
        return "[" + ", ".join(map(_flowing, node.value)) + "]"
    return scalar(str(node.value))
