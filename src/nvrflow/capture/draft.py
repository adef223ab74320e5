"""A first selector file for an unknown UI, written from what its captured pages show: every control with a name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from nvrflow.capture.archive import Capture, CapturedPage
from nvrflow.capture.controls import FIELDS, Control
from nvrflow.content import as_yaml
from nvrflow.errors import WrongCall
from nvrflow.firmware import available, load_firmware

_NAME = re.compile(r"[a-z][a-z0-9-]*/[a-z][a-z0-9_]*")
_MADE_BY_A_PROGRAM = re.compile(r"\d{3,}|gen\d|[0-9a-f]{6,}|^[\W\d]", re.I)
_SIGNS_IN = re.compile(r"\b(log|sign) ?[io]n\b|login|anmeld|einlogg|iniciar|entrar|acceder|ingresar|登录|登入", re.I)
_LEAVES = re.compile(r"cancel|abbrech|forg[eo]t|vergessen|olvid|reset|regist|help|hilfe|ayuda|取消|忘记|注册|帮助", re.I)
_HEAD = """# A draft, made by nvrflow from a capture of the start page. Correct the names, and say how to get to other pages.
# Locators are tried in order; the first that finds exactly one visible element wins. docs/new-firmware.md says the rest.
"""


def seed(name: str, folder: Path, own: Path | None = None) -> Path:
    """Write the least that a selector file can say, with which the start page of an unknown UI is captured, below `folder`.

    What any shipped file, or one in the folder `own`, declares harmless may be sent, as while a recorder is identified.
    Returns the folder of selector files.
    Raises WrongCall for a name that is not like `acme/nvr_v1`.
    """
    if not _NAME.fullmatch(name):
        raise WrongCall(f"--draft {name}: is not a name for a selector file; write VENDOR/LINE_VERSION, for example acme/nvr_v1")
    file = folder / f"{name}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    known = [one for other in available(own) for one in load_firmware(other, own).file.harmless]
    harmless = [dict(one) for one in {repr(one): one.model_dump(exclude_defaults=True) for one in known}.values()]
    page = {"path": "/", "ready": [{"quiet": True}]}
    file.write_text(as_yaml({**_header(name), "harmless": harmless, "pages": {"sign_in": page}}), encoding="utf-8")
    return folder


def draft_of(capture: Capture, name: str) -> str:
    """The text of a first selector file for the pages in the capture. Raises InvalidFile, WrongCall."""
    made_up = MadeUp(capture.summary.made_up)
    pages = {page.name: _page(page, made_up) for page in capture.pages()}
    data: dict[str, Any] = _header(name)
    title = made_up.around(str(capture.device.get("start", {}).get("title") or ""))
    signs = [{"title": title}] if title else []
    fields = [one for page in capture.pages()[:1] for one in page.controls if one.secret]
    signs += [{"has": css} for one in fields if (css := _by_id(one)) and css not in made_up]
    if signs:
        data["identify"] = signs
    return _HEAD + as_yaml({**data, "pages": pages})


def _header(name: str) -> dict[str, Any]:
    vendor, line = name.split("/") if "/" in name else (name, name)
    return {"vendor": vendor.replace("-", " ").title(), "lines": [line.replace("_", " ")], "firmware": "*"}


@dataclass(frozen=True)
class MadeUp:
    """The made-up values of a capture: nothing that has one in it is on the recorder itself."""

    values: tuple[str, ...]

    def __contains__(self, text: str) -> bool:
        return self._pattern.search(text) is not None

    def around(self, text: str) -> str:
        """A regular expression for `text` on the recorder, with anything in the place of made-up values; or nothing."""
        parts = [re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", part) for part in self._pattern.split(text)]
        found = ".*".join(parts)
        if not re.search(r"[^\W_]{3}", "".join(parts)):
            return ""
        return (
            ("" if found.startswith(".*") else "^")
            + found.removeprefix(".*").removesuffix(".*")
            + ("" if found.endswith(".*") else "$")
        )

    def without(self, address: str) -> str:
        """Path and query of a page without the parts that are made up."""
        path, _, query = address.partition("?")
        kept = "&".join(part for part in query.split("&") if part not in self)
        return "/" if path in self else f"{path}?{kept}" if kept else path

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        ordered = sorted(filter(None, self.values), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, ordered)) or r"(?!)")


def _page(page: CapturedPage, made_up: MadeUp) -> dict[str, Any]:
    """One page: what shows it, and each control that can be found again."""
    controls = [one for one in page.controls if not one.is_words and one.role != "img"]
    password = next((one for one in controls if one.secret), None)
    signs_in = _sign_in_button(controls, password)
    elements: dict[str, Any] = {}
    for one in controls:
        found = [locator for locator in _locators(one, controls) if str(locator) not in made_up]
        if found:
            known = replace(one, name="") if one.name in made_up else one
            all_now = [known if other is one else other for other in controls]
            taken = _named("submit", elements) if one is signs_in else _called(known, all_now, password, elements)
            elements[taken] = {"find": found, "secret": True} if one.secret else found
    heading = next((one for one in page.controls if one.role == "heading" and one.name and one.name not in made_up), None)
    shown = {"css": "input[type=password]"} if password else {"role": "heading", "name": heading.name} if heading else None
    return {"path": made_up.without(page.path), **({"shown_by": [shown]} if shown else {}), "elements": elements}


def _called(one: Control, controls: list[Control], password: Control | None, taken: Iterable[str]) -> str:
    """A name for the element: what flows call it on a sign-in page, else the words of its label."""
    name = re.sub(r"[^a-z0-9]+", "_", one.name.casefold()).strip("_")[:40].strip("_")
    if one.secret:
        name = "password"
    elif password is not None and one.role == "textbox" and controls.index(one) < controls.index(password):
        name = "user"
    return _named(name if name[:1].isalpha() else f"{one.role}_{name}".strip("_"), taken)


def _sign_in_button(controls: list[Control], password: Control | None) -> Control | None:
    """The button that sends the password: by its words, else what a form sends itself with, else the first after the field."""
    if password is None:
        return None
    buttons = [one for one in controls if one.role in ("button", "clickable", "link") and not _LEAVES.search(one.name)]
    after = [one for one in buttons if one.role != "link" and controls.index(one) > controls.index(password)]
    said = [one for one in buttons if _SIGNS_IN.search(one.name)]
    sends = [one for one in after if one.attributes.get("type") == "submit"]
    return next(iter([one for one in said if one in after] + sends + said + after), None)


def _named(name: str, taken: Iterable[str]) -> str:
    """The name, with a number if it is taken."""
    number, own = 2, name
    while own in taken:
        own, number = f"{name}_{number}", number + 1
    return own


def _locators(one: Control, controls: list[Control]) -> list[dict[str, Any]]:
    """Up to two ways to find the control: by its words if they are its alone, and by an id that looks lasting."""
    found: list[dict[str, Any]] = []
    frame = {"frame": list(one.frame)} if one.frame else {}
    same = Counter((other.role, other.name) for other in controls)[one.role, one.name]
    if one.name and same == 1:
        if one.role in FIELDS and one.named == "label":
            found.append({"label": one.name})
        elif one.named in ("placeholder", "title"):
            found.append({one.named: one.name})
        elif one.role not in ("clickable", "file") and one.named in ("text", "aria-label", "alt", "label"):
            found.append({"role": one.role, "name": one.name})
        elif one.role == "clickable":
            found.append({"text": one.name})
    if css := _by_id(one):
        found.append({"css": css})
    return [{**locator, **frame} for locator in found]


def _by_id(one: Control) -> str:
    """CSS for the control's id or name; empty if it has none, or one that a program has made."""
    for key in ("id", "name"):
        value = one.attributes.get(key, "")
        if value and not _MADE_BY_A_PROGRAM.search(value) and '"' not in value and "\\" not in value:
            return f'{one.tag}[{key}="{value}"]'
    return ""
