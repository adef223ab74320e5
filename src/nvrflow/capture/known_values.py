"""The private values of one recorder: what the run knows, what its answers give by name, and what its labelled fields hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from nvrflow.address import link_of
from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.capture.controls import Control
from nvrflow.capture.meanings import Kind, is_worth, meaning
from nvrflow.capture.scrubber import Scrubber
from nvrflow.certificate import Certificate
from nvrflow.hostname import is_host

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from nvrflow.recorder import Recorder

_TITLES = re.compile(r"^(channel|video)_?titles?$", re.I)  # a table in which `name` is a channel's
_OF_CHANNELS = re.compile(r"ChannelTitle|InputProxy|VideoIn|RemoteDevice|/(channels?|cameras?)\b", re.I)
_CHANNEL = re.compile(r"[\w-]*(channel|camera|cam-?name|device-?name)[\w-]*", re.I)
_COMMON_NAME = re.compile(r"CN=([^,]+)")
_HOST = "recorder.example.com"
_CLOSE = 90  # CSS pixels between a label and its value
_STORED = "() => [...Object.values(localStorage), ...Object.values(sessionStorage)]"


def learn_run(scrubber: Scrubber, recorder: Recorder) -> None:
    """Learn what the run itself knows: password, account, host, the recorder's own addresses, cookies, stored texts."""
    session = recorder.session
    scrubber.learn("password", *(secret for secret in session.secrets if len(secret) >= 4))
    scrubber.learn("user", session.user)
    for url in (session.url, session.plain_url, recorder.page.url):
        place = link_of(url).place
        made = scrubber.substitutes.of("address", place.host) if _is_number(place.host) else _HOST
        scrubber.substitutes.made.add(made)
        scrubber.put("address", place.host, made)
        scrubber.put("address", place.netloc, f"[{made}]" if ":" in made else made)
    for page in session.windows():
        learn_page(scrubber, page)


def learn_page(scrubber: Scrubber, page: Page) -> None:
    """Learn the cookies of a page, and what it keeps in the browser."""
    try:
        scrubber.learn(
            "token", *(str(one.get("value", "")) for one in page.context.cookies() if _is_token(str(one.get("value", ""))))
        )
        scrubber.learn("token", *(text for text in page.evaluate(_STORED) if _is_token(text)))
    except PlaywrightError:
        return


def learn_certificates(scrubber: Scrubber, certificates: Iterable[Certificate]) -> None:
    """Learn the names and numbers in the recorder's certificates, and their fingerprints."""
    for one in certificates:
        scrubber.learn("serial", f"{one.serial:x}", f"{one.serial:X}", str(one.serial))
        scrubber.learn(
            "fingerprint",
            one.sha256,
            one.sha1,
            one.sha256.lower(),
            one.sha256.replace(":", ""),
            one.sha256.replace(":", "").lower(),
        )
        for name in (one.common_name, *_COMMON_NAME.findall(one.issuer), *one.dns_names):
            if name and not _is_number(name) and (is_host(name) or any(sign.isdigit() for sign in name)):
                scrubber.learn("host" if "." in name else "serial", name)


def learn_controls(scrubber: Scrubber, controls: Iterable[Control]) -> None:
    """Learn the values of labelled fields, and the cells below a column's title, whose words say that they are private."""
    found = list(controls)
    columns = [one for one in found if one.role == "columnheader"]
    learn_fields(scrubber, found)
    for one in found:
        if one.role == "cell":
            above = [column for column in columns if _is_below(one, column)]
            kind = meaning(max(above, key=lambda column: column.box[1]).name) if above else None
            if kind:
                _learn(scrubber, kind, one.name)
    for one in _listed(found):
        _learn(scrubber, "name", one.name)
    for one in found:
        if one.is_words and _is_marked_as_host(one):
            _learn(scrubber, "host", one.name)
    for label, value in _pairs(found):
        kind = meaning(label)
        if kind and kind != "password":  # no page shows one beside its label
            _learn(scrubber, kind, value)


def learn_fields(scrubber: Scrubber, controls: Iterable[Control]) -> None:
    """Learn the values of fields whose label or name says that they are private."""
    for one in controls:
        if one.value and (kind := meaning_of(one)):
            _learn(scrubber, kind, one.value)


def meaning_of(field: Control) -> Kind | None:
    """The kind of private data in a field by its label, name and id; of one that holds a secret `password`."""
    names = (field.name, field.attributes.get("name", ""), field.attributes.get("id", ""))
    kind = next((kind for name in names if (kind := meaning(name))), None)
    return "password" if kind is None and field.holds_secret else kind


def learn_answer(scrubber: Scrubber, body: Any, asked: str = "") -> None:
    """Learn from an answer (plain data) what stands under a name that says that it is private; `asked` is the request."""
    for name, value, inside in _named(body, inside=_OF_CHANNELS.search(asked) is not None):
        kind = "name" if inside and name.casefold() == "name" else meaning(name)
        if kind:
            _learn(scrubber, kind, value)


def _learn(scrubber: Scrubber, kind: Kind, value: str) -> None:
    value = value.strip()
    if is_worth(kind, value) and value not in scrubber.kept:
        scrubber.learn(kind, value)


def _pairs(controls: list[Control]) -> Iterator[tuple[str, str]]:
    """Words and what stands close to their right in the same line: a label and its value, where both are plain text."""
    words = [one for one in controls if one.is_words]
    for left in words:
        x, y, width, height = left.box
        beside = [
            one
            for one in words
            if one.frame == left.frame
            and one.box[0] >= x + width - 1
            and abs(one.box[1] + one.box[3] / 2 - y - height / 2) < height / 2
        ]
        nearest = min(beside, key=lambda one: one.box[0], default=None)
        if nearest is not None and (left.role == "cell" or nearest.box[0] - x - width < _CLOSE):
            yield left.name, nearest.name
        label, colon, value = left.name.partition(":")
        if colon and value.strip():
            yield label, value


def _listed(controls: list[Control]) -> Iterator[Control]:
    """Words in a list of channels or cameras, as the page's own classes call it."""
    marked = [(one, match[0]) for one in controls if one.is_words and (match := _CHANNEL.search(one.attributes.get("class", "")))]
    times = Counter(sign for _, sign in marked)
    yield from (one for one, sign in marked if times[sign] > 1)


def _is_marked_as_host(words: Control) -> bool:
    """Whether the page's own class or id calls it a host's name, and it can be one: `<div class="hostname">gate-nvr</div>`."""
    if words.tag in ("label", "th", "dt") or " " in words.name or not is_host(words.name):
        return False
    marks = f"{words.attributes.get('class', '')} {words.attributes.get('id', '')}".split()
    return any(meaning(mark.replace("-", "_")) == "host" and mark.casefold() != words.name.casefold() for mark in marks)


def _is_below(cell: Control, column: Control) -> bool:
    (x, y, width, _), (left, top, wide, _) = cell.box, column.box
    return cell.frame == column.frame and top < y and min(x + width, left + wide) - max(x, left) > min(width, wide) / 2


def _named(data: Any, name: str = "", inside: bool = False) -> Iterator[tuple[str, str, bool]]:
    """Each text in plain data with the name that stands above it, and whether that is in a table of channels' titles."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _named(value, str(key), inside or bool(_TITLES.match(str(key).rpartition(".")[2])))
    elif isinstance(data, list):
        for value in data:
            yield from _named(value, name, inside)
    elif isinstance(data, str) and data.strip():
        yield name, data, inside


def _is_number(host: str) -> bool:
    return re.fullmatch(r"[\d.]+|.*:.*", host) is not None


def _is_token(text: str) -> bool:
    return (
        isinstance(text, str)
        and 8 <= len(text) <= 4000
        and re.fullmatch(r"[\w+/=.:%-]+", text) is not None
        and any(map(str.isdigit, text))
    )
