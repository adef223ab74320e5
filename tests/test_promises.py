"""Each promise of the documents stands in the table, is proven by a test, and no strong word stands there without one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from promised import ROOT, Promise, documents, fault_of, paragraphs, promises, without_entry


def text_of(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def test_every_sentence_of_the_table_stands_in_its_file() -> None:
    assert len(promises()) > 100
    for one in promises():
        assert one.file in documents()
        assert any(one.sentence in paragraph for paragraph in paragraphs(text_of(one.file))), f"{one.file}: {one.sentence}"


def test_no_sentence_stands_in_the_table_twice() -> None:
    known = [(one.file, one.sentence) for one in promises()]
    assert len(known) == len(set(known))


def test_every_promise_names_tests_that_are_there_and_check_something() -> None:
    assert not [f"{one.file}: {one.sentence}" for one in promises() if not one.tests]
    assert not sorted({fault for one in promises() for test in one.tests if (fault := fault_of(test))})


@pytest.mark.parametrize("file", documents())
def test_no_strong_word_stands_in_a_document_without_an_entry(file: str) -> None:
    assert not without_entry(file, text_of(file), promises())


def test_a_strong_word_beside_a_promise_of_the_table_is_found() -> None:
    text = "It is *never*\ntold. Only\nthis is new.\n\n| one | exactly |\n\n- nothing\n  at all\n\n    always  # code\n"
    known = (Promise("a.md", "It is *never* told.", ()), Promise("b.md", "nothing at all", ()))
    found = [line.split("'")[1] for line in without_entry("a.md", text, known)]
    assert found == ["Only", "exactly", "nothing", "always"]


def test_a_test_that_is_missing_left_out_or_empty_is_no_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("promised.ROOT", tmp_path)
    (tmp_path / "test_a.py").write_text(
        "import pytest\ndef agree(x): assert x\n"
        "def test_proof(): agree(1)\n"
        "def test_raising():\n    with pytest.raises(ValueError): int('a')\n"
        "def test_empty(): print('fine')\n"
        "@pytest.mark.skip\ndef test_left(): assert 0\n"
    )
    said = {name: fault_of(f"test_a.py::{name}") for name in ("test_proof", "test_raising", "test_empty", "test_left", "test_b")}
    assert [name for name, fault in said.items() if not fault] == ["test_proof", "test_raising"]
    assert fault_of("test_c.py::test_proof")


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "2")], ids=["one process", "side by side"])
def test_a_whole_run_fails_without_a_test_that_a_promise_names(workers: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "conftest.py").write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT / 'tests')!r})\nfrom promised import Record\n"
        "def pytest_configure(config):\n    if not hasattr(config, 'workerinput'):\n"
        "        config.pluginmanager.register(Record(tuple(open('named').read().split())))\n"
    )
    (tmp_path / "tests" / "test_a.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize('n', [1, 2])\ndef test_one(n): assert n\n"
        "def test_two(): pytest.skip('not here')\n"
    )

    def run(named: str, *arguments: str) -> tuple[int, str]:
        (tmp_path / "named").write_text(named)
        argv = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *workers, *arguments]
        variables = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        ended = subprocess.run(argv, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=100)
        return ended.returncode, ended.stdout

    code, said = run("tests/test_a.py::test_one tests/test_a.py::test_two tests/test_a.py::test_gone")
    assert code == 1 and "FAILED tests/test_a.py::test_gone - a promise names it, and it did not run" in said
    assert "not proven on this computer: tests/test_a.py::test_two" in said and "test_one - " not in said
    assert run("tests/test_a.py::test_one")[0] == 0
    for part in (("tests/test_a.py",), ("-k", "one")):
        assert run("tests/test_a.py::test_gone", *part)[0] == 0, part
