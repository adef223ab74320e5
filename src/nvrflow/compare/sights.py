"""Pictures for differences: what only looks different becomes one, and each gets its page before and after."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from nvrflow.capture.controls import Box
from nvrflow.compare.appearance import Seen, seen
from nvrflow.compare.clue import Aspect
from nvrflow.compare.cluster import listed
from nvrflow.compare.difference import Difference, Shot
from nvrflow.compare.gist import Gist
from nvrflow.compare.screen import Screen

_MOST = 3  # things that look different on a page, each told alone


def looks(screens: Iterable[Screen], reference: str) -> list[Difference]:
    """A difference for each thing that looks different: one colour, and one control, are one thing on all pages."""
    found = [(screen, one) for screen in screens for one in seen(screen)]
    groups = list[list[tuple[Screen, Seen]]]()
    for item in found:
        near = [group for group in groups if any(_is_one(item[1], other) for _, other in group)]
        groups = [group for group in groups if not any(group is other for other in near)]
        groups.append([*(other for group in near for other in group), item])
    return [_told(group, reference) for group in _restyled(groups)]


def _restyled(groups: Sequence[list[tuple[Screen, Seen]]]) -> list[list[tuple[Screen, Seen]]]:
    """The groups; where many things look different on the same pages, these pages have another style, and that is one thing."""
    styles = defaultdict[frozenset[str], list[list[tuple[Screen, Seen]]]](list)
    for group in groups:
        if not any(one.clue.aspect == "colour" for _, one in group):
            styles[frozenset(one.clue.page for _, one in group)].append(group)
    joined = [[item for group in several for item in group] for several in styles.values() if len(several) > _MOST]
    inside = {id(item) for group in joined for item in group}
    return [*(group for group in groups if not any(id(item) in inside for item in group)), *joined]


def _is_one(one: Seen, other: Seen) -> bool:
    """Whether two clues are about one thing: the same subject, or the same control."""
    return one.clue.subject == other.clue.subject or bool(one.about and one.about == other.about)


def _told(group: Sequence[tuple[Screen, Seen]], reference: str) -> Difference:
    colours = [item for item in group if item[1].clue.aspect == "colour"]
    often = Counter(item[1].clue.identity for item in colours)
    told = sorted(colours or group, key=lambda item: (-often[item[1].clue.identity], item[1].clue.language != reference))
    first = told[0][1].clue
    names = list(dict.fromkeys(one.clue.name for _, one in told if one.clue.name and one.clue.language == first.language))
    aspect: Aspect
    many = len(names) > _MOST and first.aspect != "colour"
    aspect, about = ("look", " ".join(sorted({one.clue.page for _, one in group}))) if many else (first.aspect, first.identity)
    return Difference(
        "picture", "changed", aspect, about, listed(names),
        pages=tuple(dict.fromkeys(one.clue.page for _, one in group)),
        languages=tuple(dict.fromkeys(one.clue.language for _, one in group)),
        before=first.before, after=first.after, shots=(_shot_of(told),),
    )  # fmt: skip


def _shot_of(told: Sequence[tuple[Screen, Seen]]) -> Shot:
    screen = told[0][0]
    here = [one for other, one in told if (other.name, other.language) == (screen.name, screen.language)]
    return Shot(
        screen.name, screen.language, screen.page_a.picture, screen.page_b.picture,
        tuple(one.box_a for one in here), tuple(one.box_b for one in here),
    )  # fmt: skip


def pictured(gist: Gist, screens: Sequence[Screen], reference: str) -> Difference:
    """The gist's difference with a picture of the first page on which it is seen, and on which it went or came from."""
    clues = sorted((clue for clue in gist.clues if clue.page), key=lambda clue: clue.language != reference)
    shots = list[Shot]()
    for clue in clues:
        if any(shot.page == clue.page for shot in shots) or len(shots) == 2:
            continue
        screen = next(one for one in screens if (one.name, one.language) == (clue.page, clue.language))
        pictures = screen.page_a.picture, screen.page_b.picture
        shots.append(Shot(clue.page, clue.language, *pictures, _all(clue.boxes(False)), _all(clue.boxes(True))))
        if gist.difference.aspect != "other-page":
            break
    return replace(gist.difference, shots=tuple(shots))


def _all(boxes: tuple[Box, ...]) -> tuple[Box, ...]:
    """One box around several that belong together."""
    if len(boxes) < 2:
        return boxes
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    return ((left, top, max(box[0] + box[2] for box in boxes) - left, max(box[1] + box[3] for box in boxes) - top),)
