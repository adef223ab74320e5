"""Does this computer trust the recorder? Asked of its own browser and tools, in fresh processes, with no error ignored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nvrflow.browser import find_browser
from nvrflow.errors import TimedOut, Unreachable
from nvrflow.recorder.address import locate, normalised
from nvrflow.trust import Computer, all_stores
from nvrflow.trust.clients.chromium import prove
from nvrflow.trust.clients.firefox import error_at, find_firefox
from nvrflow.trust.diagnosis import Diagnosis, Verdict, ask_curl, ask_python, diagnose


@dataclass(frozen=True)
class Verification:
    """The word of each client, and what is wrong; `trusted` is the browser's word, because it is the strictest."""

    url: str
    verdicts: tuple[Verdict, ...]
    diagnoses: tuple[Diagnosis, ...]
    tls: str | None = None

    @property
    def trusted(self) -> bool:
        """Whether the browser opened the recorder."""
        return self.verdicts[0].trusted is True

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        reason = None if self.trusted else (self.verdicts[0].reason or None)
        https = {"url": self.url, "trusted": self.trusted, "tls": self.tls, "reason": reason}
        return {
            "recorder": self.url,
            "outcome": "done" if self.trusted else "failed",
            "error": None if self.trusted else {"kind": "not-trusted", "message": reason, "step": None},
            "https": https,
            "clients": [asdict(verdict) for verdict in self.verdicts],
            "diagnoses": [asdict(diagnosis) for diagnosis in self.diagnoses],
        }

    def lines(self) -> Iterator[str]:
        """The same for a person."""
        yield f"{self.url}: {'trusted' if self.trusted else 'NOT trusted'}" + (f" ({self.tls})" if self.tls else "")
        for verdict in self.verdicts:
            word = {True: "trusts it", False: "does not trust it", None: "could not be asked"}[verdict.trusted]
            yield f"  {verdict.client:12} {word}" + (f": {verdict.reason}" if verdict.reason else "")
        for diagnosis in [] if self.trusted else self.diagnoses:
            yield f"  {diagnosis.code}: {diagnosis.sentence}" + (f"; {diagnosis.mend}" if diagnosis.mend else "")


def verify(url: str, browser_path: Path | None = None, timeout: float = 30.0) -> Verification:
    """Ask the browser (the full one: it also reads policies), Firefox, curl and Python. Raises WrongCall without a browser."""
    typed = normalised(url)
    browser = find_browser(browser_path, full=True)
    secure = typed if typed.startswith("https:") else _secure_address(typed)
    diagnoses = tuple(diagnose(secure, typed=typed))
    if any(diagnosis.code in ("nothing-listens", "no-answer", "not-tls") for diagnosis in diagnoses):
        return Verification(secure, (Verdict("browser", False, diagnoses[0].sentence),), diagnoses)
    proof = prove(secure, browser, timeout=timeout)
    verdicts = (Verdict("browser", proof.trusted, proof.error), *_firefoxes(secure), ask_curl(secure), ask_python(secure))
    return Verification(secure, verdicts, diagnoses, proof.tls)


def _firefoxes(url: str) -> Iterator[Verdict]:
    """Firefox's word for each profile of this user; nothing where there is no Firefox or no profile."""
    profiles = [store for store in all_stores(Computer.this()) if store.family == "firefox"]
    for store in profiles if find_firefox() else []:
        try:
            error = error_at(url, Path(store.place))
        except TimedOut as problem:
            yield Verdict(store.name, None, str(problem))
        else:
            yield Verdict(store.name, not error, error)


def _secure_address(typed: str) -> str:
    """Where HTTP sends browsers; without a redirect the same host's port 443."""
    try:
        address = locate(typed)
    except Unreachable:
        address = None
    if address and address.secure:
        return address.url
    host = typed.removeprefix("http://")
    return normalised("https://" + (host.rpartition(":")[0] if host[-1:] != "]" and ":" in host else host))
