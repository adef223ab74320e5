"""`nvrflow trust`, `nvrflow untrust` and `nvrflow verify`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvrflow.cli.finite_number import finite
from nvrflow.cli.options import TrustOptions, checked_address, trusting
from nvrflow.cli.paragraph import agreed, say
from nvrflow.errors import WrongCall

if TYPE_CHECKING:
    from nvrflow.report import TrustChange
    from nvrflow.trust import Kind, Plan


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
    """Import a recorder's certificate files, as narrowly as possible, so that this computer's browsers trust it."""
    from nvrflow.trust import apply, approve, listed, make_plan, request_for_files

    if listing:
        _show(listed(), as_json, [line for store in listed() for line in _store_lines(store)])
        return 0
    if not files:
        raise WrongCall("trust: give the certificate files, or use --list")
    plan = make_plan(request_for_files(files, url, trust.terms()))
    if dry_run:
        nothing = [] if plan.shown else ["Nothing has to be done: everything is there already."]
        said = [f"This would be refused: {plan.refusal}."] if plan.refusal else nothing
        _show(plan.as_dict(), as_json, [*_warned(plan.warnings), *said], plan.shown)
        return 1 if plan.refusal else 0
    person = sys.stdin.isatty() and sys.stderr.isatty()
    if not as_json and (trust.yes or trust.expected or not person):  # a question shows the warnings itself
        for line in _warned(plan.warnings):
            say(line, err=True)
    changes = apply(approve(plan, trust.approver(agreed if person else None)))
    document = {**plan.as_dict(), "trust": [asdict(change) for change in changes]}
    by_hand = [line for item in plan.by_hand for line in item.commands]
    _show(document, as_json, list(_outcome(plan, changes)), by_hand)
    return 0


def _outcome(plan: Plan, changes: Sequence[TrustChange]) -> Iterator[str]:
    """What was imported into which store, what it covers, and what was left out and why."""
    for change in changes:
        done = "imported" if change.changed else "was there already"
        yield f"{change.store}: {done}; trusted {plan.judgement.reach} ({change.anchor[:23]}…)"
    if not changes:
        yield "Nothing was imported: no store on this computer accepts this certificate."
    yield from (str(one) for one in plan.skipped)
    if plan.by_hand:
        yield "As administrator, type:"


@click.command(short_help="Remove exactly what nvrflow imported.")
@click.argument("targets", nargs=-1, metavar="URL|FILE...")
@click.option("--all", "everything", is_flag=True, help="Everything that nvrflow ever put into this computer's stores.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def untrust(targets: tuple[str, ...], everything: bool, as_json: bool) -> int:
    """Remove what was imported for a recorder or from a file, and nothing that a person had put there."""
    from nvrflow.trust import Computer, ledger_of, remove

    if bool(targets) == everything:
        raise WrongCall("untrust: give the recorder's address, the files, or --all")
    computer = Computer.this()
    ledger = ledger_of(computer)
    removals, lines = [], []
    for target in targets or (None,):
        done = remove(_target(target), ledger, computer)
        removals += done
        lines += [f"{one.store}: {one.sha256[:23]}… {f'for {one.host} ' if one.host else ''}{one.note}" for one in done]
        if all(one.outcome == "others" for one in done):
            lines.append(_nothing_left(target, ledger))
    document = [
        {**asdict(one.change), "host": one.host, "outcome": one.outcome, "problem": one.problem or None} for one in removals
    ]
    _show({"trust": document, "notes": [] if removals else lines}, as_json, lines)
    return 1 if any(one.outcome in ("failed", "found") for one in removals) else 0


def _target(target: str | None) -> Any:
    """The target for `remove`: None for everything, the certificates of a file, or an address."""
    from nvrflow.address import normalised
    from nvrflow.certificate import read_certificate_file

    if target is None:
        return None
    return read_certificate_file(Path(target)) if _is_file(target) else normalised(target)


def _nothing_left(target: str | None, ledger: Any) -> str:
    """The sentence for a target that is in no store: it was removed earlier, or is not known at all."""
    from nvrflow.certificate import host_of

    if target is None:
        return "Nothing that nvrflow imported is in your own stores."
    before = None if _is_file(target) else ledger.taken_back(host_of(target))
    if before is not None:
        return f"{target}: was removed already ({before.when[:16].replace('T', ' ')} UTC); nothing of it is in your stores now."
    return f"{target}: nvrflow imported nothing for it into your stores, and your ledger has no entry; see nvrflow trust --list."


@click.command(short_help="Make a folder for the thumb drive: certificates, install and uninstall scripts.")
@click.argument("sources", nargs=-1, required=True, metavar="FILE...|URL")
@click.option("--out", metavar="FOLDER", required=True, type=click.Path(path_type=Path), help="A new or empty folder.")
@click.option(
    "--for",
    "url",
    metavar="URL",
    callback=checked_address,
    help="The recorder, as people open it (default: the certificate's first name).",
)
@click.option("--trust", "kind", type=click.Choice(["limited", "pin", "ca", "as-guide"]), default="limited", show_default=True)
@click.option("--also", metavar="NAME", multiple=True, help="A further public name on the certificate that may be trusted.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def bundle(sources: tuple[str, ...], out: Path, url: str | None, kind: Kind, also: tuple[str, ...], as_json: bool) -> int:
    """Make a folder that installs a recorder's certificates on other computers and needs only their operating system.

    Give the certificate files, or the recorder's address (with https://); then the certificates come from the connection.
    """
    from nvrflow.trust import Terms, request_for_files, request_for_served
    from nvrflow.trust.bundle import make_bundle

    terms = Terms(kind, also=also)
    if len(sources) == 1 and _is_address(sources[0]):
        request = request_for_served(sources[0], terms)
    else:
        request = request_for_files([Path(one) for one in sources], url, terms)
    made = make_bundle(request, out)
    found = made.judgement
    lines = [f"{made.folder}: {'is there already' if made.already else 'made'} for {made.url}; SHA-256 {found.fingerprint}"]
    lines += [f"  {path.relative_to(made.folder)}" for path in made.files] + _warned(made.warnings)
    document = {
        "folder": str(made.folder),
        "host": found.request.host,
        "url": made.url,
        "kind": found.kind,
        "fingerprint": found.fingerprint,
        "already": made.already,
        "files": [str(path.relative_to(made.folder)) for path in made.files],
        "warnings": list(made.warnings),
        "problems": [problem.as_dict() for problem in found.problems],
    }
    _show(document, as_json, lines)
    return 0


def _is_address(text: str) -> bool:
    """Whether it is an address, not a file. A name like nvr.local needs its http://, an IP address does not."""
    from nvrflow.address import host_of, is_like_an_address
    from nvrflow.certificate.hosts import is_ip

    return not _is_file(text) and (is_like_an_address(text) or is_ip(host_of(text)))


def _is_file(text: str) -> bool:
    """Whether there is a file of this name; False for a name that is too long for a file."""
    try:
        return Path(text).is_file()
    except OSError:
        return False


def _warned(warnings: Iterable[str]) -> list[str]:
    return [f"warning: {warning}" for warning in warnings]


@click.command(short_help="Does a browser on this computer trust the recorder?")
@click.argument("url", callback=checked_address)
@click.option(
    "--browser-path", metavar="PATH", type=click.Path(path_type=Path), help="The browser to use (also NVRFLOW_BROWSER)."
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=1),
    callback=finite,
    default=30,
    show_default=True,
    help="How long each wait may take.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def verify(url: str, browser_path: Path | None, timeout: float, as_json: bool) -> int:
    """Open https://recorder with this computer's own browsers and tools, ignoring no error; if it is not trusted, say why."""
    from nvrflow.trust.verify import verify as verified

    found = verified(url, browser_path, timeout, say=lambda line: click.echo(line, err=True))
    _show(found.as_dict(), as_json, found.lines())
    return 0 if found.trusted else 1


def _show(document: object, as_json: bool, prose: Iterable[str], commands: Iterable[str] = ()) -> None:
    """Print the document, or the sentences for a person followed by the commands exactly as they can be typed."""
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for line in prose:
        say(line, indent=4)
    for line in commands:
        click.echo(line)


def _store_lines(store: dict[str, object]) -> list[str]:
    mark = "ready" if store["usable"] else "not usable"
    lines = [f"{store['name']:24} {mark:10} {store['readers']}: {store['place']}"]
    if not store["usable"]:
        lines.append(f"{'':24} {store['why']}" + (f"; {store['mend']}" if store["mend"] else ""))
    entries = store["entries"]
    assert isinstance(entries, list)
    lines.extend(
        f"{'':24} {entry['sha256'][:23]}… {entry['kind']} for {entry['host']}, counts for {entry['reach']}"
        + (f"; {entry['note']}" if entry["note"] else "")
        for entry in entries
    )
    return lines
