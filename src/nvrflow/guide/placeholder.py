"""A guide with another address in place of the recorder's own: `--as http://192.0.2.10`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from nvrflow.address import Place, place_of
from nvrflow.guide.manual import Guide
from nvrflow.guide.source import Source
from nvrflow.guide.words import Sentence
from nvrflow.hostname import at_host

_STAYS = {"anchor", "step_id", "number", "language", "date", "video"}
_LEAST = 4  # letters; shorter names are parts of too many words


def with_placeholder(guide: Guide, source: Source) -> Guide:
    """`guide` with `source.placeholder`, if there is one, in place of the recorder's address and the names in its certificate."""
    if not source.placeholder:
        return guide
    changed: Guide = _mapped(guide, _change(source))
    return changed


def _change(source: Source) -> Callable[[str], str]:
    """Puts the placeholder into texts. The port of HTTPS stays, because readers need it."""
    shown, real = place_of(source.placeholder), place_of(source.report.recorder)
    other = {real.url: shown.url, real.netloc: shown.netloc}
    if source.https.url:
        secure = place_of(source.https.url)
        other.setdefault(secure.netloc, Place("https", shown.host, secure.port).netloc)
    device = source.device
    names = [real.host, *((*device.ip_names, *device.dns_names) if device else ())]
    for name in names:
        other |= {at_host(name): at_host(shown.host), name: shown.host} if len(name) >= _LEAST or name == real.host else {}
    longest = sorted(other, key=lambda one: (-len(one), one))
    pattern = re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, longest))})(?!\w|\.\w)", re.I)
    small = {name.lower(): value for name, value in other.items()}
    return lambda text: pattern.sub(lambda found: small[found[0].lower()], text)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """A noun of a guide after `change` was made to its texts."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Sentence):
        return Sentence(change(value.template), {name: change(text) for name, text in value.values.items()})
    if isinstance(value, tuple):
        return tuple(_mapped(one, change) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        own = {one.name: getattr(value, one.name) for one in fields(value) if one.name not in _STAYS}
        return replace(value, **{name: _mapped(inner, change) for name, inner in own.items()})
    return value
