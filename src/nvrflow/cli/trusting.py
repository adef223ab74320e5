"""`nvrflow trust`, `nvrflow untrust` and `nvrflow verify`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nvrflow.cli.options import TrustOptions, checked_address, trusting
from nvrflow.errors import WrongCall

if TYPE_CHECKING:
    from nvrflow.trust import Kind


@click.command(short_help="Import certificate files with the operating system's tools.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--for",
    "url",
    metavar="URL",
    callback=checked_address,
    help="The recorder that the files are for; its served certificate is compared.",
)
@click.option("--list", "listing", is_flag=True, help="The stores of this computer, and what nvrflow put there.")
@click.option("--dry-run", is_flag=True, help="Print the exact commands, change nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@trusting
def trust(files: tuple[Path, ...], url: str | None, listing: bool, dry_run: bool, as_json: bool, trust: TrustOptions) -> int:
    """Import a recorder's certificate files, as little as is needed, so that this computer's browsers trust it."""
    from nvrflow.trust.files import import_files, listed, planned

    if listing:
        _show(listed(), as_json, "\n".join(line for store in listed() for line in _store_lines(store)))
        return 0
    if not files:
        raise WrongCall("trust: name the certificate files, or --list")
    plan = planned(files, url, trust.kind, trust.stores, trust.scope)
    if dry_run:
        text = plan.refusal or "\n".join(plan.shown) or "nothing is to be done: all is there already"
        _show(plan.as_dict(), as_json, text)
        return 1 if plan.refusal else 0
    confirm = _confirm if sys.stdin.isatty() and sys.stderr.isatty() else None
    changes = import_files(plan, trust.expected, trust.yes, confirm)
    lines = [
        f"{change.store}: {'imported' if change.changed else 'was there already'} ({change.anchor[:23]}…)" for change in changes
    ]
    lines += [f"{store}: skipped: {why}" for store, why in plan.skipped]
    lines += [f"as administrator: {line}" for item in plan.by_hand for line in item.commands]
    _show({**plan.as_dict(), "trust": [asdict(change) for change in changes]}, as_json, "\n".join(lines))
    return 0


@click.command(short_help="Take away exactly what nvrflow imported.")
@click.argument("targets", nargs=-1, metavar="URL|FILE...")
@click.option("--all", "everything", is_flag=True, help="All that nvrflow ever put into this computer's stores.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def untrust(targets: tuple[str, ...], everything: bool, as_json: bool) -> int:
    """Take back what was imported for a recorder or from a file, and nothing that a person had put there."""
    from nvrflow.trust.files import take_back

    if bool(targets) == everything:
        raise WrongCall("untrust: name the recorder, the files, or --all")
    removals, undone = take_back(targets)
    lines = [*undone, *(f"{one.entry.store}: {one.entry.sha256[:23]}… of {one.entry.host}: {one.note}" for one in removals)]
    text = "\n".join(lines) or "nothing was ever imported for that; see nvrflow trust --list"
    document = [{**asdict(one.change), "host": one.entry.host, "problem": one.problem or None} for one in removals]
    _show({"trust": document, "notes": undone}, as_json, text)
    return 1 if any(one.problem for one in removals) else 0


@click.command(short_help="A folder for the thumb drive: certificates, install and uninstall scripts.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--out", metavar="FOLDER", required=True, type=click.Path(path_type=Path), help="A new or empty folder.")
@click.option(
    "--for",
    "url",
    metavar="URL",
    callback=checked_address,
    help="The recorder, as people open it (default: the certificate's first name).",
)
@click.option("--trust", "kind", type=click.Choice(["limited", "pin", "ca", "as-guide"]), default="limited", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def bundle(files: tuple[Path, ...], out: Path, url: str | None, kind: Kind, as_json: bool) -> int:
    """Make the folder that installs a recorder's certificates on other computers with nothing but their operating system."""
    from nvrflow.certificate import read_certificate_file
    from nvrflow.trust.bundle import make_bundle

    certificates = [certificate for path in files for certificate in read_certificate_file(path)]
    made = make_bundle(certificates, out, url, kind)
    lines = [f"{made.folder}: {'is there already' if made.already else 'made'} for {made.host}; SHA-256 {made.fingerprint}"]
    lines += [f"  {path.relative_to(made.folder)}" for path in made.files] + [f"warning: {warning}" for warning in made.warnings]
    document = {
        "folder": str(made.folder),
        "host": made.host,
        "fingerprint": made.fingerprint,
        "already": made.already,
        "files": [str(path.relative_to(made.folder)) for path in made.files],
        "warnings": list(made.warnings),
    }
    _show(document, as_json, "\n".join(lines))
    return 0


@click.command(short_help="Does a browser on this computer trust the recorder?")
@click.argument("url", callback=checked_address)
@click.option(
    "--browser-path", metavar="PATH", type=click.Path(path_type=Path), help="The browser to use (also NVRFLOW_BROWSER)."
)
@click.option(
    "--timeout", metavar="SECONDS", type=click.FloatRange(min=1), default=30, show_default=True, help="The end of every wait."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def verify(url: str, browser_path: Path | None, timeout: float, as_json: bool) -> int:
    """Open https://recorder with this computer's own browser and tools, ignoring no error; if it is not trusted, say why."""
    from nvrflow.trust.verify import verify as verified

    found = verified(url, browser_path, timeout)
    _show(found.as_dict(), as_json, "\n".join(found.lines()))
    return 0 if found.trusted else 1


def _confirm(question: str) -> bool:
    return click.confirm(question, default=False, err=True)


def _show(document: object, as_json: bool, text: str) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2) if as_json else text)


def _store_lines(store: dict[str, object]) -> list[str]:
    mark = "ready" if store["usable"] else "not usable"
    lines = [f"{store['name']:24} {mark:10} {store['readers']}: {store['place']}"]
    if not store["usable"]:
        lines.append(f"{'':24} {store['why']}" + (f"; {store['mend']}" if store["mend"] else ""))
    entries = store["entries"]
    assert isinstance(entries, list)
    lines.extend(
        f"{'':24} {entry['sha256'][:23]}… {entry['kind']} for {entry['host']}" + (f"; {entry['note']}" if entry["note"] else "")
        for entry in entries
    )
    return lines
