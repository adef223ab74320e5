"""The hosts that a run may use: the one that the person named, and those of `--follow-to`. The password goes nowhere else."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.errors import OtherHost, WrongCall

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Frame, Locator, Page, Request

# Where a target leads: its own document, every address to which its form can be sent, and that of the link it is in.
LEADS_TO = """element => {
  const of = (one, name) => new URL(one.getAttribute(name) || '', one.ownerDocument.baseURI).href;
  const forms = [...new Set([element.closest('form'), element.form])].filter(one => one instanceof HTMLFormElement);
  const fields = Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, 'elements').get;
  const inside = forms.flatMap(form => [...fields.call(form)]);
  const sent = [element, ...inside].filter(one => one.hasAttribute && one.hasAttribute('formaction'));
  const link = element.closest('a[href], area[href]');
  const safely = get => { try { return get() } catch (e) { return '' } };
  return [
    element.ownerDocument.location.href,
    ...forms.map(form => safely(() => of(form, 'action'))),
    ...sent.map(one => safely(() => of(one, 'formaction'))),
    ...(link ? [safely(() => of(link, 'href'))] : []),
  ];
}"""
# A browser's own services, which it asks by itself (seen with Chromium and Edge); the gate drops them without a word.
_BACKGROUND = re.compile(
    r"(^|\.)(google\.com|googleapis\.com|gstatic\.com|gvt1\.com|googleusercontent\.com|msedge\.net|microsoft\.com|bing\.com|skype\.com)$"
)

_GLANCE = 2000  # milliseconds in which a target that is on the page answers


@dataclass
class Bounds:
    """Which hosts may be used, and where the pages tried to go instead. `named` is the host that the person typed.

    `secured` is the last address of HTTPS to which `page`, the recorder's page, was led on such a host.
    """

    named: str
    also: tuple[str, ...] = ()
    page: Page | None = None
    secured: str = ""
    wanted: dict[str, int] = field(default_factory=dict)
    _moves: list[tuple[Frame, str]] = field(default_factory=list)
    _hosts: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._hosts = frozenset(map(same_host, (self.named, *self.also)))

    def reaches(self, host: str) -> bool:
        """Whether the run may use this host, on any port."""
        return same_host(host) in self._hosts

    def permits(self, url: str) -> bool:
        """Whether an address is of such a host; what is no address of HTTP has none (about:blank, blob:, mailto:)."""
        parts = urlsplit(url)
        return parts.scheme not in ("http", "https") or self.reaches(parts.hostname or "")

    def refused(self, host: str) -> None:
        """The gate has kept something back that was meant for another host; the browser's own business is not told."""
        if not _BACKGROUND.search(host) and not _is_this_computer(host):
            self.wanted[host] = self.wanted.get(host, 0) + 1

    def watch(self, context: BrowserContext) -> None:
        """Hear of every page and frame of `context` that is led elsewhere."""
        self._moves.clear()
        self.secured = ""
        context.on("request", self._hear)

    def must_permit(self, url: str, source: str = "its page leads") -> None:
        """Raise OtherHost if the address is of another host."""
        if not self.permits(url):
            raise OtherHost(self._told(url, source))

    def stop_if_moved(self, *pages: Page) -> None:
        """Raise OtherHost if one of `pages`, the recorder's page or a frame that is seen in them was led to another host."""
        looked_at = [page for page in (self.page, *pages) if page is not None and not page.is_closed()]
        for page in looked_at:
            self.must_permit(page.url)
        for frame, url in list(self._moves):
            if frame.page in looked_at and _is_seen(frame) and not self._came_back(frame):
                raise OtherHost(self._told(url, "its page leads" if frame.parent_frame is None else "a frame of its page leads"))

    def look(self, page: Page, target: Locator | None) -> None:
        """Raise OtherHost before a step whose page, frame, form or link is of another host.

        A target that has gone meanwhile is left to the step itself; the gate lets nothing go elsewhere in any case.
        """
        self.stop_if_moved(page)
        if target is None:
            return
        try:
            self.must_permit_all(target.evaluate(LEADS_TO, timeout=_GLANCE))
        except PlaywrightError:
            return

    def must_permit_all(self, led_to: Sequence[str]) -> None:
        """Raise OtherHost if what `LEADS_TO` found of a target is of another host."""
        document, *leads = led_to
        self.must_permit(document, "its page shows what is used in a frame that leads")
        for url in leads:
            self.must_permit(url, "what is used on its page leads")

    def notes(self) -> list[str]:
        """For the report: which other hosts the pages asked for."""
        return [
            f"the pages asked for {host}{f' ({times} times)' if times > 1 else ''}; nvrflow sent nothing there, because only "
            f"{self.named} was named"
            for host, times in self.wanted.items()
        ]

    def _came_back(self, frame: Frame) -> bool:
        """Whether a frame shows a page of a permitted host in spite of where it was led."""
        return frame.parent_frame is not None and frame.url.startswith("http") and self.permits(frame.url)

    def _hear(self, request: Request) -> None:
        try:
            if not request.is_navigation_request():
                return
            if not self.permits(request.url):
                self._moves.append((request.frame, request.url))
            elif request.url.startswith("https:") and self.page is not None and request.frame == self.page.main_frame:
                self.secured = request.url
        except PlaywrightError:
            return  # a new window, which is not used: it has no frame yet

    def _told(self, url: str, source: str) -> str:
        parts = urlsplit(url)
        place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        return (
            f"{self.named}: {source} to another host, {parts.hostname} ({place}); nothing was typed or sent there. "
            f"If that is the same recorder, add --follow-to {parts.hostname}"
        )


def follow_to(typed: str) -> str:
    """A host as `--follow-to` takes it: a name or an address, without port and path. Raises WrongCall."""
    host = typed.strip().removeprefix("[").removesuffix("]")
    if not re.fullmatch(r"\w[\w.-]*", host) and not _is_ipv6(host):
        raise WrongCall(f"--follow-to {typed}: this is not a host; give a name or an address alone, for example nvr.example.com")
    return host


def same_host(host: str) -> str:
    """A host as a browser writes it: lower case, no last dot, names in ASCII, addresses in their one usual form."""
    bare = host.strip("[]").rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        pass
    if re.fullmatch(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}", bare):  # 127.1 and the like
        try:
            return socket.inet_ntoa(socket.inet_aton(bare))
        except OSError:
            return bare
    try:
        return bare.encode("idna").decode()
    except UnicodeError:
        return bare


def for_a_plug_in(url: str, *own: str) -> bool:
    """Whether a WebSocket was meant for a program on this computer, and not for the recorder at `own`, which may be simulated."""
    return _is_this_computer(urlsplit(url).hostname or "") and urlsplit(url).netloc not in {urlsplit(one).netloc for one in own}


def _is_this_computer(host: str) -> bool:
    """Where a recorder's plug-in would listen; pages try it, and it is no news that there is none."""
    return same_host(host) in ("localhost", "127.0.0.1", "::1")


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


def _is_seen(frame: Frame) -> bool:
    """Whether a person sees the frame; one that is gone is not seen."""
    if frame.parent_frame is None:
        return not frame.is_detached()
    try:
        return frame.frame_element().is_visible()
    except PlaywrightError:
        return False
