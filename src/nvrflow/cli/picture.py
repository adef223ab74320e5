"""`nvrflow picture`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvrflow.cli.finite_number import finite
from nvrflow.cli.options import Driving, checked_address, driving_to
from nvrflow.cli.password import asker
from nvrflow.errors import WrongCall

if TYPE_CHECKING:
    from nvrflow.gallery import Hung, Shown, Wanted

_OUT = click.option("--out", metavar="FILE", type=click.Path(path_type=Path), required=True, help="A .png or a .webp to write.")
_SAID = {
    "written": "written",
    "unchanged": "looks the same, not written",
    "missing": "is missing",
    "outdated": "is out of date",
}


@dataclass(frozen=True)
class Wishes:
    """The command's own options, as they were typed."""

    mark: tuple[str, ...]
    arrow: tuple[str, ...]
    padding: float
    color_scheme: str
    languages: str | None
    viewport: str
    scale: float
    alt: str
    verify: bool
    flows: Path | None


@click.command(short_help="Take one picture for documentation, by the page's name.")
@click.argument("url", callback=checked_address)
@click.argument("what", metavar="PAGE[.ELEMENT]")
@click.option("--mark", metavar="ELEMENT", multiple=True, help="Box this element and number it (repeatable, in order).")
@click.option("--arrow", metavar="ELEMENT[=TEXT]", multiple=True, help="Point at this element, with a short text (repeatable).")
@click.option(
    "--padding",
    metavar="N",
    type=click.FloatRange(0, 500),
    callback=finite,
    default=16,
    show_default=True,
    help="Space around the ELEMENT.",
)
@click.option(
    "--color-scheme",
    type=click.Choice(["light", "dark", "both"]),
    default="light",
    show_default=True,
    help="The scheme that the page is asked for; both makes FILE.light and FILE.dark.",
)
@click.option("--languages", metavar="CODES", help="A picture in each of these languages: en,de makes FILE.en and FILE.de.")
@click.option("--viewport", metavar="WxH", default="1280x720", show_default=True, help="The size of the page in CSS pixels.")
@click.option(
    "--scale",
    type=click.FloatRange(1, 4),
    callback=finite,
    default=2,
    show_default=True,
    help="Image pixels per pixel of the page.",
)
@click.option("--alt", metavar="TEXT", default="", help="The alternative text (default: the page's and the elements' words).")
@click.option("--verify", is_flag=True, help="Write nothing; exit code 1 if a file does not look like what the recorder shows.")
@click.option("--flows", metavar="DIR", type=click.Path(path_type=Path), help="A folder with your own flow sign_in.")
@driving_to(_OUT)
def picture(url: str, what: str, driving: Driving, **told: Any) -> int:
    """Take a picture of a PAGE of the selector file, or of one ELEMENT on it, and write it to --out FILE (.png or .webp).

    The alternative text is written beside it, to FILE.alt.txt. A file that looks the same stays as it is. Nothing is changed on
    the recorder; nvrflow signs in only if the page needs it.
    """
    from nvrflow.cli.progress import progress_for
    from nvrflow.gallery import Visit, hang

    wishes = Wishes(**told)
    wanted = _wanted(url, what, driving, wishes)
    progress = progress_for(driving.as_json)
    with progress:
        password = asker(url, driving.user, progress.pause)
        hung = hang(wanted, Visit(driving.user, password, driving.manner(), wishes.flows, progress), wishes.verify)
    if driving.as_json:
        click.echo(json.dumps({"pictures": [one.as_dict() for one in hung]}, ensure_ascii=False, indent=2))
    return _tell(hung, err=driving.as_json)


def _wanted(url: str, what: str, driving: Driving, wishes: Wishes) -> Wanted:
    from nvrflow.gallery import Wanted
    from nvrflow.recorder.illustrator import Subject

    page, _, element = what.partition(".")
    if not page or (not element and what.endswith(".")):
        raise WrongCall(f"{what}: is not a page; name it as in the selector file, for example sign_in or sign_in.submit")
    assert driving.out is not None
    arrows = {name: text for name, _, text in (one.partition("=") for one in wishes.arrow)}
    subject = Subject(page, element, wishes.mark, arrows, wishes.padding)
    return Wanted(url, subject, driving.out, _shown(wishes), wishes.alt)


def _shown(wishes: Wishes) -> Shown:
    from nvrflow.gallery import Shown

    size = re.fullmatch(r"(\d{2,4})x(\d{2,4})", wishes.viewport)
    if size is None:
        raise WrongCall(f"--viewport {wishes.viewport}: is not a size; write it like 1280x720")
    languages = tuple(dict.fromkeys(part.strip() for part in (wishes.languages or "").split(",") if part.strip()))
    schemes = {"light": ("light",), "dark": ("dark",), "both": ("light", "dark")}[wishes.color_scheme]
    return Shown(schemes, languages, int(size[1]), int(size[2]), wishes.scale)  # type: ignore[arg-type]


def _tell(hung: list[Hung], err: bool) -> int:
    """Say what became of each picture; the exit code."""
    from nvrflow.cli.paragraph import say

    for one in hung:
        say(f"{one.file}: {_SAID[one.state]}", err=err, indent=2)
    stale = [one for one in hung if one.is_out_of_date]
    if stale:
        say("Run the same command without --verify to write what has changed.", err=True, indent=2)
    return 1 if stale else 0
