"""`nvrflow compare`."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvrflow.cli.options import Driving, driving_to
from nvrflow.cli.password import asker
from nvrflow.errors import WrongCall

if TYPE_CHECKING:
    from nvrflow.compare.comparison import Comparison
    from nvrflow.compare.side import Side

_OUT = click.option(
    "--out",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Write compare.html, compare.md, compare.json and junit.xml into this folder.",
)
_FILE = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True)
class Wishes:
    """The command's own options, as they were typed."""

    html: Path | None
    markdown: Path | None
    junit: Path | None
    fail_on: str
    accept: tuple[str, ...]
    reason: str
    accepted: Path | None
    ignore: tuple[Path, ...]
    languages: str | None
    verbose: bool
    flows: Path | None


@click.command(short_help="What changed between two firmwares: captures, runs or live recorders.")
@click.argument("a")
@click.argument("b")
@click.option("--html", metavar="FILE", type=_FILE, help="Write the page that a release manager reads; it opens offline.")
@click.option("--markdown", metavar="FILE", type=_FILE, help="Write Markdown for a merge request.")
@click.option("--junit", metavar="FILE", type=_FILE, help="Write JUnit XML, one test case for each difference.")
@click.option(
    "--fail-on",
    type=click.Choice(["never", "breaking", "drift", "any"]),
    default="never",
    show_default=True,
    help="Exit code 1 if a difference breaks a flow; also if one drifts or gets worse; if there is any at all.",
)
@click.option("--accept", metavar="ID", multiple=True, help="Write down that this difference is accepted (repeatable).")
@click.option("--reason", metavar="TEXT", default="", help="Why it is accepted; needed with --accept.")
@click.option(
    "--accepted",
    metavar="FILE",
    type=_FILE,
    help="Where accepted differences are kept (default: nvrflow-accepted.yaml beside B).",
)
@click.option("--ignore", metavar="FILE", type=_FILE, multiple=True, help="Rules in YAML for what is not told (repeatable).")
@click.option("--languages", metavar="CODES", help="The languages of a live recorder that are captured, for example en,de.")
@click.option("--verbose", is_flag=True, help="Show every difference, and not only as many as fit on one screen.")
@click.option("--flows", metavar="DIR", type=click.Path(path_type=Path), help="A folder with your own flows; they count, too.")
@driving_to(_OUT)
def compare(a: str, b: str, driving: Driving, **told: Any) -> int:
    """Say what changed from A to B, worst first: what breaks flows, then what gets worse, then everything else.

    A and B are folders of captures (nvrflow capture), folders of runs of one flow, or addresses of live recorders, which are
    captured first; nothing is changed on them.
    """
    from nvrflow.compare.comparison import compare as compared
    from nvrflow.compare.comparison import with_patch
    from nvrflow.compare.known import DEFAULT, known_from

    wishes = Wishes(**told)
    if wishes.accept and not wishes.reason.strip():
        raise WrongCall("--accept: needs --reason TEXT, because the file of accepted differences is read by others")
    with _sides(a, b, driving, wishes) as (before, after):
        found = compared(before, after, wishes.flows, driving.selectors)
        kept = wishes.accepted or _beside(b) / DEFAULT
        if wishes.accept:
            _accept(kept, wishes, found)
        found = known_from([kept, *_existing(wishes.ignore)]).applied(found)
        found = with_patch(found, lambda comparison: _patch(comparison, driving, wishes))
        _write(found, driving, wishes)
    if driving.as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
    _tell(found, wishes, err=driving.as_json)
    return int(found.fails(wishes.fail_on))


def _beside(b: str) -> Path:
    """The folder in which the capture lies; for a recorder's address the present folder."""
    if "://" in b:
        return Path()
    return Path(b).parent if Path(b).name else Path(b).resolve().parent


@contextmanager
def _sides(a: str, b: str, driving: Driving, wishes: Wishes) -> Iterator[tuple[Side, Side]]:
    """Both sides; a live recorder's capture lasts as long as the block."""
    from nvrflow.capture.archive import Capture
    from nvrflow.capture.tour import Wish, take
    from nvrflow.cli.progress import progress_for
    from nvrflow.compare.side import side_of
    from nvrflow.running import find_flow

    with tempfile.TemporaryDirectory(prefix="nvrflow-compare-") as temporary:
        languages = [part.strip() for part in (wishes.languages or "").split(",") if part.strip()]

        def taking(url: str) -> Capture:
            progress = progress_for(driving.as_json)
            with progress:
                password = asker(url, driving.user, progress.pause)
                folder = Path(tempfile.mkdtemp(dir=temporary)) / "capture"
                sign_in = find_flow("sign_in", wishes.flows)
                return take(Wish(url, folder, sign_in, tuple(languages), driving.user, password, driving.manner(), progress))

        before = side_of(a, taking)
        languages = languages or list(before.languages)
        yield before, side_of(b, taking)


def _existing(files: tuple[Path, ...]) -> tuple[Path, ...]:
    for file in files:
        if not file.is_file():
            raise WrongCall(f"--ignore {file}: there is no such file")
    return files


def _patch(found: Comparison, driving: Driving, wishes: Wishes) -> str:
    """The change of the selector file that corrects it for the second side, where that is a capture."""
    from nvrflow.check.examination import proposed_patch

    capture = found.b.capture
    return proposed_patch(capture.folder, driving.manner(), wishes.flows) if capture is not None else ""


def _accept(file: Path, wishes: Wishes, found: Comparison) -> None:
    from nvrflow.cli.paragraph import say
    from nvrflow.compare.known import accept
    from nvrflow.compare.sentence import sentence

    day = datetime.now(UTC).date().isoformat()
    for one in accept(file, wishes.accept, wishes.reason.strip(), found, day):
        say(f"accepted in {file}: {sentence(one)}", err=True, indent=2)


def _write(found: Comparison, driving: Driving, wishes: Wishes) -> None:
    """Write the documents that were asked for."""
    from nvrflow.compare.junit_cases import as_junit
    from nvrflow.compare.markdown_note import as_markdown
    from nvrflow.compare.release_page import as_html
    from nvrflow.whole_file import write_whole

    out = driving.out
    junit_limit = "drift" if wishes.fail_on == "never" else wishes.fail_on
    documents: list[tuple[Path | None, Path | None, Callable[[], str]]] = [
        (wishes.html, out and out / "compare.html", lambda: as_html(found)),
        (wishes.markdown, out and out / "compare.md", lambda: as_markdown(found)),
        (wishes.junit, out and out / "junit.xml", lambda: as_junit(found, junit_limit)),
        (None, out and out / "compare.json", lambda: json.dumps(found.as_dict(), ensure_ascii=False, indent=2) + "\n"),
    ]
    for asked, beside, written in documents:
        for file in filter(None, (asked, beside)):
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                write_whole(file, written().encode())
            except OSError as problem:
                raise WrongCall(f"{file}: cannot be written ({problem.strerror}); name another place") from None


def _tell(found: Comparison, wishes: Wishes, err: bool) -> None:
    from nvrflow.cli.terminal import console_on, encodable
    from nvrflow.compare.summary_lines import SCREEN, summary_lines

    console = console_on(sys.stderr if err else sys.stdout)
    width, height = console.size
    lines = 10_000 if wishes.verbose else height - 1 if console.is_terminal else SCREEN
    for line in summary_lines(found, lines, width if console.is_terminal else 10_000 if wishes.verbose else width):
        click.echo(encodable(console, line), err=err)
