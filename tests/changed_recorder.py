"""A simulated recorder that is not quite as its selector file says: other words, or parts of its files replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nvrflow.simulator import recorder_files
from nvrflow.simulator.service import SimulatedRecorder

Words = Mapping[str, "str | Mapping[str, str]"]


@contextmanager
def changed_recorder(
    own: Path,
    name: str,
    settings: Mapping[str, Any],
    words: Words | None = None,
    files: Mapping[str, tuple[str, str]] | None = None,
    version: str = "",
) -> Iterator[SimulatedRecorder]:
    """The recorder, whose changed files are put into the folder `own`.

    `words` are by their key, for all languages or by language; of each file in `files` a part is replaced.
    """
    file, chosen, homes = recorder_files.load(name, dict(settings))
    said = {
        key: {**file.words.get(key, {}), **(dict.fromkeys(chosen.languages, word) if isinstance(word, str) else word)}
        for key, word in (words or {}).items()
    }
    for path, (old, new) in (files or {}).items():
        text = next(home / path for home in homes if (home / path).is_file()).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path} has {old!r} {text.count(old)} times"
        (own / path).parent.mkdir(parents=True, exist_ok=True)
        (own / path).write_text(text.replace(old, new), encoding="utf-8")
    device = file.device.model_copy(update={"version": version or file.device.version})
    file = file.model_copy(update={"words": {**file.words, **said}, "device": device})
    with SimulatedRecorder(name, file, chosen, (own, *homes)) as recorder:
        yield recorder
