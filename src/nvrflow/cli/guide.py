"""`nvrflow guide`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvrflow.cli.finite_number import finite
from nvrflow.cli.options import Driving, checked_address, driving
from nvrflow.cli.password import asker
from nvrflow.errors import WrongCall, exit_code_of

if TYPE_CHECKING:
    from nvrflow.guide import Batch


@dataclass(frozen=True)
class Wishes:
    """The command's own options as they were typed."""

    sources: tuple[str, ...]
    flow: str
    flows: Path | None
    languages: str | None
    formats: str
    scale: float
    theme: Path | None
    date: str | None
    placeholder: str | None
    video: bool


@click.command(short_help="Write the illustrated guide: Markdown, HTML and PDF, one picture for each step.")
@click.argument("sources", nargs=-1, required=True, metavar="URL|RUN_FOLDER...")
@click.option("--flow", default="secure", show_default=True, metavar="NAME", help="The flow that the guide explains.")
@click.option(
    "--flows",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="A folder with your own flows; they come before the shipped ones.",
)
@click.option("--languages", metavar="CODES", help="A guide in each of these languages, for example en,es,de,zh, and an index.")
@click.option("--format", "formats", metavar="NAMES", default="md,html,pdf", show_default=True, help="Which files to write.")
@click.option(
    "--scale",
    type=click.FloatRange(1, 4),
    callback=finite,
    default=2,
    show_default=True,
    help="Image pixels per pixel of the page.",
)
@click.option("--theme", metavar="FILE", type=click.Path(path_type=Path), help="Colours, box style, logo (see docs/guide.md).")
@click.option("--date", metavar="YYYY-MM-DD", help="The date on the title page (default: when the guide last changed).")
@click.option("--as", "placeholder", metavar="URL", callback=checked_address, help="An address to show instead of the real one.")
@click.option("--video", is_flag=True, help="Also make a video with chapters and a visible cursor.")
@driving
def guide(driving: Driving, **told: Any) -> int:
    """Run a flow and write its illustrated guide into --out (default: nvrflow-guide/); the run's own folder is kept, too.

    With --check nothing is changed on the recorder: steps that would change it are pictured and described. --language is the
    language of the guide; the recorder's pages are shown in it if they have it. This computer's trust stores stay as they are.

    For the RUN_FOLDER of an earlier run, also of secure, the guide is written from that folder, without the recorder.
    """
    from nvrflow.cli.progress import progress_for
    from nvrflow.guide import Wish, read_theme
    from nvrflow.guide_runs import Shooting, make_guides

    wishes = Wishes(**told)
    progress = progress_for(driving.as_json)
    wanted = _listed(wishes.languages or driving.language or "")
    wish = Wish(_formats(wishes.formats), read_theme(wishes.theme), _day(wishes.date), driving.browser_path)
    with progress:
        shooting = Shooting(
            sources=wishes.sources,
            flow=wishes.flow,
            languages=wanted,
            user=driving.user,
            password=lambda url: asker(url, driving.user, progress.pause),
            manner=driving.manner(),
            flows=wishes.flows,
            scale=wishes.scale,
            video=wishes.video,
            listener=progress,
            placeholder=wishes.placeholder or "",
        )
        batch = make_guides(shooting, driving.out or Path("nvrflow-guide"), wish)
    if driving.as_json:
        document = {
            "guides": [made.as_dict() for made in batch.guides],
            "index": str(batch.index or "") or None,
            "notes": batch.remarks,
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    return tell(batch, err=driving.as_json)


def tell(batch: Batch, err: bool = False) -> int:
    """Print what was written, on standard error with `err`; returns the exit code."""
    from nvrflow.cli.paragraph import say
    from nvrflow.cli.terminal import counted

    for made in batch.guides:
        files = ", ".join(str(path) for path in made.files.values())
        news = f"{counted(len(made.written), 'file')} written" if made.written else "nothing changed"
        size = f"{counted(made.chapters, 'chapter')}, {counted(made.pictures, 'picture')}"
        say(f"{made.title} ({made.language}): {size}, {news}: {files}", err=err, indent=2)
        say(f"  Run folder: {made.run}", err=err, indent=2)
        if made.problem:
            say(f"  the guide says what could not be done: {made.problem}", err=err, indent=2)
    for remark in batch.remarks:
        say(remark, err=True, indent=2)
    if batch.index:
        say(f"Index: {batch.index}", err=err, indent=2)
    return max((exit_code_of(made.kind) for made in batch.guides if made.kind), default=0)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _formats(text: str) -> tuple[str, ...]:
    from nvrflow.guide import FORMATS

    chosen = _listed(text)
    strange = [name for name in chosen if name not in FORMATS]
    if strange or not chosen:
        raise WrongCall(f"--format {text}: is not a format; the formats are {', '.join(FORMATS)}")
    return chosen


def _day(text: str | None) -> str | None:
    from datetime import date

    if text is None:
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise WrongCall(f"--date {text}: is not a date; write it like 2026-11-24") from None
