"""The hosts that a run may use: the host that the person gave, and those of `--follow-to`. The password goes nowhere else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nvrflow.address import PORTS, as_shown, link_of
from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.errors import OtherHost, WrongCall
from nvrflow.hostname import is_host, is_this_computer, usual_host

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Frame, Page, Request

# Where a target leads: its own document, every address to which its form can be sent, and the address of its link.
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
# Services that a browser contacts by itself (seen with Chromium and Edge); the gate drops these requests without a note.
_BACKGROUND = re.compile(
    r"(^|\.)(google\.com|googleapis\.com|gstatic\.com|gvt1\.com|googleusercontent\.com|msedge\.net|microsoft\.com|bing\.com|skype\.com)$"
)


@dataclass
class Bounds:
    """Which hosts may be used, and which others the pages tried to reach. `named` is the host that the person typed.

    `secured` is the last HTTPS address on a permitted host to which `page`, the recorder's page, was led. While it is `quiet`,
    no WebSocket sends anything.
    """

    named: str
    also: tuple[str, ...] = ()
    page: Page | None = None
    secured: str = ""
    quiet: bool = False
    wanted: dict[str, int] = field(default_factory=dict)
    _moves: list[tuple[Frame, str]] = field(default_factory=list)
    _hosts: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._hosts = frozenset(map(usual_host, (self.named, *self.also)))

    def reaches(self, host: str) -> bool:
        """Whether the run may use this host, on any port."""
        return usual_host(host) in self._hosts

    def permits(self, url: str) -> bool:
        """Whether an address has a permitted host; addresses without a host are permitted (about:blank, blob:, mailto:)."""
        link = link_of(url)
        return link.scheme not in PORTS or self.reaches(link.host)

    def refused(self, host: str) -> None:
        """Record that the gate stopped a request to another host; the browser's own services are not recorded."""
        if not _BACKGROUND.search(host) and not is_this_computer(host):
            self.wanted[host] = self.wanted.get(host, 0) + 1

    def watch(self, context: BrowserContext) -> None:
        """Watch every page and frame of `context` for navigations to other hosts."""
        self._moves.clear()
        self.secured = ""
        context.on("request", self._hear)

    def must_permit(self, url: str, source: str = "its page leads") -> None:
        """Raise OtherHost if the address has another host."""
        if not self.permits(url):
            raise OtherHost(self._told(url, source))

    def stop_if_moved(self, *pages: Page) -> None:
        """Raise OtherHost if one of `pages`, the recorder's page, or a visible frame in them was led to another host."""
        looked_at = [page for page in (self.page, *pages) if page is not None and not page.is_closed()]
        for page in looked_at:
            self.must_permit(page.url)
        for frame, url in list(self._moves):
            if frame.page in looked_at and _is_seen(frame) and not self._came_back(frame):
                raise OtherHost(self._told(url, "its page leads" if frame.parent_frame is None else "a frame of its page leads"))

    def look(self, page: Page, leads: Sequence[str]) -> None:
        """Raise OtherHost before a step whose page, frame, form or link has another host; `leads` is what `LEADS_TO` found.

        If there are none because the target has disappeared, the step itself reports that; the gate stops requests to other hosts
        in any case.
        """
        self.stop_if_moved(page)
        if leads:
            self.must_permit(leads[0], "its page shows what is used in a frame that leads")
        for url in leads[1:]:
            self.must_permit(url, "what is used on its page leads")

    def notes(self) -> list[str]:
        """Notes for the report: which other hosts the pages tried to reach."""
        return [
            f"the pages tried to reach {host}{f' ({times} times)' if times > 1 else ''}; nvrflow sent nothing there, because the "
            f"command names only {self.named}"
            for host, times in self.wanted.items()
        ]

    def _came_back(self, frame: Frame) -> bool:
        """Whether a frame shows a page of a permitted host although it was led elsewhere."""
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
            return  # a new window without a frame, which nvrflow does not use

    def _told(self, url: str, source: str) -> str:
        link = link_of(url)
        if not link.host:
            return f"{self.named}: {source} to {as_shown(url)}, which is not an address; nothing was typed or sent there"
        return (
            f"{self.named}: {source} to another host, {link.host} ({link.place.url}); nothing was typed or sent there. "
            f"If that is the same recorder, add --follow-to {link.host}"
        )


def follow_to(typed: str) -> str:
    """Check a host for `--follow-to`: a name or an address, without port and path. Raises WrongCall."""
    if not is_host(typed):
        raise WrongCall(f"--follow-to {typed}: this is not a host; give only a name or an address, for example nvr.example.com")
    return typed.strip().removeprefix("[").removesuffix("]")


def for_a_plug_in(url: str, *own: str) -> bool:
    """Whether a WebSocket is for a program on this computer, not for the recorder at `own`, which may be simulated."""
    at, recorders = link_of(url), [link_of(one) for one in own]
    return is_this_computer(at.host) and (at.host, at.port) not in {(one.host, one.port) for one in recorders}


def _is_seen(frame: Frame) -> bool:
    """Whether a person sees the frame; a frame that is gone is not visible."""
    if frame.parent_frame is None:
        return not frame.is_detached()
    try:
        return frame.frame_element().is_visible()
    except PlaywrightError:
        return False
