"""Messages, docstrings and documents are in plain English: phrases that readers stumbled over stay out."""

from __future__ import annotations

import io
import re
import tokenize
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Each pattern with a sentence that it forbids and one in plain English that it lets pass.
PHRASES = (
    (r"(?<!there )\bis no (?!longer\b|more\b|error\b)[a-z]", "2026-02-30 is no day", "2026-02-30 is not a date"),
    (r"\bmend(s|ed|ing)?\b", "the command that mends it", "the command that helps"),
    (r"\black(s|ed|ing)?\b", "what this computer lacks", "what is missing on this computer"),
    (r"\b(nearest|lone|odd|worse|right|second last) one\b", "the nearest one is named", "the nearest file is named"),
    (r"\"\"\"The same\b", '"""The same after a click."""', '"""The page after a click."""'),
    (r"\bthe same (after|of|once) ", "it is the same after a click", "it is the same page after a click"),
    (r"\bwhose word\b", "whose word counts", "whose answer counts"),
    (r"\bby its own word\b", "what it may do, by its own word", "what it permits"),
    (r"\bfor it is\b", "no picture, for it is hidden", "no picture, because it is hidden"),
    (r"\bof itself that\b", "says of itself that it is a CA", "is marked as a CA"),
    (r"\b(is|are|cannot be) told (by|from|apart)\b", "they are told by their content", "their content shows which is which"),
    (r"\bnothing is (told|said)\b", "nothing is told by what is covered", "a covered element is ignored"),
    (r"\banew\b", "made anew", "made again"),
    (r"\bthrow(n)?[- ]away\b", "a throw-away store", "a temporary store"),
    (r"\bvouch(es|ed|ing)? for\b", "vouches for every site", "is trusted for every site"),
    (r"\bpose as\b", "can pose as any site", "can impersonate any site"),
    (r"\bwhat (came|comes|will come) of\b", "what came of it", "the result"),
    (r"\bwhat is (so|well|none)\b", "says what is so", "says what was found"),
    (r"\bis known again\b", "the password is known again", "the password is recognised"),
    (r"\b(judged?|found) on paper\b", "judged on paper", "judged before anything is changed"),
    (r"\b(taken?|takes) out again\b", "it is taken out again", "it is removed"),
    (r"\bcan(not)? be had\b", "no browser can be had", "no browser can be installed"),
    (r"\bto be meant\b|\bcannot be meant\b", "an option that cannot be meant", "an option with an impossible value"),
    (r"\bas the guide says\b|\bone of the guide\b", "both files, as the guide says", "both files, as in the manual procedure"),
    (r"\b(says?|said|tells?|known|knows?) of (itself|it|the)\b", "what it says of itself", "what it says about itself"),
    (r"\bhas not what\b", "has not what a guide needs", "does not have what a guide needs"),
    (r"\bfacts (grade|/|[0-9])", "ours (facts grade G)", "ours (docs/firmwares.md)"),
    (r"\bis (that|one|none) of a\b", "a folder that is none of a run", "a folder that is not a run folder"),
    (r"\bare no (matter|part|field)\b", "they are no part of the flow", "they are not part of the flow"),
)
SPOKEN = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
READ = {".py", ".md", ".yaml", ".txt", ".sh", ".command", ".ps1", ".cmd"}


@cache
def written() -> list[Path]:
    """Every file whose words a person reads."""
    names = (
        "src",
        "flows",
        "selectors",
        "fixtures",
        "template",
        "docs",
        "README.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "CONTRIBUTING.md",
    )
    files = [
        file for place in (ROOT / name for name in names) for file in ([place] if place.is_file() else sorted(place.rglob("*")))
    ]
    return [file for file in files if file.suffix in READ]


@cache
def read_by_people(file: Path) -> str:
    """The words of a file in one line: of Python its comments, docstrings and strings of several words."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        text = "\n".join(words_of(token.string) for token in tokens if token.type in SPOKEN)
    return re.sub(r"\s*\n\s*(# ?)?", " ", text)


def words_of(token: str) -> str:
    """A comment or docstring as it is; a string without its quotes, and nothing of a string that is one word."""
    if token.startswith("#") or '"""' in token:
        return token
    inside = re.sub(r"""^[a-zA-Z]*["']|["']$|\{[^{}]*\}""", "", token)
    return inside if " " in inside.strip() else ""


def test_a_sentence_of_two_strings_is_read_as_one_and_names_in_code_are_not_read(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text('lacks = {"mend": (\n    "this is "\n    f"no day {lack}"\n)}  # what it\n# lacks\n')
    assert read_by_people(file).strip() == "this is no day what it lacks"


@pytest.mark.parametrize(("pattern", "odd", "plain"), PHRASES, ids=[odd for _, odd, _ in PHRASES])
def test_a_phrase_is_found_in_an_odd_sentence_and_not_in_a_plain_one(pattern: str, odd: str, plain: str) -> None:
    assert re.search(pattern, odd, re.I) and not re.search(pattern, plain, re.I)


@pytest.mark.parametrize("pattern", [pattern for pattern, _, _ in PHRASES])
def test_an_odd_phrase_stands_in_no_text_that_a_person_reads(pattern: str) -> None:
    files = written()
    assert len(files) > 100
    found = []
    for file in files:
        text = read_by_people(file)
        for match in re.finditer(pattern, text, re.I):
            found.append(f"{file.relative_to(ROOT)}: …{text[max(0, match.start() - 40) : match.end() + 30]}…")
    assert not found, "\n" + "\n".join(found)
