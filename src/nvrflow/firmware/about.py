"""A recorder's model and firmware version, as it gives them, read before the sign-in and once more after it."""

from __future__ import annotations

from typing import Any

from nvrflow.errors import InvalidFile, UnknownFirmware
from nvrflow.firmware import Firmware
from nvrflow.firmware.body import at_path, read_body
from nvrflow.firmware.shown_page import NoJavaScript, ShownPage, fetched, quietly
from nvrflow.firmware.traffic import Fetched

Said = dict[str, str]  # `model` and `version`, if the recorder gives them


def about(page: ShownPage, firmware: Firmware) -> Said:
    """The recorder's model and version now: from its page, and from its answers to the requests that the selector file names.

    Raises InvalidFile for a script that is not JavaScript.
    """
    return {**said_in_the_page(page, firmware), **_said_when_asked(page, firmware)}


def said_in_the_page(page: ShownPage, firmware: Firmware) -> Said:
    """Model and version from the page's scripts alone, without a request to the recorder."""
    return said_by(firmware, expressions(page, firmware, page_scripts(firmware)))


def page_scripts(firmware: Firmware) -> list[str]:
    """The JavaScript expressions that give model and version in the page."""
    return [quietly(f"String((\n{told.script}\n) ?? ``)") for told in firmware.file.about.sources.values() if told.script]


def said_by(firmware: Firmware, texts: list[Any]) -> Said:
    """Model and version from the values of `page_scripts`."""
    names = [name for name, told in firmware.file.about.sources.items() if told.script]
    return _without_empty(dict(zip(names, texts, strict=True)))


def about_in_answer(firmware: Firmware, answer: str, body: Any) -> Said:
    """What stands of it in the body (plain data) of an answer that was heard; `answer` is its name in the selector file."""
    return _without_empty(
        {name: at_path(body, told.path or "") for name, told in firmware.file.about.sources.items() if told.answer == answer}
    )


def other_version(firmware: Firmware, said: Said) -> str:
    """The sentence for a version that the selector file is not for; empty if it is for it, or none is said."""
    version = said.get("version", "")
    if not version or firmware.is_for(version):
        return ""
    return f"the recorder says that its firmware is {version}; {firmware.name} is for {firmware.file.firmware}"


def version_refusal(firmware: Firmware, said: Said, where: str) -> UnknownFirmware | None:
    """Why nothing may be changed on the recorder `where`: its version is another one, and nobody named the file by hand."""
    sentence = "" if firmware.named else other_version(firmware, said)
    if not sentence:
        return None
    hint = f"write a selector file for this version, or name this one with --firmware {firmware.name}"
    return UnknownFirmware(f"{where}: {sentence}, so nothing is changed; {hint}")


def expressions(page: ShownPage, firmware: Firmware, scripts: list[str]) -> list[Any]:
    """The value of each JavaScript expression, asked in one question. Raises InvalidFile if it is not JavaScript."""
    if not scripts:
        return []
    try:
        return list(page.evaluate(f"() => [{', '.join(scripts)}]"))
    except NoJavaScript as problem:
        said = f"a script below `identify` or `about` is not a JavaScript expression ({problem})"
        raise InvalidFile(said, firmware.name) from None


def _said_when_asked(page: ShownPage, firmware: Firmware) -> Said:
    sources = firmware.file.about.sources
    paths = dict.fromkeys(told.fetch for told in sources.values() if told.fetch)
    bodies = {path: read_body(fetched(page, Fetched.model_validate({"fetch": path}))) for path in paths}
    return _without_empty({name: at_path(bodies[told.fetch], told.path or "") for name, told in sources.items() if told.fetch})


def _without_empty(found: dict[str, Any]) -> Said:
    """Only what is a text or number, without white space around it."""
    kept = {name: str(value).strip() for name, value in found.items() if type(value) in (str, int, float)}
    return {name: text for name, text in kept.items() if text}
