"""The guide as one HTML file that opens offline and prints well; the index of several guides."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

from nvrflow.guide.manual import Guide, Listing, Table
from nvrflow.guide.pictures import Plate
from nvrflow.guide.theme import Theme
from nvrflow.guide.words import Sentence, Words


def as_html(guide: Guide, words: Words, theme: Theme, plates: Mapping[str, Plate]) -> str:
    """`guide` with its pictures inside; a click shows the whole picture, without a script."""
    pictures = {
        name: {"crop": _data(plate.crop_webp), "whole": _data(plate.whole_webp), "width": plate.width, "height": plate.height}
        for name, plate in plates.items()
    }
    return _rendered("guide.html.j2", guide=guide, words=words, theme=theme, pictures=pictures)


def as_index(title: str, words: Words, theme: Theme, rows: Sequence[Mapping[str, Any]]) -> str:
    """A page that leads to several guides; `rows` are the guides, as `index.html.j2` wants them."""
    return _rendered("index.html.j2", title=title, words=words, theme=theme, rows=rows)


def _rendered(template: str, **values: Any) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("nvrflow.guide", "templates"),
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined,
    )  # fmt: skip
    environment.filters.update(
        told=_told, listing=_is_listing, table=_is_table, colours=_colours, cssstring=_css_string, kind=_kind
    )
    return environment.get_template(template).render(**values)


def _told(cell: Sentence | str) -> Any:
    """A sentence as HTML; words from the screen and typed text are marked."""
    from markupsafe import Markup, escape

    if not isinstance(cell, Sentence):
        return escape(cell)
    tags = {"plain": "{}", "screen": '<b class="ui">{}</b>', "code": "<code>{}</code>"}
    return Markup("").join(Markup(tags[kind]).format(text) for kind, text in cell.parts())


def _is_listing(block: object) -> bool:
    return isinstance(block, Listing)


def _is_table(block: object) -> bool:
    return isinstance(block, Table)


def _kind(cell: Sentence | str) -> Any:
    """The style of a table's cell: small for a fingerprint, one code per line, days and addresses without a line break."""
    from markupsafe import Markup

    if isinstance(cell, str):
        if cell.count(":") > 20:
            return Markup(' class="print"')
        return Markup(' class="one-line"') if re.fullmatch(r"[\d.:-]{1,20}", cell) else ""
    return Markup(' class="code"') if "code" in cell.values else ""


def _colours(colours: Any) -> str:
    return " ".join(f"--{name.replace('_', '-')}: {value};" for name, value in colours.model_dump().items())


def _data(picture: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(picture).decode()}"


def _css_string(text: str) -> Any:
    """`text` for a CSS string: every character that could end the string becomes a code point."""
    from markupsafe import Markup

    return Markup("".join(one if one.isalnum() or one in " .,·–" else f"\\{ord(one):x} " for one in text))
