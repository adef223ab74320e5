"""Files that the recorder sends after a click: received, kept under names of their own, and read by their content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.browser.transfer import LARGEST, arrival_of
from nvrflow.certificate import Certificate, read_certificates
from nvrflow.errors import DownloadFailed, ProductDefect, TimedOut, WrongCall
from nvrflow.recorder.control import read
from nvrflow.recorder.element import Element, Use
from nvrflow.recorder.outcome import is_announced, mark_announced, refused
from nvrflow.recorder.popups import Popups
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from playwright.sync_api import Download, Page, Response

_SLICE = 250  # milliseconds; shorter than any announcement is shown (2.5 s: facts of the simulated recorder's `recorder.yaml`)
_LONGEST = 120  # bytes of a kept file's name; file systems take 255
_GLANCE = 2000
_AS_TEXT = "() => /^text\\/(plain|x-)|pem|x509|pkix|octet/.test(document.contentType) ? document.body?.innerText ?? '' : ''"


@dataclass(frozen=True)
class Received:
    """A received file: its bytes, and the name that the recorder gave it."""

    data: bytes
    name: str


@dataclass
class Arrivals:
    """What may come after a click instead of a page: a download, or a text that opens in this tab or in a new tab."""

    page: Page
    downloads: list[Download] = field(default_factory=list)
    texts: list[Response] = field(default_factory=list)
    opened: list[Page] = field(default_factory=list)

    @contextmanager
    def heard(self) -> Iterator[Arrivals]:
        """Listen for them during the block."""
        context = self.page.context
        self.page.on("download", self._loads)
        context.on("page", self._opens)
        context.on("response", self._answers)
        try:
            yield self
        finally:
            self.page.remove_listener("download", self._loads)
            context.remove_listener("page", self._opens)
            context.remove_listener("response", self._answers)

    def text(self) -> Received | None:
        """A text that opened in place of a page or in one of its frames; afterwards the recorder's own page is shown again."""
        for response in self.texts:
            with suppress(PlaywrightError):
                frame = response.frame
                if frame.page not in (self.page, *self.opened):
                    continue
                frame.wait_for_load_state("domcontentloaded", timeout=_GLANCE)
                shown = frame.evaluate(_AS_TEXT)
                if not shown:
                    continue
                data = _body_of(response) or shown.encode()
                if frame.page is self.page:
                    frame.evaluate("() => history.back()")
                    frame.wait_for_load_state("domcontentloaded", timeout=_GLANCE)
                else:
                    frame.page.close()
                return Received(data, unquote(PurePosixPath(response.url.partition("?")[0]).name) or "download.txt")
        return None

    def _loads(self, download: Download) -> None:
        self.downloads.append(download)

    def _opens(self, page: Page) -> None:
        self.opened.append(page)
        page.on("download", self._loads)

    def _answers(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.texts.append(response)  # its page may be known a moment later only


def download(element: Element) -> list[Certificate]:
    """Click, receive the file, and read the certificates in it; a file with a private key or without a certificate is not kept.

    If the page only shows the certificate as text, that text is read. Raises DownloadFailed, CertificateRefused, TimedOut.
    """
    if element.spec.shown_as_text:
        with element.using("read", f"Read {element.called}") as use:
            text = read(element)
            use.step.value = "certificate.pem"
            return _certificates(element, use, Received(text.encode(), "certificate.pem"), f"the text of {element.full}")
    with element.using("download", f"Click {element.called}") as use:
        received = _receive(element, use)
        use.step.value = received.name
        return _certificates(element, use, received, received.name)


def download_file(element: Element) -> Path:
    """Click, receive whatever file comes, and keep it. Raises DownloadFailed, TimedOut."""
    with element.using("download", f"Click {element.called}") as use:
        received = _receive(element, use)
        kept = _keep(element.window.downloads, element.owner, received)
        use.step.note, use.step.value = use.step.note or f"saved as {kept.name}", received.name
        return kept


def upload(element: Element, given: str | Path) -> None:
    """Give the page the file `given`, by its own file chooser or by its field for files. Raises WrongCall if there is none."""
    window, file = element.window, Path(given)
    if not file.is_file():
        raise WrongCall(f"{element.full}: {file}: there is no such file to upload; name one that can be read")
    with (
        window.steps.described(),
        element.using("upload", f"Choose the file {file.name} with {element.called}", file.name) as use,
    ):
        found = use.match.found
        if found.evaluate("one => one.type === 'file'"):
            found.set_input_files(file, timeout=window.timeout_ms)
            return
        with window.page.expect_file_chooser(timeout=window.timeout_ms) as chooser:
            element.press(use)
        chooser.value.set_files(file)


def keep_served(folder: Path, certificate: Certificate, number: int) -> Certificate:
    """Keep the certificate that the recorder serves as a file like a download: the device's first, then those that signed it."""
    name = "certificate.pem" if number == 0 else f"ca-certificate-{number}.pem"
    kept = _keep(folder, "served", Received(certificate.pem.encode(), name))
    return replace(certificate, file=kept, format="pem")


def _certificates(element: Element, use: Use, received: Received, source: str) -> list[Certificate]:
    certificates = read_certificates(received.data, source)
    kept = _keep(element.window.downloads, element.owner, received)
    use.step.note = use.step.note or f"saved as {kept.name}"
    return [replace(certificate, file=kept) for certificate in certificates]


def _receive(element: Element, use: Use) -> Received:
    """Click, answer a question where to save the file, and wait for the file."""
    window = element.window
    mark_announced(element)
    arrivals = Arrivals(window.page)
    with arrivals.heard():
        element.press(use)
        with waiting("the file", window.timeout):
            received, announced = _await_file(element, arrivals)
    if element.spec.announced_by and not (announced or _is_announced_soon(element)):
        use.step.note = "the file arrived, but the recorder did not announce it"
    if not received.data:
        raise DownloadFailed(f"{element.at}: {received.name} is empty; a file with content was expected")
    return received


def _await_file(element: Element, arrivals: Arrivals) -> tuple[Received, bool]:
    """The file, and whether the announcement was shown meanwhile."""
    window, patience, announced = element.window, element.window.patience(), False
    while True:
        if arrivals.downloads:
            return _saved(element, arrivals.downloads[0]), announced
        if (text := arrivals.text()) is not None:
            return text, announced
        if window.happens("download", _SLICE):
            continue
        said = refused(window, element)
        if said:
            raise DownloadFailed(f"{element.at}: the recorder says {said!r}; a file was expected")
        announced = announced or is_announced(element)
        Popups(window).answer_any()
        if patience.is_over(window.page):
            raise DownloadFailed(f"{element.at}: no file came {patience.told} after the click")


def _saved(element: Element, file: Download) -> Received:
    """The file once it is there; only what the recorder itself broke off may be tried once more."""
    limit = element.window.timeout
    with waiting("the end of the download", limit):
        arrival = arrival_of(file, limit)
    if arrival.broken_off == "large":
        raise ProductDefect(
            f"{element.at}: the download is larger than {LARGEST // 1_000_000} MB, so it was broken off; no file of a recorder's "
            "settings is so large, so download it by hand and look at what it is"
        )
    if arrival.broken_off:
        raise TimedOut(
            f"{element.at}: the download did not end within {limit:g} s, so it was broken off; if the recorder is only slow, run "
            "the command again with a longer --timeout"
        )
    if arrival.failure:
        raise DownloadFailed(f"{element.at}: the browser says {arrival.failure!r}; a file was expected")
    return Received(Path(file.path()).read_bytes(), file.suggested_filename)


def _is_announced_soon(element: Element) -> bool:
    if not is_announced(element):
        element.window.comes(element.spec.announced_by or [], 1000)
    return is_announced(element)


def _body_of(response: Response) -> bytes:
    with suppress(PlaywrightError):
        return response.body()
    return b""


def _keep(folder: Path, page_name: str, received: Received) -> Path:
    """Write the file under the page's name and the recorder's own file name; two files never get one name."""
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.@-]+", "_", PurePosixPath(received.name.replace("\\", "/")).name).lstrip(".") or "certificate"
    plain = _shortened(f"{page_name.replace('_', '-')}-{name}")
    path, number = folder / plain, 1
    while path.exists() and path.read_bytes() != received.data:
        number += 1
        path = (folder / plain).with_stem(f"{Path(plain).stem}-{number}")
    path.write_bytes(received.data)
    return path


def _shortened(name: str) -> str:
    """`name` without what file systems refuse; its ending stays."""
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = name, "", ""
    room = _LONGEST - len(f"{dot}{ending}".encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + dot + ending
