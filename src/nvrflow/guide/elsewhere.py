"""The chapters outside the recorder's pages: comparing, importing on each system, testing, and what to do if it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from nvrflow.address import link_of
from nvrflow.certificate import Certificate
from nvrflow.guide.byhand import Import, conversion, imports
from nvrflow.guide.filming import Film
from nvrflow.guide.manual import Item, Listing, Table
from nvrflow.guide.words import Sentence, Words
from nvrflow.hostname import at_host
from nvrflow.report import Step

_SCRIPTS = {"windows": "install-windows.cmd", "macos": "install-macos.command", "linux": "sh install-linux.sh"}
_SYSTEMS = {"windows": "Windows", "macos": "macOS", "linux": "Linux"}
_UNSEEN = "certificate.pem"  # what a reader calls a certificate that the run has not seen
Block = Listing | Table | Sentence


@dataclass(frozen=True)
class Draft:
    """An item that has no number yet."""

    sentences: tuple[Sentence, ...]
    blocks: tuple[Block, ...] = ()

    def numbered(self, number: str, anchor: str) -> Item:
        """The same with its number."""
        return Item(number, anchor, self.sentences, None, self.blocks)


def drafts(film: Film, step: Step, words: Words, chapters: dict[str, str]) -> tuple[Draft, ...] | None:
    """What a reader does where the flow did `step` outside the recorder's pages; None for a step on a page.

    `chapters` are the numbers of the chapters to which a reader is sent back: `import` and `enable`.
    """
    writers: dict[str, Callable[[], Iterator[Draft]]] = {
        "judge": lambda: _judging(film, words),
        "take": lambda: _taking(film, words),
        "compare": lambda: _comparing(film, words),
        "import": lambda: _importing(film, words),
        "verify": lambda: _testing(film, words, chapters),
    }
    return tuple(writers[step.id]()) if step.id in writers and not step.element else None


def _judging(film: Film, words: Words) -> Iterator[Draft]:
    head = tuple(words.label(name) for name in ("file", "subject", "until", "fingerprint"))
    rows = tuple(
        (Sentence("{file}", {"file": file_of(film, one)}), one.name, f"{one.not_after:%Y-%m-%d}", one.sha256)
        for one in _certificates(film)
    )
    file = file_of(film, film.device) if film.device else _UNSEEN
    looking = Listing(
        (
            f"openssl x509 -noout -fingerprint -sha256 -in {file}   # macOS, Linux",
            f"certutil -dump {file}   # Windows: Cert Hash(sha256)",
        ),
        words.say("elsewhere.fingerprint_commands"),
    )
    objections = [words.say(f"objections.{code}") for code in film.objections]
    if objections:
        objections.insert(0, words.say("elsewhere.objection"))
    known = (words.say("elsewhere.fingerprints_known"),) if rows else ()
    table = (Table(head, rows),) if rows else ()
    yield Draft((words.say("elsewhere.fingerprints"), *known, words.say("elsewhere.exchanged")), (*table, looking, *objections))


def _taking(film: Film, words: Words) -> Iterator[Draft]:
    file = file_of(film, film.device) if film.device else _UNSEEN
    yield Draft((words.say("elsewhere.take", file=file),), (Listing((f"{_served(film)} -out {file}",)),))
    yield from _judging(film, words)


def _served(film: Film) -> str:
    """The command that shows the certificate which the recorder serves."""
    link = link_of(_https(film))
    return f"openssl s_client -connect {at_host(link.host)}:{link.port} </dev/null | openssl x509"


def _comparing(film: Film, words: Words) -> Iterator[Draft]:
    served = f"{_served(film)} -noout -fingerprint -sha256"
    file = file_of(film, film.device) if film.device else ""
    yield Draft((words.say("elsewhere.compare", file=file), words.say("elsewhere.exchanged")), (Listing((served,)),))


def _importing(film: Film, words: Words) -> Iterator[Draft]:
    held = _certificates(film)
    names = " ".join(file_of(film, one) for one in held) or _UNSEEN
    yield Draft((words.say("elsewhere.drive"),), (Listing((f"nvrflow bundle {names} --out thumb-drive",)),))
    if film.device is None:
        return
    anchor = film.authority if film.authority is not None and film.authority.issued(film.device) else film.device
    command, file = conversion(anchor, file_of(film, anchor))
    found = list(imports(film.device, film.authority, file, film.host))
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


def _testing(film: Film, words: Words, chapters: dict[str, str]) -> Iterator[Draft]:
    https = film.report.https
    secure = _https(film)
    sentences = [words.say("elsewhere.test", address=secure)]
    if https is not None and https.redirects:
        sentences.append(words.say("elsewhere.redirects", address=film.report.recorder))
    asking = Listing((f"nvrflow verify {secure}",), words.say("elsewhere.why"))
    proof = (words.say("elsewhere.proof", address=film.proved),) if film.proved else ()
    yield Draft(tuple(sentences), (*proof, asking))
    device = film.device
    names = ", ".join((*device.ip_names, *device.dns_names)) if device else ""
    head = tuple(words.label(name) for name in ("code", "means", "helps"))
    rows = tuple(words.troubles(names=names or film.host, **chapters))
    yield Draft((words.say("elsewhere.trouble"),), (Table(head, rows),))


def file_of(film: Film, certificate: Certificate) -> str:
    """The name under which a reader's browser saves that certificate; ours where both downloads have the same one."""
    names = {one.sha256: _suggested(film, one) for one in _certificates(film)}
    own = names.get(certificate.sha256, "")
    kept = certificate.file.name if certificate.file else "certificate.pem"
    return own if own and list(names.values()).count(own) == 1 else kept


def _suggested(film: Film, certificate: Certificate) -> str:
    kept = certificate.file.name if certificate.file else ""
    pages = [f"{page.replace('_', '-')}-" for page in film.firmware.file.pages]
    fitting = [prefix for prefix in pages if kept.startswith(prefix)]
    return kept.removeprefix(max(fitting, key=len)) if fitting else kept


def _certificates(film: Film) -> list[Certificate]:
    return [one for one in (film.device, film.authority) if one is not None]


def _https(film: Film) -> str:
    """Where the recorder answers with HTTPS: as it was seen, as the flow was going to, or by its host alone."""
    https = film.report.https
    if https is not None and https.url:
        return https.url
    told = next((step.value for step in film.steps if step.id == "await-https" and step.value), "")
    return told or f"https://{f'[{film.host}]' if ':' in film.host else film.host}"
