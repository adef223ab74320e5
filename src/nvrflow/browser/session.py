"""The browser with the recorder's page: one process, behind a gate, pinned to the key that the recorder serves."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from nvrflow.address import joined, link_of
from nvrflow.browser import Browser, open_browser, user_agent
from nvrflow.browser.bounds import Bounds
from nvrflow.browser.clicks import watch_clicks
from nvrflow.browser.conversation import Rules
from nvrflow.browser.driver import unless_it_has_died
from nvrflow.browser.entrance import Address, locate
from nvrflow.browser.gate import Gate, open_gate
from nvrflow.browser.motion import Motion
from nvrflow.browser.playwright_errors import PlaywrightError, translated
from nvrflow.browser.proxy_request import Asked
from nvrflow.browser.pulse import pulse_of
from nvrflow.browser.refusals import Refusals
from nvrflow.browser.response import open_recorder
from nvrflow.browser.stage import Stage
from nvrflow.browser.trace import write_redacted
from nvrflow.errors import Unreachable
from nvrflow.hostname import same_host

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Process
    from playwright.sync_api import BrowserContext, HttpCredentials, Page


@dataclass
class Session:
    """One person's browser on one recorder; `ask_password` is called once, when the sign-in page needs the password.

    The browser reaches nothing but the hosts of `bounds`, and with `policy` (a dry run) sends there only what it lets out.
    `running` is a browser that is open already and stays open; it serves while no key has to be pinned, and not for a dry run,
    because WebRTC passes a gate unless a browser was started otherwise. `language` is asked of pages (Accept-Language). `status`
    is that of the start page, `challenge` its WWW-Authenticate header if the browser itself has to ask for user and password.
    `first` is the path at which the browser starts, `entrance` the path that `authenticate` will open, and nothing before it.
    """

    browser: Browser
    address: Address
    bounds: Bounds
    plain_url: str
    user: str
    ask_password: Callable[[], str]
    headed: bool = False
    slow_mo: float = 0
    trace: Path | None = None
    timeout: float = 30.0
    running: Process | None = None
    policy: Callable[[Asked], bool] | None = None
    stage: Stage | None = None
    language: str | None = None
    language_cookie: tuple[str, str] | None = None
    status: int = 200
    challenge: str = ""
    signed_in: bool = False
    first: str = "/"
    entrance: str = "/"
    secrets: set[str] = field(default_factory=set)
    silences: list[str] = field(default_factory=list)  # what did not answer within the time limit
    let_out: int = 0  # requests that a dry run has sent, except those for files
    _password: str | None = None
    _credentials: HttpCredentials | None = None
    _refusals: Refusals = field(init=False)
    _processes: ExitStack = field(default_factory=ExitStack)
    _fresh: bool = False
    _motion: Motion | None = None
    _context: BrowserContext | None = None
    _page: Page | None = None

    def __post_init__(self) -> None:
        self._refusals = Refusals(self.bounds)

    @property
    def held(self) -> list[str]:
        """What a dry run held back: method and address of each request, and below that the start of its body."""
        return self._refusals.held

    @property
    def url(self) -> str:
        """The recorder's address now."""
        return self.address.url

    @property
    def host(self) -> str:
        """The recorder's host name or address."""
        return self.address.host

    @property
    def page(self) -> Page:
        """The page with the recorder's UI; the browser starts when this is first used."""
        if self._page is None:
            self._start()
        return cast("Page", self._page)

    @property
    def motion(self) -> Motion:
        """What moves in the browser that is open now."""
        if self._motion is None:
            self._start()
        return cast(Motion, self._motion)

    @property
    def who(self) -> str:
        """Recorder and account, for messages."""
        return f"{self.host}: {self.user}"

    def password(self) -> str:
        """The password; from now on it is removed from every output of this run."""
        if self._password is None:
            self._password = self.ask_password()
            self.secrets.add(self._password)
        return self._password

    def at(self, path: str) -> str:
        """The full address of a path on this recorder."""
        return joined(self.url + "/", path)

    def is_fresh(self, path: str) -> bool:
        """Whether the browser was opened at `path` just now and nothing was done in it since."""
        return self._fresh and path in ("/", self.first, self.entrance)

    def used(self) -> None:
        """Something was done in the browser."""
        self._fresh = False

    def reopen(self) -> None:
        """Open a new browser with the recorder's start page, without anything from the earlier browser."""
        self.move(self.address.url)
        self._start()

    def move(self, url: str) -> None:
        """Change to another address; a browser for it starts when the page is next used."""
        self._forget_credentials()
        self.address = locate(url, bounds=self.bounds)

    def follow_to_https(self) -> bool:
        """Change to HTTPS if the start page leads there by script or refresh; returns whether it does."""
        leads = bool(self.bounds.secured) and not self.address.secure
        if leads:
            self.move(self.bounds.secured)
        return leads

    def authenticate(self, path: str) -> bool:
        """Open `path` again with user and password for the browser's own prompt; returns whether the recorder accepts them."""
        password = self.password()
        self.secrets.add(f"{self.user}:{password}")  # what Basic sends, in base64
        self._credentials = {"username": self.user, "password": password, "origin": self.url}
        self.close()
        self._start(path)
        return not self.challenge

    def windows(self) -> list[Page]:
        """The recorder's page, and every further window that it opened."""
        return self.page.context.pages

    def speak(self, cookie: str, name: str) -> None:
        """Show the page in another language: set the cookie that remembers a person's choice, and open the browser again."""
        self.language_cookie = (cookie, name)
        self.close()
        self._start()

    def close(self) -> None:
        """End the browser and all its processes. Cookies become secrets first, so that the trace is written without them."""
        context, self._context, self._page = self._context, None, None
        try:
            if context is not None and self.stage is not None:
                self.stage.part()
            if context is not None:
                self._remember_cookies(context)
                if self.trace is not None:
                    unless_it_has_died(partial(write_redacted, context, self.trace, self.secrets))
                unless_it_has_died(context.close)
        finally:
            self._processes.close()

    def _forget_credentials(self) -> None:
        self.close()
        self._credentials = None

    def _start(self, path: str | None = None) -> None:
        process, proxy = self._process()
        spoken = {"locale": self.language} if self.language else {}
        options = {"user_agent": user_agent(process), **(self.stage.context if self.stage else {}), **proxy, **spoken}
        self._context = process.new_context(accept_downloads=True, http_credentials=self._credentials, **options)
        watch_clicks(self._context)
        self._motion = Motion(self._context)
        self.bounds.watch(self._context)
        if self.language_cookie is not None:
            name, value = self.language_cookie
            self._context.add_cookies([{"name": name, "value": value, "url": self.url}])
        if self.trace is not None:
            self._context.tracing.start(screenshots=True, snapshots=True)
        with translated(self.url):
            self._page = self.bounds.page = self._context.new_page()
        if self.stage is not None:
            self.stage.meet(self._page)
        try:
            response = open_recorder(self._page, self.url + (path or self.first), self.timeout, self._refusals)
        except Unreachable:
            if not self.follow_to_https():
                raise
            self._start(path)
            return
        self._adopt(self._page.url)
        self.status = response.status if response is not None else 200
        self.challenge = (response.header_value("www-authenticate") if response and self.status == 401 else None) or ""
        self._fresh = True

    def _adopt(self, landed: str) -> None:
        """Change to the plain HTTP page on another permitted host (--follow-to) to which the recorder led."""
        link = link_of(landed)
        if link.scheme == "http" and not same_host(link.host, self.host) and self.bounds.permits(landed):
            self.address = Address(link.place.url)
            self.plain_url = self.address.url

    def _process(self) -> tuple[Process, dict[str, Any]]:
        """Start the browser behind a gate of its own; also returns the options that its context needs for that."""
        allows = (lambda asked: self._lets_out(asked)) if self.policy is not None else None
        self._refusals.own = (self.plain_url, self.url)
        pulse = self._processes.enter_context(pulse_of(self.timeout, self.silences))
        rules = Rules(self.bounds.reaches, allows, self._refusals.hear, self.address.pin, lambda: self.bounds.quiet)
        gate = self._processes.enter_context(open_gate(rules))
        shared = self.running if not self.address.pin and allows is None else None
        pulse.watch(process := shared or self._launched(gate))
        return process, {"proxy": {"server": gate.address, "bypass": "<-loopback>"}} if shared else {}

    def _launched(self, gate: Gate) -> Process:
        pin, flags = gate.key or self.address.pin, (*gate.flags, *(self.stage.flags if self.stage else ()))
        started = open_browser(self.browser, headed=self.headed, slow_mo=self.slow_mo, pin=pin, flags=flags)
        return self._processes.enter_context(started)

    def _lets_out(self, asked: Asked) -> bool:
        """Whether a dry run sends this request; asked for each request, because the firmware becomes known during the run."""
        goes = self.policy is not None and self.policy(asked)
        self.let_out += goes and not asked.gets_a_file
        return goes

    def _remember_cookies(self, context: BrowserContext) -> None:
        with suppress(PlaywrightError):
            self.secrets.update(cookie["value"] for cookie in context.cookies() if len(cookie.get("value", "")) >= 8)
