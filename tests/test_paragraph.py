"""Lines that end between words: what a person reads fits the terminal, and what a person copies stays whole."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len

from nvrflow.cli.paragraph import paragraph, width_of

FINGERPRINT = ":".join(["A1"] * 32)
URL = "https://a-recorder-with-a-very-long-name.of-the-second-building.example.test:8443/doc/page/config.asp?tab=https"
PATH = "/home/somebody/very/long/folder/names/that/go/on/and/on/nvrflow-runs/20261127-215323-secure-192.0.2.10"
SENTENCE = (
    f"192.0.2.10: nobody confirmed the fingerprint {FINGERPRINT}; nothing was imported - run it at a terminal, or look at {URL}"
    f" and at {PATH}; then run nvrflow secure http://192.0.2.10 --expect-sha256 HEX, or nvrflow run enable_https http://192.0.2.10"
)


@pytest.mark.parametrize("width", range(20, 101, 5))
def test_no_line_is_wider_than_the_terminal_but_for_a_word_that_is(width: int) -> None:
    for line in paragraph(SENTENCE, width, indent=4):
        assert len(line) <= width or (line == line.strip() and (" " not in line or line.startswith("nvrflow "))), line


@pytest.mark.parametrize("width", range(20, 101, 5))
@pytest.mark.parametrize("copied", [FINGERPRINT, URL, PATH, "nvrflow run enable_https http://192.0.2.10"])
def test_what_a_person_copies_stays_in_one_line(width: int, copied: str) -> None:
    assert any(copied in line for line in paragraph(SENTENCE, width, indent=4))


@pytest.mark.parametrize("width", range(20, 101, 5))
def test_no_word_gets_lost(width: int) -> None:
    assert " ".join(line.strip() for line in paragraph(SENTENCE, width, indent=4)) == SENTENCE


def test_a_word_wider_than_a_line_has_a_line_of_its_own() -> None:
    assert paragraph(f"Compare {FINGERPRINT} now.", 40, indent=4) == ["Compare", FINGERPRINT, "    now."]
    assert paragraph(f"{FINGERPRINT} is it.", 40, indent=4) == [FINGERPRINT, "    is it."]


def test_signs_of_scripts_without_spaces_are_wrapped_by_their_width() -> None:
    lines = paragraph("点击下载按钮" * 10, 40, indent=2)
    assert [cell_len(line) for line in lines] == [40, 40, 40, 6]
    assert "".join(line.strip() for line in lines) == "点击下载按钮" * 10


def test_columns_and_line_ends_that_are_there_stay() -> None:
    assert paragraph("ok      python: 3.11.2\nsecond", 40, indent=8) == ["ok      python: 3.11.2", "        second"]
    assert paragraph("  a list\n    - of things that is longer than a line", 24) == [
        "  a list",
        "    - of things that is",
        "    longer than a line",
    ]
    assert paragraph("", 40) == [""]


def test_into_a_file_or_pipe_a_paragraph_is_one_line() -> None:
    assert width_of(io.StringIO()) is None
    assert paragraph(SENTENCE, None, indent=4) == [SENTENCE]


def test_a_recorders_words_cannot_command_the_terminal() -> None:
    assert paragraph("refused\x1b]0;owned\x07\x1b[2J now", 40) == ["refused now"]
