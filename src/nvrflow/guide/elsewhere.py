"""The chapters outside the recorder's pages: comparing, importing on each system, testing, and what to do if it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from nvrflow.address import link_of
from nvrflow.certificate import Certificate
from nvrflow.guide.byhand import Import, conversion, imports
from nvrflow.guide.manual import Item, Listing, Table
from nvrflow.guide.source import Source
from nvrflow.guide.words import Sentence, Words
from nvrflow.hostname import at_host
from nvrflow.report import Step

_SCRIPTS = {"windows": "install-windows.cmd", "macos": "install-macos.command", "linux": "sh install-linux.sh"}
_SYSTEMS = {"windows": "Windows", "macos": "macOS", "linux": "Linux"}
_UNSEEN = "certificate.pem"  # the file name for a certificate that the run has not seen
Block = Listing | Table | Sentence


@dataclass(frozen=True)
class Draft:
    """An item that has no number yet."""

    sentences: tuple[Sentence, ...]
    blocks: tuple[Block, ...] = ()

    def numbered(self, number: str, anchor: str) -> Item:
        """The finished item, with its number."""
        return Item(number, anchor, self.sentences, None, self.blocks)


def drafts(source: Source, step: Step, words: Words, chapters: dict[str, str]) -> tuple[Draft, ...] | None:
    """What a reader does in place of a `step` that the flow did outside the recorder's pages; None for a step on a page.

    `chapters` are the numbers of the chapters to which a reader is sent back: `import` and `enable`.
    """
    writers: dict[str, Callable[[], Iterator[Draft]]] = {
        "judge": lambda: _judging(source, words),
        "take": lambda: _taking(source, words),
        "compare": lambda: _comparing(source, words),
        "import": lambda: _importing(source, words),
        "verify": lambda: _testing(source, words, chapters),
    }
    return tuple(writers[step.id]()) if step.id in writers and not step.element else None


def _judging(source: Source, words: Words) -> Iterator[Draft]:
    head = tuple(words.label(name) for name in ("file", "subject", "until", "fingerprint"))
    rows = tuple(
        (Sentence("{file}", {"file": file_of(source, one)}), one.name, f"{one.not_after:%Y-%m-%d}", one.sha256)
        for one in _certificates(source)
    )
    file = file_of(source, source.device) if source.device else _UNSEEN
    looking = Listing(
        (
            f"openssl x509 -noout -fingerprint -sha256 -in {file}   # macOS, Linux",
            f"certutil -dump {file}   # Windows: Cert Hash(sha256)",
        ),
        words.say("elsewhere.fingerprint_commands"),
    )
    objections = [words.say(f"objections.{code}") for code in source.objections]
    if objections:
        objections.insert(0, words.say("elsewhere.objection"))
    known = (words.say("elsewhere.fingerprints_known"),) if rows else ()
    table = (Table(head, rows),) if rows else ()
    yield Draft((words.say("elsewhere.fingerprints"), *known, words.say("elsewhere.exchanged")), (*table, looking, *objections))


def _taking(source: Source, words: Words) -> Iterator[Draft]:
    file = file_of(source, source.device) if source.device else _UNSEEN
    saving = Listing((f"{_served(source)} -out {file}",))
    yield Draft((words.say("elsewhere.take", file=file),), (saving, *_port_unknown(source, words)))
    yield from _judging(source, words)


def _served(source: Source) -> str:
    """The command that shows the certificate which the recorder serves."""
    known = _https(source)
    port = str(link_of(known).port) if known else "PORT"
    return f"openssl s_client -connect {at_host(source.host)}:{port} </dev/null | openssl x509"


def _port_unknown(source: Source, words: Words) -> tuple[Sentence, ...]:
    """The placeholder that a reader replaces with the HTTPS port, if the run has not learned the port."""
    return () if _https(source) else (words.say("elsewhere.port", value="PORT"),)


def _comparing(source: Source, words: Words) -> Iterator[Draft]:
    served = f"{_served(source)} -noout -fingerprint -sha256"
    file = file_of(source, source.device) if source.device else ""
    asking = Listing((served,))
    told = (words.say("elsewhere.compare", file=file), words.say("elsewhere.exchanged"))
    yield Draft(told, (asking, *_port_unknown(source, words)))


def _importing(source: Source, words: Words) -> Iterator[Draft]:
    held = _certificates(source)
    names = " ".join(file_of(source, one) for one in held) or _UNSEEN
    yield Draft((words.say("elsewhere.drive"),), (Listing((f"nvrflow bundle {names} --out thumb-drive",)),))
    if source.device is None:
        return
    anchor = source.authority if source.authority is not None and source.authority.issued(source.device) else source.device
    command, file = conversion(anchor, file_of(source, anchor))
    found = list(imports(source.device, source.authority, file, source.host))
    where = tuple((_SYSTEMS[one.system], Sentence("{file}", {"file": one.store}), one.readers) for one in found if one.lines)
    head = tuple(words.label(name) for name in ("system", "store", "readers"))
    yield Draft((words.say("elsewhere.where"),), (Table(head, where), words.say("elsewhere.by_hand", file=file)))
    for system, group in groupby(found, key=lambda one: one.system):
        yield _on(system, list(group), words, file, command)


def _on(system: str, stores: list[Import], words: Words, file: str, command: str) -> Draft:
    """One system's part."""
    blocks: list[Block] = [Listing((command,), words.say("elsewhere.convert"))] if command and system != "windows" else []
    for one in stores:
        several = {"chromium-nss": "linux_browsers", "debian-system": "linux_system"}.get(one.name)
        caption = words.say(f"elsewhere.{several}") if several else ""
        blocks.append(Listing(one.lines, caption) if one.lines else words.say("elsewhere.cannot_import"))
    if system == "windows" and stores[0].lines:
        blocks.append(words.say("elsewhere.wizard", file=file))
    if system == "linux" and stores[0].lines:
        blocks.append(words.say("elsewhere.firefox", file=file))
    return Draft((words.say(f"elsewhere.{system}", script=_SCRIPTS[system]),), tuple(blocks))


def _testing(source: Source, words: Words, chapters: dict[str, str]) -> Iterator[Draft]:
    secure = _https(source)
    known = "elsewhere.test" if secure else "elsewhere.test_unknown"
    sentences = [words.say(known, address=secure or source.host)]
    if source.https.redirects:
        sentences.append(words.say("elsewhere.redirects", address=source.report.recorder))
    asking = Listing((f"nvrflow verify {secure or source.report.recorder}",), words.say("elsewhere.why"))
    proof = (words.say("elsewhere.proof", address=source.https.proved),) if source.https.proved else ()
    yield Draft(tuple(sentences), (*proof, asking))
    device = source.device
    names = ", ".join((*device.ip_names, *device.dns_names)) if device else ""
    head = tuple(words.label(name) for name in ("code", "means", "helps"))
    rows = tuple(words.troubles(names=names or source.host, **chapters))
    yield Draft((words.say("elsewhere.trouble"),), (Table(head, rows),))


def file_of(source: Source, certificate: Certificate) -> str:
    """The name under which a reader's browser saves that certificate; nvrflow's own name if both downloads have one name."""
    names = {one.sha256: _suggested(source, one) for one in _certificates(source)}
    own = names.get(certificate.sha256, "")
    kept = certificate.file.name if certificate.file else "certificate.pem"
    return own if own and list(names.values()).count(own) == 1 else kept


def _suggested(source: Source, certificate: Certificate) -> str:
    kept = certificate.file.name if certificate.file else ""
    pages = {f"{step.element.rpartition('.')[0].replace('_', '-')}-" for step in source.steps if step.element}
    fitting = [prefix for prefix in pages if kept.startswith(prefix)]
    return kept.removeprefix(max(fitting, key=len)) if fitting else kept


def _certificates(source: Source) -> list[Certificate]:
    return list(source.certificates)


def _https(source: Source) -> str:
    """The recorder's HTTPS address: as it was seen, or as its page says; empty if it is not known."""
    return source.https.url or next((step.value for step in source.steps if step.id == "await-https" and step.value), "")
