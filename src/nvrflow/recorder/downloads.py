"""Receiving a download: awaited from before the click, read by its content, kept under a name of its own."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nvrflow.certificate import Certificate, read_certificates
from nvrflow.errors import DownloadFailed
from nvrflow.firmware import Element
from nvrflow.report import Step
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from playwright.sync_api import Download

    from nvrflow.recorder.recorder import Recorder

_SLICE = 250  # milliseconds; shorter than any announcement is shown (2.5 s: facts of the simulated recorder's `recorder.yaml`)


def receive(recorder: Recorder, step: Step, spec: Element, page_name: str, press: Callable[[], None]) -> list[Certificate]:
    """Click by `press`, answer what asks where to save, wait for the file, keep it below `downloads/`, and read it.

    A file that holds a private key, or no certificate, is not kept. Raises DownloadFailed, CertificateRefused, TimedOut.
    """
    arrived: list[Download] = []
    page, finder = recorder.page, recorder.finder

    def hear(download: Download) -> None:
        arrived.append(download)

    page.on("download", hear)
    try:
        stale = bool(spec.announced_by) and finder.shows(spec.announced_by or [])
        press()
        with waiting("the file", recorder.timeout):
            announced = _await_file(recorder, step, spec, arrived)
    finally:
        page.remove_listener("download", hear)
    file = arrived[0]
    with waiting("the end of the download"):
        failure = file.failure()
    if failure:
        raise DownloadFailed(f"{recorder.firmware.name}: {step.element}: the browser says {failure!r}; a file was expected")
    if spec.announced_by and not (announced or stale or _comes(recorder, spec)):
        step.note = "the file arrived, but the recorder did not announce it"
    data = Path(file.path()).read_bytes()
    if not data:
        raise DownloadFailed(
            f"{recorder.firmware.name}: {step.element}: {file.suggested_filename} is empty; a certificate was expected"
        )
    certificates = read_certificates(data, file.suggested_filename)
    kept = _keep(recorder.downloads, page_name, file.suggested_filename, data)
    step.note, step.value = step.note or f"saved as {kept.name}", file.suggested_filename
    return [replace(certificate, file=kept) for certificate in certificates]


def keep_text(recorder: Recorder, step: Step, page_name: str, text: str) -> list[Certificate]:
    """A certificate that the page shows as text, kept as a file like a download. Raises CertificateRefused."""
    certificates = read_certificates(text.encode(), f"the text of {step.element}")
    kept = _keep(recorder.downloads, page_name, "certificate.pem", text.encode())
    step.note, step.value = f"saved as {kept.name}", "certificate.pem"
    return [replace(certificate, file=kept) for certificate in certificates]


def keep_served(recorder: Recorder, certificate: Certificate, number: int) -> Certificate:
    """A certificate that was served, kept as a file like a download: the device's first, then those that signed it."""
    name = "certificate.pem" if number == 0 else f"ca-certificate-{number}.pem"
    return replace(certificate, file=_keep(recorder.downloads, "served", name, certificate.pem.encode()), format="pem")


def _await_file(recorder: Recorder, step: Step, spec: Element, arrived: list[Download]) -> bool:
    """Wait for the download; True if the announcement was seen meanwhile."""
    finder, announced = recorder.finder, False
    deadline = time.monotonic() + recorder.timeout
    while not arrived:
        if recorder.view.happens("download", _SLICE) or arrived:
            break
        if spec.refused_by and finder.shows(spec.refused_by):
            said = finder.any_of(spec.refused_by).first.inner_text().strip()
            raise DownloadFailed(f"{recorder.firmware.name}: {step.element}: the recorder says {said!r}; a file was expected")
        announced = announced or (bool(spec.announced_by) and finder.shows(spec.announced_by or []))
        recorder.popups.answer_any()
        if time.monotonic() > deadline:
            raise DownloadFailed(
                f"{recorder.firmware.name}: {step.element}: no file came within {recorder.timeout:g} s after the click"
            )
    return announced


def _comes(recorder: Recorder, spec: Element) -> bool:
    return recorder.view.comes(spec.announced_by or [], 1000)


def _keep(folder: Path, page_name: str, suggested: str, data: bytes) -> Path:
    """Write `data` under a name that tells the button and keeps the recorder's own name; two files never share one."""
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.@-]+", "_", PurePosixPath(suggested.replace("\\", "/")).name).lstrip(".") or "certificate"
    path = folder / f"{page_name.replace('_', '-')}-{name}"
    path.write_bytes(data)
    return path
