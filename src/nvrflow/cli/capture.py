"""`nvrflow capture`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nvrflow.cli.options import Driving, checked_address, driving_to
from nvrflow.cli.password import asker
from nvrflow.errors import WrongCall

if TYPE_CHECKING:
    from nvrflow.capture.archive import Capture

_OUT = click.option(
    "--out", metavar="FOLDER", type=click.Path(path_type=Path), required=True, help="The folder to make; it must not exist yet."
)


@click.command(short_help="Keep every page of a recorder, without private data, to look at without the recorder.")
@click.argument("url", callback=checked_address)
@click.option("--languages", metavar="CODES", help="Visit the pages in each of these languages, for example en,de.")
@click.option("--flows", metavar="DIR", type=click.Path(path_type=Path), help="A folder with your own flow sign_in.")
@driving_to(_OUT)
def capture(url: str, languages: str | None, flows: Path | None, driving: Driving) -> int:
    """Keep every page of the selector file as it is now, in a folder that can be looked at without the recorder.

    Nothing is changed on the recorder. Addresses, serial numbers, names, certificates and other private data are replaced by
    made-up ones while the folder is written, and the finished folder is searched for them once more.
    """
    from nvrflow.capture.tour import Wish, take
    from nvrflow.cli.progress import progress_for
    from nvrflow.running import find_flow

    assert driving.out is not None
    codes = tuple(dict.fromkeys(part.strip() for part in (languages or "").split(",") if part.strip()))
    if languages is not None and not codes:
        raise WrongCall("--languages: names no language; write their codes, for example en,de")
    progress = progress_for(driving.as_json)
    with progress:
        password = asker(url, driving.user, progress.pause)
        sign_in = find_flow("sign_in", flows)
        taken = take(Wish(url, driving.out, sign_in, codes, driving.user, password, driving.manner(), progress))
    if driving.as_json:
        click.echo(json.dumps(_document(taken), ensure_ascii=False, indent=2))
    _tell(taken, err=driving.as_json)
    return 0


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
