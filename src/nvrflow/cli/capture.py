"""`nvrflow capture`."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvrflow.cli.options import Driving, checked_address, driving_to
from nvrflow.cli.password import asker
from nvrflow.errors import WrongCall

if TYPE_CHECKING:
    from nvrflow.capture.archive import Capture
    from nvrflow.capture.tour import Wish

_OUT = click.option(
    "--out", metavar="FOLDER", type=click.Path(path_type=Path), required=True, help="The folder to make; it must not exist yet."
)


@dataclass(frozen=True)
class Asked:
    """The command's own options, as they were typed."""

    languages: str | None
    pages: str | None
    donate: bool
    yes: bool
    draft: str | None
    flows: Path | None
    replaced: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The languages in which the pages are visited."""
        return _parts(self.languages)

    def check(self) -> None:
        """Raise WrongCall for what can be seen to be wrong before a recorder is asked."""
        if self.languages is not None and not self.codes:
            raise WrongCall("--languages: names no language; write their codes, for example en,de")
        if self.pages is not None and not _parts(self.pages):
            raise WrongCall("--pages: names no page; write names of the selector file, for example sign_in,https")
        if self.donate and not self.yes and not sys.stdin.isatty():
            raise WrongCall("--donate: asks before it writes, and nobody is here to answer; use a terminal, or add --yes")


@click.command(short_help="Keep every page of a recorder, without private data, to look at without the recorder.")
@click.argument("url", callback=checked_address)
@click.option("--languages", metavar="CODES", help="Visit the pages in each of these languages, for example en,de.")
@click.option("--pages", metavar="NAMES", help="Only these pages of the selector file, for example sign_in,https.")
@click.option("--donate", is_flag=True, help="The smallest capture, to give to others: no pictures and styles; shown before.")
@click.option("--yes", is_flag=True, help="With --donate: write it without a question.")
@click.option(
    "--replace", "replaced", metavar="WORD", multiple=True, help="A private word, such as a camera's name; may be given again."
)
@click.option("--draft", metavar="NAME", help="Of an unknown UI: capture its start page, and write a first selector file NAME.")
@click.option("--flows", metavar="DIR", type=click.Path(path_type=Path), help="A folder with your own flow sign_in.")
@driving_to(_OUT)
def capture(url: str, driving: Driving, **told: Any) -> int:
    """Keep every page of the selector file as it is now, in a folder that can be looked at without the recorder.

    Nothing is changed on the recorder. Addresses, serial numbers, names, certificates and other private data are replaced by
    made-up ones while the folder is written, and the finished folder is searched for them once more. Exit code 1 if a page is
    missing that the device has; without any page no folder is written.
    """
    from nvrflow.capture.tour import Wish
    from nvrflow.cli.progress import progress_for
    from nvrflow.running import find_flow

    asked = Asked(**told)
    asked.check()
    assert driving.out is not None
    progress = progress_for(driving.as_json)

    def approve(finished: Capture) -> bool:
        with progress.pause():
            return _approved(finished, asked.yes, driving.as_json)

    with progress:
        password = asker(url, driving.user, progress.pause)
        sign_in = find_flow("sign_in", asked.flows)
        wish = Wish(url, driving.out, sign_in, asked.codes, driving.user, password, driving.manner(), progress)
        wish = replace(wish, pages=_parts(asked.pages), replaced=asked.replaced)
        taken = _taken(replace(wish, donated=asked.donate, approve=approve if asked.donate else None), asked.draft)
    if driving.as_json:
        click.echo(json.dumps(_document(taken), ensure_ascii=False, indent=2))
    _tell(taken, err=driving.as_json)
    return 1 if taken.summary.missed else 0


def _parts(typed: str | None) -> tuple[str, ...]:
    """The names in a list with commas, each once."""
    return tuple(dict.fromkeys(part.strip() for part in (typed or "").split(",") if part.strip()))


def _taken(wish: Wish, draft: str | None) -> Capture:
    """The capture; of an unknown UI its start page, with a first selector file for it beside the pages."""
    from nvrflow.capture.draft import draft_of, seed
    from nvrflow.capture.tour import take

    if draft is None:
        return take(wish)
    with tempfile.TemporaryDirectory(prefix="nvrflow-") as scratch:
        manner = replace(wish.manner, firmware=draft, selectors=seed(draft, Path(scratch), wish.manner.selectors))
        taken = take(replace(wish, manner=manner, sign_in=lambda recorder: None))
    file = taken.folder / "selectors" / f"{draft}.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(draft_of(taken, draft), encoding="utf-8")
    return taken


def _approved(finished: Capture, yes: bool, err: bool) -> bool:
    """Show everything that a donated capture tells, and ask whether it may be written."""
    from nvrflow.capture.donation import MEANING, preview
    from nvrflow.cli.paragraph import say

    for line in (MEANING, "", *preview(finished)):
        say(line, err=err, indent=2)
    return yes or click.confirm("Write this folder?", err=True)


def _document(taken: Capture) -> dict[str, object]:
    summary = taken.summary
    return {
        "nvrflow": summary.nvrflow,
        "capture": str(taken.folder),
        "firmware": summary.firmware,
        "pages": {code: dict(states) for code, states in summary.pages.items()},
        "replaced": dict(summary.replaced),
        "removed": list(summary.removed),
        "differs": list(summary.differs),
        "notes": list(summary.notes),
    }


def _tell(taken: Capture, err: bool) -> None:
    from nvrflow.cli.paragraph import say

    summary = taken.summary
    for code, states in summary.pages.items():
        reached = [name for name, state in states.items() if state == "ok"]
        say(f"{code}: {len(reached)} of {len(states)} pages", err=err, indent=2)
        for name, state in states.items():
            if state != "ok":
                say(f"{name}: {state}", err=err, first=4, indent=6)
    replaced = ", ".join(f"{count} of kind {kind}" for kind, count in summary.replaced.items()) or "nothing"
    say(f"Replaced by made-up values: {replaced}", err=err, indent=2)
    for what, found in (("Removed", summary.removed), ("Differs from the live page", summary.differs), ("Note", summary.notes)):
        for one in found:
            say(f"{what}: {one}", err=err, indent=2)
    say(f"Written to {taken.folder}", err=err, indent=2)
    if summary.missed:
        say(f"Not complete: {', '.join(summary.missed)} could not be captured, for the reasons above.", err=err, indent=2)
