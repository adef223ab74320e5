"""`nvrflow read`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from nvrflow.cli.options import Driving, checked_place, driving_to, is_capture
from nvrflow.cli.password import asker
from nvrflow.errors import WrongCall

_OUT = click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write the document to this file instead.")


@click.command(short_help="Read every setting that the recorder's pages show.")
@click.argument("place", metavar="URL|CAPTURE", callback=checked_place)
@click.option("--flows", metavar="DIR", type=click.Path(path_type=Path), help="A folder with your own flow sign_in.")
@driving_to(_OUT)
def read(place: str, driving: Driving, flows: Path | None) -> int:
    """Read every setting that the pages of a recorder or of a CAPTURE show, and print them as one YAML document (--json: JSON).

    A setting has a name of docs/settings.md where the selector file gives it one, and otherwise the name of its page and its
    label. Nothing is changed. Passwords are listed without their value. Exit code 1 if a page could not be read.
    """
    from nvrflow.cli.paragraph import say
    from nvrflow.cli.progress import progress_for
    from nvrflow.content import as_yaml
    from nvrflow.settings.round_trip import Reader, read_settings

    progress = progress_for(True)
    with progress:
        password = None if is_capture(place) else asker(place, driving.user, progress.pause)
        found = read_settings(place, Reader(driving.user, password, driving.manner(), flows, progress))
    document = found.as_dict()
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n" if driving.as_json else as_yaml(document)
    if driving.out is None:
        click.echo(text, nl=False)
    else:
        _write(driving.out, text)
        say(f"{driving.out}: {len(found.settings)} settings", indent=2)
    for page, why in found.not_read.items():
        say(f"{page}: not read: {why}", err=True, indent=2)
    return 1 if found.not_read else 0


def _write(out: Path, text: str) -> None:
    from nvrflow.whole_file import write_whole

    try:
        write_whole(out, text.encode())
    except OSError as problem:
        raise WrongCall(f"--out {out}: cannot be written ({problem.strerror}); name a file in a folder of your own") from None
