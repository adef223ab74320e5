"""How long the way to each page took, and which pages are slower or faster beyond what busy computers and networks explain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from nvrflow.compare.clue import Aspect
from nvrflow.compare.difference import Difference
from nvrflow.firmware import SelectorFile

_TIMES, _SECONDS = 2.0, 1.0  # so many times slower, at least, and by so many seconds, where each visit was repeated
_TIMES_ONCE, _SECONDS_ONCE = 3.0, 2.5  # and where there was one visit, which may have been slow by chance
_SPREADS = 4.0  # and so many times the spread of repeated visits
_SHARE = 0.5  # of a page's delay, which a page on the way to it explains


@dataclass(frozen=True)
class Pace:
    """The seconds that several visits of one page took, before and after."""

    page: str
    a: tuple[float, ...]
    b: tuple[float, ...]

    def difference(self, load: float) -> float:
        """By how many seconds it is slower (below 0: faster) beyond the noise; `load` is how much slower everything was."""
        if not self.a or not self.b:
            return 0.0
        slower = self._beyond(self.a, [seconds / max(load, 1.0) for seconds in self.b])
        return slower or -self._beyond(self.b, [seconds * min(load, 1.0) for seconds in self.a])

    def _beyond(self, before: Sequence[float], after: Sequence[float]) -> float:
        """The seconds by which the fastest visit after is slower than the fastest before; 0 within the noise.

        What disturbs a visit makes it slower and not faster, so that the fastest one says most.
        """
        once = min(len(before), len(after)) == 1
        times, seconds = (_TIMES_ONCE, _SECONDS_ONCE) if once else (_TIMES, _SECONDS)
        spread = max(median(abs(one - median(visits)) for one in visits) for visits in (before, after))
        slower = min(after) - min(before)
        return slower if min(after) > times * min(before) and slower > max(seconds, _SPREADS * spread) else 0.0


def paces(a: Mapping[str, Sequence[float]], b: Mapping[str, Sequence[float]]) -> list[Pace]:
    """The pages that both have, with the seconds of all visits."""
    return [Pace(page, tuple(a[page]), tuple(b[page])) for page in a if page in b]


def slower_pages(found: Sequence[Pace], file: SelectorFile) -> Iterator[Difference]:
    """A difference for each page whose own time has changed; what a page on the way to it explains is not told again."""
    load = _load(found)
    delays = {pace.page: pace.difference(load) for pace in found}
    for pace in found:
        delay = delays[pace.page]
        if delay and not any(_explains(delays.get(other, 0.0), delay) for other in on_the_way(file, pace.page)):
            aspect: Aspect = "slower" if delay > 0 else "faster"
            yield Difference(
                "time", "changed", aspect, pace.page, pace.page, pages=(pace.page,), before=f"{min(pace.a):.1f} s",
                after=f"{min(pace.b):.1f} s", consequence="drift" if delay > 0 else "none",
            )  # fmt: skip


def _load(found: Sequence[Pace]) -> float:
    """How many times slower the middle page was: a busy computer makes all pages slower, a firmware only some."""
    ratios = [(min(pace.b) + _SECONDS) / (min(pace.a) + _SECONDS) for pace in found if pace.a and pace.b]
    return median(ratios) if ratios else 1.0


def _explains(delay: float, other: float) -> bool:
    return delay * other > 0 and abs(delay) > _SHARE * abs(other)


def on_the_way(file: SelectorFile, page: str) -> set[str]:
    """Every page that lies on some way to this one."""
    found, waiting = set[str](), [page]
    while waiting:
        known = file.pages.get(waiting.pop())
        for way in known.all_ways if known else []:
            if way.on not in found:
                found.add(way.on)
                waiting.append(way.on)
    return found - {page}
