"""The web frameworks of the simulated pages, served from the installed packages that contain them."""

from __future__ import annotations

import functools
from importlib import metadata
from pathlib import Path

from nvrflow.errors import WrongCall


def require(name: str, distribution: str) -> None:
    """Raise WrongCall if the framework's package is not installed."""
    try:
        metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        raise WrongCall(
            f"the pages of this simulated recorder need {name} from the package {distribution}, which is not installed; "
            "type: pip install 'nvrflow[simulator]'"
        ) from None


def file(distribution: str, folder: str, path: str) -> Path | None:
    """The installed file `path` below the package's `folder`, or None."""
    return _listing(distribution, folder).get(path)


@functools.lru_cache
def _listing(distribution: str, folder: str) -> dict[str, Path]:
    prefix = folder.strip("/") + "/"
    listed = ((entry.as_posix(), entry) for entry in metadata.files(distribution) or [])
    return {name.removeprefix(prefix): Path(str(entry.locate())) for name, entry in listed if name.startswith(prefix)}
