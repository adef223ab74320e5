"""Which selector file fits a recorder: evidence on its start page, scored; never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nvrflow.browser.playwright_errors import PlaywrightError, PlaywrightTimeout, translated
from nvrflow.errors import InvalidFile, UnknownFirmware
from nvrflow.firmware import Firmware, available, load_firmware
from nvrflow.firmware.model import Evidence
from nvrflow.firmware.versions import VersionRange
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from nvrflow.report import Report

_PATIENCE = 10_000  # milliseconds in which a start page has to show what it is


@dataclass(frozen=True)
class Candidate:
    """One selector file, how much of its evidence holds (0 to 1), and what was and was not found."""

    firmware: Firmware
    score: float
    found: tuple[str, ...]
    missing: tuple[str, ...]


def identify(page: Page, own: Path | None = None, challenge: str = "") -> list[Candidate]:
    """Every selector file that names evidence, the best first; waits until one fits wholly or the start page had its time.

    `challenge` is the WWW-Authenticate header with which the recorder refuses to show its start page, if it does.
    """
    firmwares = [firmware for name in available(own) if (firmware := load_firmware(name, own)).file.identify]
    try:
        with waiting("a start page that a selector file knows", _PATIENCE / 1000):
            page.wait_for_function(_any_fits(firmwares, challenge), timeout=_PATIENCE)
    except PlaywrightTimeout:
        pass  # none fits wholly; the scores below say how far each one does
    except PlaywrightError:
        page.wait_for_load_state("domcontentloaded")
    candidates = [_weigh(page, firmware, challenge) for firmware in firmwares]
    return sorted(candidates, key=lambda one: (one.score, len(one.found)), reverse=True)


def the_one(candidates: Iterable[Candidate], url: str, answered: str = "") -> Firmware:
    """The firmware whose evidence holds wholly, and more of it than any other's. Raises UnknownFirmware.

    `answered` is what a person should know of the page if nothing is known of it.
    """
    ranked = list(candidates)
    whole = [one for one in ranked if one.score == 1.0]
    if whole and (len(whole) == 1 or len(whole[0].found) > len(whole[1].found)):
        firmware = whole[0].firmware
        return Firmware(firmware.name, firmware.file, evidence=whole[0].found)
    if whole:
        names = ", ".join(one.firmware.name for one in whole)
        raise UnknownFirmware(f"{url}: {names} fit equally well; name the right one with --firmware")
    if ranked and ranked[0].score > 0:
        best = ranked[0]
        raise UnknownFirmware(
            f"{url}: no selector file fits; the nearest is {best.firmware.name}, which lacks {', '.join(best.missing)}; "
            "write a selector file for it, or name the right one with --firmware"
        )
    raise UnknownFirmware(
        f"{url}: no selector file fits; none knows anything of this page{answered and f' ({answered})'}; "
        "check the address, or name a selector file with --firmware"
    )


def about(page: Page, firmware: Firmware) -> dict[str, str]:
    """What the pages say of the recorder itself: `model` and `version`, where they say it and the selector file knows how."""
    scripts = {name: told.script for name, told in firmware.file.about.sources.items() if told.script}
    said = _evaluated(page, firmware, [_quietly(f"String(({script}) ?? ``)") for script in scripts.values()])
    return {name: text.strip() for name, text in zip(scripts, said, strict=True) if text and text.strip()}


def note_about(page: Page, firmware: Firmware, report: Report) -> None:
    """Write into `report` what the pages say of the recorder, and note a version that the selector file is not for."""
    said = about(page, firmware)
    report.firmware = {**(report.firmware or {}), **said}
    if "version" in said and not firmware.is_for(said["version"]):
        meant = f"{firmware.name} is for {firmware.file.firmware}"
        report.notes.append(f"the recorder says that its firmware is {said['version']}; {meant}")


def _weigh(page: Page, firmware: Firmware, challenge: str) -> Candidate:
    version = about(page, firmware).get("version", "")
    signs = [*firmware.file.identify, *([Evidence.model_validate({"version": firmware.file.firmware})] if version else [])]
    answers = _evaluated(page, firmware, [_script(sign, challenge) for sign in signs])
    held = [sign for sign, answer in zip(signs, answers, strict=True) if answer and _has_version(sign, version)]
    missing = tuple(_said(sign, version) for sign in signs if sign not in held)
    score = sum(sign.points for sign in held) / sum(sign.points for sign in signs)
    return Candidate(firmware, score, tuple(_said(sign, version) for sign in held), missing)


def _evaluated(page: Page, firmware: Firmware, scripts: list[str]) -> list[Any]:
    """What each expression comes to, asked in one question. Raises InvalidFile for one that is no JavaScript."""
    with translated(firmware.name):
        try:
            return list(page.evaluate(f"() => [{', '.join(scripts)}]"))
        except PlaywrightError as problem:
            if "SyntaxError" not in problem.message:
                raise
            what = problem.message.strip().splitlines()[0].partition("SyntaxError: ")[2]
            said = f"a script below `identify` or `about` is no JavaScript expression ({what})"
            raise InvalidFile(said, firmware.name) from None


def _has_version(sign: Evidence, version: str) -> bool:
    return sign.version is None or version in VersionRange(sign.version)


def _any_fits(firmwares: list[Firmware], challenge: str) -> str:
    each = (
        " && ".join(_script(evidence, challenge, _version_script(firmware)) for evidence in firmware.file.identify)
        for firmware in firmwares
    )
    fits = " || ".join(f"({one})" for one in each) or "true"
    return f"() => location.protocol === 'chrome-error:' || {fits}"  # nothing more comes on a browser's own error page


def _version_script(firmware: Firmware) -> str | None:
    told = firmware.file.about.version
    return told.script if told else None


def _script(evidence: Evidence, challenge: str, version: str | None = None) -> str:
    """One piece of evidence as a JavaScript expression that never throws; of a version, only whether `version` gives one."""
    checks = []
    if evidence.has is not None:
        checks.append(f"document.querySelector({_quoted(evidence.has)}) !== null")
    if evidence.script is not None:
        checks.append(f"Boolean({evidence.script})")
    if evidence.title is not None:
        checks.append(f"new RegExp({_quoted(evidence.title)}, 'i').test(document.title)")
    if evidence.url is not None:
        checks.append(f"new RegExp({_quoted(evidence.url)}).test(location.href)")
    if evidence.challenge is not None:
        checks.append("true" if re.search(evidence.challenge, challenge, re.I) else "false")
    if evidence.version is not None:
        checks.append(f"Boolean({version or 'true'})")
    return _quietly(" && ".join(checks) or "false")


def _quietly(script: str) -> str:
    """`script` as an expression that is false where it would throw."""
    return f"(() => {{ try {{ return {script} }} catch (e) {{ return false }} }})()"


def _quoted(text: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _said(evidence: Evidence, version: str = "") -> str:
    parts = (
        ("has", evidence.has),
        ("script", evidence.script),
        ("title", evidence.title),
        ("address", evidence.url),
        ("challenge", evidence.challenge),
        ("firmware", f"{evidence.version} (here {version or 'unknown'})" if evidence.version else None),
    )
    return ", ".join(f"{what} {value}" for what, value in parts if value is not None)
