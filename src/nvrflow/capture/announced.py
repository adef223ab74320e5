"""Private values that the signs around them announce: a name in an address, an attribute or JSON, `S/N:`, a sign-in in a URL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nvrflow.capture.meanings import EVERYBODYS, SECRETS, Kind, is_secret, is_worth, meaning

_SCHEME = r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,12}(?::|%3A)(?:(?:\\?/|%2F){2})"
_SIGNED_IN = re.compile(
    rf"{_SCHEME}(?P<user>[^\s/\\?#:@\"'<>%&]+)(?:(?::|%3A)(?P<password>[^\s/\\?#\"'<>]{{1,200}}))?(?:@|%40)(?=[\w\[])", re.I
)
_QUOTE = r"(?:\\*[\"']|&quot;|&\#3[49];|%22)"
_NAMED = re.compile(  # a value may hold further names, so only the name is taken, and what follows is looked at
    rf"(?P<name>[A-Za-z_][\w.-]{{1,60}}+)(?=(?P<q>{_QUOTE})\s*:\s*(?P<q2>{_QUOTE})(?P<json>.{{1,4000}}?)(?P=q2)"
    r"|\s*=\s*\"(?P<double>[^\"]{1,4000})\"|\s*=\s*'(?P<single>[^']{1,4000})'"
    r"|(?:=|%3D)(?P<bare>(?:(?!%26)[^\s&;,\"'<>|)}\]\\#]){1,4000}))",
)
_SERIAL = re.compile(
    r"(?<![A-Za-z])(?:S/N|SN|Serial(?:\s*(?:No|Nr|Num(?:ber)?))?|Seriennummer|Serien-?Nr"
    r"|N[uú]mero\ de\ serie|N[.º°]*\ de\ serie|序列号"
    r"|Device\s*(?:ID|SN)|Ger[aä]te-?ID|设备ID)\.?(?P<colon>\s*[:：#=])?(?:\s|&nbsp;|<[^<>]{0,200}>){0,8}(?P<colon2>[:：#=]\s*)?"
    r"(?P<serial>(?=[\w/-]*\d)[A-Za-z0-9][A-Za-z0-9/_-]{4,})(?![\w/-])",
    re.X | re.I,
)
_TAG = re.compile(
    r"<(?:input|meta|param|option|textarea|data)((?:\s++[^\s=<>\"']++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>]++))?+)++)",
    re.I,
)
_ATTRIBUTE = re.compile(r"([^\s=<>\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))")
_NO_TEXT = ("checkbox", "radio", "button", "submit", "reset", "image", "file")
_NAMES = ("name", "id", "property", "placeholder", "aria-label", "title")
_NOTHING = EVERYBODYS | {"text", "number", "boolean", "object", "yes", "no", "on", "off", "enabled", "disabled", "password"}
_EXPRESSION = re.compile(r"[{}()$<>]")


@dataclass(frozen=True)
class Spot:
    """A place in a text that holds private data: from `start` to before `end`.

    `only_here`: it is too short or too common to be looked for elsewhere.
    """

    start: int
    end: int
    kind: Kind
    text: str
    only_here: bool = False


def signed_in(text: str) -> Iterator[Spot]:
    """User and password in addresses such as `rtsp://user:password@host`."""
    for match in _SIGNED_IN.finditer(text):
        for kind in ("user", "password"):
            value = match[kind]
            if value and not _is_nothing(value):
                short = kind == "password" and (len(value) < 6 or value.isdigit())
                yield Spot(*match.span(kind), "password" if kind == "password" else "user", value, short)


def announced(text: str) -> Iterator[Spot]:
    """Every value in `text` that a name or word before it announces, in any order."""
    yield from signed_in(text)
    yield from _named(text)
    yield from _in_fields(text)
    for match in _SERIAL.finditer(text):
        value, is_said = match["serial"], bool(match["colon"] or match["colon2"])
        is_like_one = value.isdigit() is False or len(value) > 5
        if is_like_one and (value.isupper() or value.isdigit() or (is_said and len(value) > 6)):
            yield Spot(*match.span("serial"), "serial", value)


def _named(text: str) -> Iterator[Spot]:
    """Values of names in queries, attributes and JSON."""
    for match in _NAMED.finditer(text):
        name = match["name"].removeprefix("data-").removeprefix("cap-")
        kind = meaning(name)
        if kind is None or (kind == "name" and "." in name):
            continue
        form = next(form for form in ("json", "double", "single", "bare") if match[form] is not None)
        value = match[form]
        if is_worth(kind, value) and not _is_nothing(value) and not _says_its_name(value, name) and not _is_word(kind, value):
            yield Spot(*match.span(form), kind, value)


def _in_fields(text: str) -> Iterator[Spot]:
    """Values of hidden and other fields, and of `meta`, by their names."""
    for tag in _TAG.finditer(text):
        found = {match[1].lower(): match for match in _ATTRIBUTE.finditer(tag[1])}
        value = found.get("value") or found.get("content")
        if value is None or (found.get("type") and _text_of(found["type"]).lower() in _NO_TEXT):
            continue
        said, names = _text_of(value), [_text_of(found[name]) for name in _NAMES if name in found]
        kind = next((kind for name in names if (kind := meaning(name))), None)
        if kind not in SECRETS and any(map(is_secret, names)):
            kind = "password"
        if kind is None or _is_nothing(said) or (kind not in SECRETS and not is_worth(kind, said)):
            continue
        at = tag.start(1) + next(value.start(group) for group in (2, 3, 4) if value[group] is not None)
        yield Spot(at, at + len(said), kind, said, kind in SECRETS and (not is_worth(kind, said) or _is_word(kind, said)))


def _text_of(attribute: re.Match[str]) -> str:
    return next(attribute[group] for group in (2, 3, 4) if attribute[group] is not None)


def _is_nothing(value: str) -> bool:
    """Whether it is only asterisks, a number of one digit, a word of everybody's, or what a program puts in later."""
    bare = value.strip().casefold()
    return len(bare) < 2 or bare in _NOTHING or not any(map(str.isalnum, bare)) or _EXPRESSION.search(value) is not None


def _says_its_name(value: str, name: str) -> bool:
    """Whether the value is the name in other words, as in a dictionary."""

    def plain(text: str) -> str:
        return re.sub(r"[\W_]", "", text).casefold()

    return plain(value) in plain(name) or plain(name) == plain(value)


def _is_word(kind: Kind, value: str) -> bool:
    """Whether something under the name of a secret is a word or a sentence: a dictionary has them under such names."""
    return kind in (*SECRETS, "user", "host") and (
        " " in value.strip() or re.fullmatch(r"[^\W\d_]?[^\W\d_A-Z]*", value) is not None
    )
