"""Which selector file fits a recorder: evidence on its start page, scored; never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nvrflow.errors import UnknownFirmware
from nvrflow.firmware import Firmware, available, load_firmware
from nvrflow.firmware.about import about, expressions, page_scripts, said_by
from nvrflow.firmware.evidence import Evidence
from nvrflow.firmware.shown_page import NoJavaScript, ShownPage, quietly, quoted
from nvrflow.firmware.versions import VersionRange
from nvrflow.wait import waiting

_PATIENCE = 10.0  # seconds in which a start page has to show what it is


@dataclass(frozen=True)
class Candidate:
    """One selector file, how much of its evidence holds (0 to 1), and what was and was not found."""

    firmware: Firmware
    score: float
    found: tuple[str, ...]
    missing: tuple[str, ...]


def identify(page: ShownPage, own: Path | None = None, challenge: str = "") -> list[Candidate]:
    """Every selector file that names evidence, the best first; waits until one fits wholly or the start page had its time.

    `challenge` is the WWW-Authenticate header with which the recorder refuses to show its start page, if it does. The recorder is
    asked for its version only by a file whose other evidence holds. Raises InvalidFile for a script that is not JavaScript.
    """
    firmwares = [firmware for name in available(own) if (firmware := load_firmware(name, own)).file.identify]
    try:
        with waiting("a start page that a selector file knows", _PATIENCE):
            page.becomes_true(_any_fits(firmwares, challenge), _PATIENCE)
    except NoJavaScript:
        pass  # the file whose script it is gets named below
    told = _in_one_look(page, firmwares, challenge)
    candidates = [_weigh(page, firmware, answers) for firmware, answers in zip(firmwares, told, strict=True)]
    return sorted(candidates, key=lambda one: (one.score, len(one.found)), reverse=True)


def the_one(candidates: Iterable[Candidate], url: str, answered: str = "") -> Firmware:
    """The firmware whose evidence is all found, and more of it than for any other firmware. Raises UnknownFirmware.

    `answered` describes the page for the message, if no firmware fits.
    """
    ranked = list(candidates)
    whole = [one for one in ranked if one.score == 1.0]
    if whole and (len(whole) == 1 or len(whole[0].found) > len(whole[1].found)):
        return replace(whole[0].firmware, evidence=whole[0].found)
    if whole:
        names = ", ".join(one.firmware.name for one in whole)
        raise UnknownFirmware(f"{url}: {names} fit equally well; name the right file with --firmware")
    if ranked and ranked[0].score > 0:
        best = ranked[0]
        raise UnknownFirmware(
            f"{url}: no selector file fits; the nearest is {best.firmware.name}, "
            f"but these signs of it were not found: {', '.join(best.missing)}; "
            "write a selector file for it, or name the right file with --firmware"
        )
    raise UnknownFirmware(
        f"{url}: no selector file fits; none knows anything of this page{answered and f' ({answered})'}; "
        "check the address, or name a selector file with --firmware"
    )


def _in_one_look(page: ShownPage, firmwares: list[Firmware], challenge: str) -> list[list[Any]]:
    """What the page says to each firmware's evidence, and then of its model and version. Raises InvalidFile."""
    scripts = [
        [*(_script(sign, challenge) for sign in firmware.file.identify), *page_scripts(firmware)] for firmware in firmwares
    ]
    try:
        return list(page.evaluate(f"() => [{', '.join(_list(one) for one in scripts)}]"))
    except NoJavaScript:  # asked one by one, the file whose script it is gets named
        return [expressions(page, firmware, one) for firmware, one in zip(firmwares, scripts, strict=True)]


def _list(scripts: list[str]) -> str:
    return f"[{', '.join(scripts)}]"


def _weigh(page: ShownPage, firmware: Firmware, told: list[Any]) -> Candidate:
    file = firmware.file
    signs = list(file.identify)
    answers, texts = told[: len(signs)], told[len(signs) :]
    asks = file.about.version is not None and file.about.version.fetch is not None and all(answers)
    version = (about(page, firmware) if asks else said_by(firmware, texts)).get("version", "")
    if version:
        signs.append(Evidence.model_validate({"version": file.firmware}))
        answers.append(True)
    held = [sign for sign, answer in zip(signs, answers, strict=True) if answer and _has_version(sign, version)]
    missing = tuple(_said(sign, version) for sign in signs if sign not in held)
    score = sum(sign.points for sign in held) / sum(sign.points for sign in signs)
    return Candidate(firmware, score, tuple(_said(sign, version) for sign in held), missing)


def _has_version(sign: Evidence, version: str) -> bool:
    return sign.version is None or version in VersionRange(sign.version)


def _any_fits(firmwares: list[Firmware], challenge: str) -> str:
    each = (
        " && ".join(_script(evidence, challenge, _version_script(firmware)) for evidence in firmware.file.identify)
        for firmware in firmwares
    )
    fits = " || ".join(f"({one})" for one in each) or "true"
    return f"() => location.protocol === 'chrome-error:' || {fits}"  # nothing more comes on a browser's own error page


def _version_script(firmware: Firmware) -> str:
    """A script that is true once the page says its version; always true if the version comes from elsewhere."""
    told = firmware.file.about.version
    return told.script if told is not None and told.script else "true"


def _script(evidence: Evidence, challenge: str, version: str = "true") -> str:
    """One piece of evidence as a JavaScript expression that never throws; of a version, only whether `version` gives one."""
    checks = []
    if evidence.has is not None:
        checks.append(f"document.querySelector({quoted(evidence.has)}) !== null")
    if evidence.script is not None:
        checks.append(f"Boolean(\n{evidence.script}\n)")
    if evidence.title is not None:
        checks.append(f"new RegExp({quoted(evidence.title.strip())}, 'i').test(document.title)")
    if evidence.url is not None:
        checks.append(f"new RegExp({quoted(evidence.url.strip())}).test(location.href)")
    if evidence.challenge is not None:
        checks.append("true" if re.search(evidence.challenge.strip(), challenge, re.I) else "false")
    if evidence.version is not None:
        checks.append(f"Boolean(\n{version}\n)")
    return quietly(" && ".join(checks) or "false")


def _said(evidence: Evidence, version: str = "") -> str:
    parts = (
        ("has", evidence.has),
        ("script", evidence.script),
        ("title", evidence.title),
        ("address", evidence.url),
        ("challenge", evidence.challenge),
        ("firmware", f"{evidence.version} (here {version or 'unknown'})" if evidence.version else None),
    )
    return ", ".join(f"{what} {value.strip()}" for what, value in parts if value is not None)
