"""What a fleet is like, from the logbooks of its runs: outcomes, firmwares, certificates, shared keys, TLS, open HTTP."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from nvrflow.address import place_of
from nvrflow.errors import NvrflowError, WrongCall
from nvrflow.fleet.logbook import FILE, Book, Logbook
from nvrflow.fleet.results import results_of
from nvrflow.report import nvrflow_version

_SOON = 60  # days before its end in which a certificate is named
_OLD = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.0", "TLSv1.1")


@dataclass(frozen=True)
class Known:
    """What is known of one recorder: how the latest work on it ended, and its facts, each as it was last seen.

    `work` is the latest work; `report` its folder (None: it left none).
    """

    name: str
    url: str
    site: str
    work: str
    outcome: str
    error: Mapping[str, Any] | None
    when: str
    seconds: float
    report: Path | None
    facts: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """The outcome, and of a failure its kind."""
        return f"{self.outcome}: {self.error['kind']}" if self.error else self.outcome

    @property
    def own(self) -> Mapping[str, Any] | None:
        """The certificate that the recorder serves as its own."""
        return next((one for one in self.facts.get("certificates", ()) if one["source"] == "served"), None)

    @property
    def ends(self) -> datetime | None:
        """When its own certificate ends."""
        return datetime.fromisoformat(self.own["not_after"]) if self.own else None

    @property
    def has_old_tls(self) -> bool:
        """Whether its best TLS is one that browsers have dropped."""
        return self.facts.get("tls") in _OLD

    def days(self, now: datetime) -> int | None:
        """The days until its own certificate ends; negative if it has ended."""
        return (self.ends - now).days if self.ends else None


@dataclass(frozen=True)
class Shared:
    """A public key that several recorders have: `what` is `CA key` or `device key`. Who breaks one of them has them all."""

    what: str
    key_id: str
    subject: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Census:
    """All recorders of one or more runs, in the order of their sites and names; `now` is the moment of the report (UTC)."""

    where: str
    recorders: tuple[Known, ...]
    now: datetime
    unreadable: tuple[str, ...] = ()

    def counted(self, key: Callable[[Known], str | None]) -> list[tuple[str, int]]:
        """How many recorders there are of each kind, the most first; those for which `key` is empty are left out."""
        return Counter(value for one in self.recorders if (value := key(one))).most_common()

    @cached_property
    def outcomes(self) -> list[tuple[str, int]]:
        """The recorders by the outcome of the latest work on them."""
        return self.counted(lambda one: one.kind)

    @cached_property
    def sites(self) -> list[tuple[str, int, int]]:
        """Each site, its recorders, and how many of them did not end well."""
        found: dict[str, list[Known]] = defaultdict(list)
        for one in self.recorders:
            found[one.site or "(no site)"].append(one)
        return [(site, len(those), sum(one.error is not None for one in those)) for site, those in sorted(found.items())]

    @cached_property
    def firmwares(self) -> list[tuple[str, int]]:
        """The recorders by selector file, model and version, as far as these are known."""
        return self.counted(
            lambda one: " ".join(str(one.facts[key]) for key in ("firmware", "model", "version") if key in one.facts)
        )

    @cached_property
    def versions_of_tls(self) -> list[tuple[str, int]]:
        """The recorders by the best TLS version that they serve."""
        return self.counted(lambda one: one.facts.get("tls") or ("no TLS" if one.facts.get("https") is False else None))

    @cached_property
    def ending(self) -> list[Known]:
        """The recorders whose own certificate has ended or ends within 60 days, the first to end first."""
        soon = [one for one in self.recorders if (days := one.days(self.now)) is not None and days < _SOON]
        return sorted(soon, key=lambda one: one.ends or self.now)

    @cached_property
    def calendar(self) -> list[tuple[str, int]]:
        """The months in which certificates end (YYYY-MM), with their numbers."""
        return sorted(Counter(f"{one.ends:%Y-%m}" for one in self.recorders if one.ends).items())

    @cached_property
    def shared(self) -> list[Shared]:
        """Public keys that more than one recorder has, those of CAs first."""
        owners: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for one in self.recorders:
            for certificate in one.facts.get("certificates", ()):
                what = "CA key" if certificate["is_ca"] else "device key"
                owners[what, certificate["key_id"]].setdefault(one.name, certificate["subject"])
        found = [
            Shared(what, key, next(iter(names.values())), tuple(names)) for (what, key), names in owners.items() if len(names) > 1
        ]
        return sorted(found, key=lambda one: (one.what, -len(one.names), one.key_id))

    def those(self, is_meant: Callable[[Known], bool]) -> list[Known]:
        """The recorders for which `is_meant` says yes."""
        return [one for one in self.recorders if is_meant(one)]

    @cached_property
    def open_http(self) -> list[Known]:
        """The recorders that still answer on plain HTTP without leading to HTTPS."""
        return self.those(lambda one: one.facts.get("http") == "open")

    @cached_property
    def self_signed(self) -> list[Known]:
        """The recorders whose own certificate is signed by itself."""
        return self.those(lambda one: one.own is not None and one.own["self_signed"])

    @cached_property
    def old_tls(self) -> list[Known]:
        """The recorders whose best TLS is one that browsers have dropped."""
        return self.those(lambda one: one.has_old_tls)

    @cached_property
    def failed(self) -> list[Known]:
        """The recorders on which the latest work did not end well."""
        return self.those(lambda one: one.error is not None)

    @cached_property
    def slowest(self) -> list[Known]:
        """The ten recorders on which the latest work took longest."""
        return sorted(self.recorders, key=lambda one: -one.seconds)[:10]

    @cached_property
    def drift(self) -> list[tuple[str, int]]:
        """The elements that a later locator found, summed for each selector file."""
        sums: Counter[str] = Counter()
        for one in self.recorders:
            if number := one.facts.get("drift"):
                sums[str(one.facts.get("firmware"))] += number
        return sums.most_common()

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "nvrflow": nvrflow_version(),
            "when": f"{self.now:%Y-%m-%dT%H:%M:%SZ}",
            "recorders": [vars(one) | {"report": str(one.report) if one.report else None} for one in self.recorders],
            "outcomes": dict(self.outcomes),
            "sites": [{"site": site, "recorders": number, "failed": bad} for site, number, bad in self.sites],
            "firmwares": dict(self.firmwares),
            "tls": dict(self.versions_of_tls),
            "certificates_end": dict(self.calendar),
            "shared_keys": [vars(one) for one in self.shared],
            "open_http": [one.name for one in self.open_http],
            "self_signed": [one.name for one in self.self_signed],
            "old_tls": [one.name for one in self.old_tls],
            "drift": dict(self.drift),
            "slowest": [[one.name, one.seconds] for one in self.slowest],
            "unreadable": list(self.unreadable),
        }  # fmt: skip


def census_of(folder: Path, now: datetime | None = None) -> Census:
    """What the logbooks in `folder` and below tell, each recorder as it was last seen. Raises WrongCall without a logbook."""
    books, unreadable = [], []
    for path in sorted(folder.rglob(FILE)):
        try:
            books.append(Logbook.at(path.parent))
        except NvrflowError as problem:
            unreadable.append(str(problem))
    if not books:
        raise WrongCall(f"{folder}: {unreadable[0] if unreadable else f'no run of a fleet is in it ({FILE})'}")
    return census_in(books, str(folder.resolve()), now, tuple(unreadable))


def census_in(books: Sequence[Book], where: str, now: datetime | None = None, unreadable: tuple[str, ...] = ()) -> Census:
    """What these logbooks tell, each recorder as it was last seen."""
    merged = _merged(sorted(books, key=lambda book: str(book.about["began"])))
    recorders = tuple(sorted(merged, key=lambda one: (one.site, one.name)))
    return Census(where, recorders, now or datetime.now(UTC), unreadable)


def _merged(books: Iterable[Book]) -> Iterator[Known]:
    """Each recorder once: by its place, because a list may call it otherwise in another run."""
    known: dict[str, Known] = {}
    for book in books:
        for ending in results_of(book).endings:
            place = place_of(ending.url).netloc
            before = known.get(place)
            if before is not None and ending.outcome == "skipped":
                continue
            facts = {**(before.facts if before else {}), **ending.facts}
            report = book.folder / ending.report if ending.report and isinstance(book, Logbook) else None
            of_work = (book.about["work"], ending.outcome, ending.error, ending.when, ending.seconds)
            known[place] = Known(ending.name, ending.url, ending.site, *of_work, report, facts)
    yield from known.values()
