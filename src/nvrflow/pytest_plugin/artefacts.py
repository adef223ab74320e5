"""What pytest-playwright's options keep of a test on a recorder: picture, trace and video, in the same folder and reports."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from nvrflow.recorder import Recorder

ARTEFACTS = pytest.StashKey["Artefacts"]()


@dataclass
class Artefacts:
    """The files of one attempt at one test. `made` are those that are written while the test runs, `kept` what stays of them.

    `folder` is pytest-playwright's folder for the test, so that each retry has its own. The names begin with `recorder`, because
    the fixture `page` may write into the folder, too.
    """

    config: pytest.Config
    folder: Path
    made: Path
    kept: list[tuple[str, Path]] = field(default_factory=list)

    @property
    def trace(self) -> Path | None:
        """Where the trace is written, if one is wanted."""
        return None if self.config.getoption("--tracing") == "off" else self.made / "recorder-trace.zip"

    @property
    def video(self) -> Path | None:
        """Where the video is written, if one is wanted."""
        return None if self.config.getoption("--video") == "off" else self.made / "recorder-video.webm"

    def picture(self, recorder: Recorder, failed: bool) -> None:
        """Keep the screen at the end of the test, if `--screenshot` wants it."""
        if not self._wanted("--screenshot", failed, "only-on-failure"):
            return
        recorder.steps.camera.full_page = bool(self.config.getoption("--full-page-screenshot"))
        image = screen(recorder)
        if image:
            path = self.folder / f"recorder-test-{'failed' if failed else 'finished'}-1.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(image)
            self.kept.append(("screenshot", path))

    def finish(self, failed: bool, videos: Iterable[Path]) -> None:
        """Keep trace and videos, if their options want them; they are complete once the browser is closed."""
        if self.trace is not None and self._wanted("--tracing", failed):
            self._keep("trace", self.trace)
        for path in videos if self._wanted("--video", failed) else ():
            self._keep("video", path)

    def _wanted(self, option: str, failed: bool, word: str = "retain-on-failure") -> bool:
        value = self.config.getoption(option)
        return value == "on" or (failed and value == word)

    def _keep(self, kind: str, path: Path) -> None:
        if path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            target = self.folder / path.name
            target.write_bytes(path.read_bytes())
            self.kept.append((kind, target))


def screen(recorder: Recorder) -> bytes | None:
    """The screen as it is now, as PNG without secrets; None where the browser shows nothing any more."""
    from nvrflow.browser.playwright_errors import PlaywrightError
    from nvrflow.recorder.look import answers
    from nvrflow.recorder.secret_fields import mark_shown
    from nvrflow.report import Step
    from nvrflow.report.pictures import as_png

    page = recorder.steps.shown()
    if page is None or not answers(page):
        return None
    try:
        mark_shown(page, recorder.firmware)
        picture = recorder.steps.camera.take_failure(Step("end", "The end of the test"), page)
    except PlaywrightError:
        return None
    return as_png(picture, picture.raw())


def attach(item: pytest.Item, report: pytest.TestReport, kept: Iterable[tuple[str, Path]]) -> None:
    """Name the files in JUnit (properties) and, if it is installed, in pytest-html, as pytest-playwright does with its own."""
    start = item.config.invocation_params.dir
    for kind, path in kept:
        told = path.relative_to(start) if path.is_relative_to(start) else path
        report.user_properties.append((f"nvrflow_{kind}", str(told)))
    _link(item.config, report, kept)


def _link(config: pytest.Config, report: Any, kept: Iterable[tuple[str, Path]]) -> None:
    html, target = config.pluginmanager.getplugin("html"), getattr(config.option, "htmlpath", None)
    if html is None or not target:
        return
    folder = Path(config.invocation_params.dir, Path(os.path.expandvars(target)).expanduser()).parent
    extras = getattr(report, "extras", [])
    for kind, path in kept:
        where = quote(Path(os.path.relpath(path, folder)).as_posix())
        if path.suffix == ".png":
            within = getattr(config.option, "self_contained_html", False)
            content = b64encode(path.read_bytes()).decode() if within else where
            extras.append(html.extras.png(content, name=kind.replace("_", " ").capitalize()))
        elif kind == "video":
            extras.append(html.extras.video(where, name="Video", mime_type="video/webm", extension="webm"))
        else:
            extras.append(html.extras.url(where, name=kind.capitalize()))
    report.extras = extras
