"""One page as static HTML: what stood on it and how it looked, with made-up values for private ones, and without scripts."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from nvrflow.address import joined, link_of
from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.capture.resource import cleaned, within
from nvrflow.capture.scrubber import Scrubber

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Frame, JSHandle, Page

STYLES = "../../../styles"
_SHORT = 300  # characters; a shorter style sheet stays in the page
_NUMBER = re.compile("[0-9A-Fa-f]+")
_FRAME = re.compile("\1(\\d+)\2")
_SHEET = re.compile("\3(\\d+)\4")
_LATER = re.compile("\5([^\6]*)\6")
_KINDS = ("Stylesheet", "Image", "Font")
# The browser forgets some pictures; it is asked for those that the page has loaded already, from its cache.
_FETCH = """async ({missing}) => {
  const seen = new Set(performance.getEntriesByType('resource').map(one => one.name)), found = {};
  for (const url of missing) if (seen.has(url)) try {
    const answer = await fetch(url, {cache: 'force-cache'});
    if (!answer.ok) continue;
    const body = await answer.blob();
    const reader = new FileReader();
    found[url] = await new Promise(done => { reader.onload = () => done(reader.result); reader.readAsDataURL(body); });
  } catch { continue }
  return found;
}"""


@dataclass
class Wardrobe:
    """Pictures, fonts and style sheets of a recorder's pages, by their address; each is asked of the browser once.

    `sheets` are the texts of style sheets by name: the SHA-256 of what stands in them, their pictures by path.
    """

    assets: dict[str, str] = field(default_factory=dict)
    css: dict[str, str] = field(default_factory=dict)
    sheets: dict[str, str] = field(default_factory=dict)

    def put(self, text: str, scrubber: Scrubber) -> str:
        """Keep a style sheet; returns its name, which is the same for each page that has it."""
        said = within(_LATER.sub(lambda match: link_of(match[1]).path, text), scrubber, "css")
        name = hashlib.sha256(said.encode()).hexdigest()
        self.sheets[name] = text
        scrubber.kept.add(name)
        return name

    def sheet(self, name: str, scrubber: Scrubber) -> str:
        """A style sheet with the pictures that are known by now, and without private data."""
        return within(self.inline(self.sheets[name]), scrubber, "css")

    def inline(self, text: str) -> str:
        """Style rules with the pictures that are known by now."""
        return _LATER.sub(lambda match: self.assets.get(match[1]) or "data:,", text)

    def look_at(self, page: Page, scrubber: Scrubber) -> None:
        """Take what the browser has loaded for `page`; that asks the recorder for nothing."""
        try:
            inspector = page.context.new_cdp_session(page)
            inspector.send("Page.enable")
            self._take(inspector, inspector.send("Page.getResourceTree")["frameTree"], scrubber)
            inspector.detach()
        except PlaywrightError:
            return  # the styles that pages hold themselves are there nevertheless

    def fetch(self, frame: Frame, missing: list[str], scrubber: Scrubber) -> bool:
        """Take from the browser's cache what it did not give at once; whether there was any."""
        wanted = [url for url in missing if url not in self.assets]
        try:
            found = frame.evaluate(_FETCH, {"missing": wanted}) if wanted else {}
        except PlaywrightError:
            found = {}
        for url, data in found.items():
            head, _, body = str(data).partition(",")
            kind = head.removeprefix("data:").partition(";")[0]
            self.assets[url] = cleaned(kind, base64.b64decode(body), url, scrubber)
        return bool(found)

    def _take(self, inspector: CDPSession, tree: dict[str, Any], scrubber: Scrubber) -> None:
        for one in tree.get("resources", []):
            url = str(one["url"]).split("#")[0]
            if one["type"] in _KINDS and not url.startswith("data:") and url not in self.assets and url not in self.css:
                try:
                    got = inspector.send("Page.getResourceContent", {"frameId": tree["frame"]["id"], "url": one["url"]})
                except PlaywrightError:
                    continue  # the browser has forgotten it
                body = base64.b64decode(got["content"]) if got["base64Encoded"] else str(got["content"]).encode()
                if one["type"] == "Stylesheet":
                    self.css[url] = body.decode("utf-8", "replace")
                else:
                    self.assets[url] = cleaned(str(one["mimeType"]), body, url, scrubber)
        for child in tree.get("childFrames", []):
            self._take(inspector, child, scrubber)


@dataclass(frozen=True)
class Snapshot:
    """One page as static HTML, with made-up values; its styles lie in the wardrobe.

    `url` is its address, `documents` the text of each file, and `frames` the file for each frame's address.
    """

    url: str
    documents: dict[str, str]
    frames: dict[str, str]


@dataclass
class _Still:
    """One snapshot being made."""

    wardrobe: Wardrobe
    scrubber: Scrubber
    bare: bool
    documents: dict[str, str] = field(default_factory=dict)
    frames: dict[str, str] = field(default_factory=dict)

    def document(self, frame: Frame, url: str) -> str:
        """One document with everything in it; those of its frames become files, or stay in an attribute."""
        state = frame.evaluate_handle(_script("document.js"))
        got = self._written(frame, state)
        result = got.evaluate("one => ({html: one.html, sheets: one.sheets})")
        text = _SHEET.sub(
            lambda match: self._sheet(result["sheets"][int(match[1])]), self._styled(result["html"], result["sheets"])
        )
        for child in frame.child_frames:
            try:
                element = child.frame_element()
                place = int(got.evaluate("(one, element) => one.frames.indexOf(element)", element))
                source, inline = element.get_attribute("src") or "", element.get_attribute("srcdoc")
            except PlaywrightError:
                continue  # the frame is going away
            if place >= 0:
                text = text.replace(f"\1{place}\2", self._frame(child, joined(url, source) if source else "", inline is not None))
        return within(_FRAME.sub("", text), self.scrubber)

    def _written(self, frame: Frame, state: JSHandle) -> JSHandle:
        """The document's HTML, its style sheets and frames; the browser's cache is asked once for what is missing."""
        texts = state.evaluate("one => ({strings: one.strings, joints: one.joints})")
        changed = {one: said for one in texts["strings"] if (said := within(one, self.scrubber)) != one}
        joined_texts = [self._apart(one["texts"], one["joint"]) for one in texts["joints"]]
        given = {"changed": changed, "joined": joined_texts, "bare": self.bare}
        write = "(one, given) => one.write(given)"
        wardrobe = self.wardrobe
        got = state.evaluate_handle(write, {**given, "assets": wardrobe.assets, "css": wardrobe.css})
        if wardrobe.fetch(frame, got.evaluate("one => one.missing"), self.scrubber):
            got = state.evaluate_handle(write, {**given, "assets": wardrobe.assets, "css": wardrobe.css})
        return got

    def _apart(self, texts: list[str], joint: str) -> list[str]:
        """Texts that belong together with a made-up value in the place of a private one; each node gets its part again."""
        whole = joint.join(texts)
        said = self.scrubber.text(whole)
        if said == whole:
            return texts
        numbers = iter(_NUMBER.findall(said))
        if sum(len(_NUMBER.findall(text)) for text in texts) != len(_NUMBER.findall(said)):
            return [said, *[""] * (len(texts) - 1)]
        return [_NUMBER.sub(lambda _: next(numbers), text) for text in texts]

    def _frame(self, child: Frame, url: str, inline: bool) -> str:
        """The attribute by which a frame shows its document, which is written meanwhile."""
        url = url.split("#")[0]
        address = self.scrubber.data(url)
        is_own = link_of(url).is_web and address not in self.frames and not inline
        name = f"frame-{len(self.frames) + 1}.html"
        if is_own:
            self.frames[address] = name
        text = self.document(child, child.url if link_of(child.url).is_web else url)
        if is_own:
            self.documents[name] = text
            return f'src="{name}"'
        return f'srcdoc="{text.replace("&", "&amp;").replace(chr(34), "&quot;")}"'

    def _styled(self, html: str, sheets: list[str]) -> str:
        """`html` with short style sheets in their elements, and an import in each element for a longer one."""

        def style(match: re.Match[str]) -> str:
            text = self.wardrobe.inline(sheets[int(match[2])])
            return f"{match[1]}{text}" if len(text) < _SHORT else f'{match[1]}@import url("\3{match[2]}\4");'

        return re.sub("(<style[^>]*>)\3(\\d+)\4", style, html)

    def _sheet(self, text: str) -> str:
        return f"{STYLES}/{self.wardrobe.put(text, self.scrubber)}.css"


def snapshot_of(page: Page, wardrobe: Wardrobe, scrubber: Scrubber, bare: bool = False) -> Snapshot:
    """`page` as it is now. `bare`: without styles and pictures; what is not seen stays unseen. Raises PlaywrightError."""
    wardrobe.look_at(page, scrubber)
    still = _Still(wardrobe, scrubber, bare)
    text = still.document(page.main_frame, page.url)
    return Snapshot(scrubber.data(page.url), {"page.html": text, **still.documents}, still.frames)


def restored(page: Page) -> None:
    """Bring each document of a captured page into the state that HTML alone cannot say."""
    for frame in page.frames:
        try:
            frame.evaluate(_script("restore.js"))
        except PlaywrightError:
            continue  # a frame without a captured document


def served_as(html: str) -> str:
    """A document as it is served under its own address: each frame has its own `src` again."""
    return re.sub(r"( data-cap)?(-src| src)=(&quot;|\")frame-\d+\.html\3", _no_file, html).replace(" data-cap-src=", " src=")


def _no_file(match: re.Match[str]) -> str:
    return match[0] if match[1] else ""


@cache
def _script(name: str) -> str:
    return (files("nvrflow.capture") / name).read_text(encoding="utf-8")
