"""What a test calls: a page compared with its baseline in words, or as a picture; a difference is told in words first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from nvrflow.baseline.collection import Collection, Screen
from nvrflow.baseline.failure_page import Account, Lines, Shown, failure_page
from nvrflow.baseline.levels import LEVELS, Area, Level, changed, picture, without
from nvrflow.baseline.looks import told
from nvrflow.baseline.outline import Thing, outline_of, written
from nvrflow.baseline.shift import Shift, shifts
from nvrflow.errors import WrongCall
from nvrflow.recorder import Page
from nvrflow.recorder.portrait import Apart, Portrait, Sitter
from nvrflow.report.likeness import write_if_changed

if TYPE_CHECKING:
    from PIL.Image import Image

Taken: TypeAlias = "tuple[Image, list[Area]]"
_MOST = 12  # changes that a message lists


class BaselineMissing(AssertionError):
    """There is no baseline yet; the message says how to create it."""


class WordsDiffer(AssertionError):
    """A page does not say what its baseline says; the message tells each change."""


class PictureDiffers(AssertionError):
    """A page does not look as its baseline does; the message tells each change."""


@dataclass(frozen=True)
class Desk:
    """Where one test checks baselines: their collection, the test's name, and the folder for its failures."""

    collection: Collection
    test: str
    out: Path

    @property
    def owner(self) -> str:
        """The file of the test."""
        return self.test.partition("::")[0]

    @property
    def accept(self) -> str:
        """The command that takes what is there now as the baseline."""
        return f'pytest --update-baselines "{self.test}"'

    def missing(self, at: str, name: str) -> BaselineMissing:
        """The error for a baseline that does not exist."""
        return BaselineMissing(f"{at}: there is no baseline {self.collection.path(name)} yet; create it with {self.accept}")

    def report(self, name: str, account: Account) -> str:
        """Write the failure page and return the message."""
        path = self.out / f"{name.rpartition('/')[2]}.html"
        write_if_changed(path, failure_page(account).encode())
        more = [f"and {len(account.says) - _MOST} more"] if len(account.says) > _MOST else []
        lines = [f"{account.title}:", *(f"  - {one}" for one in [*account.says[:_MOST], *more])]
        return "\n".join([*lines, f"  before and now: {path}", f"  if this is right: {account.accept}"])


@dataclass(frozen=True)
class UiBaseline:
    """Checks what pages say: roles, names, states and values, as a screen reader would read them."""

    desk: Desk = field(repr=False)

    def check(self, page: Page, of: str = "", *, masks: Sequence[Apart] = (), name: str = "") -> None:
        """Compare what the page, or its element `of`, says with the baseline.

        `masks` are left out: names of elements or rows of the page, or Playwright's locators. `name` is the
        baseline's name (default: the page and the element). Raises WordsDiffer with each change in words, BaselineMissing,
        WrongCall, and what finding an element raises.
        """
        __tracebackhide__ = True
        sitter, desk = Sitter(page, of, tuple(masks)), self.desk
        file = _name(desk.collection, sitter, name, None)
        says = desk.collection.words(file)
        if says is None and not desk.collection.updates:
            raise desk.missing(sitter.at, file)
        before = outline_of(says or "")
        after = sitter.outline(outline_of, lambda now: says is not None and now == before)
        if says is not None and after == before:
            return
        if desk.collection.updates:
            desk.collection.keep_words(file, written(after), desk.owner)
            return
        raise WordsDiffer(desk.report(file, self._account(sitter, file, before, after)))

    def _account(self, sitter: Sitter, file: str, before: Sequence[Thing], after: Sequence[Thing]) -> Account:
        found = shifts(before, after) or [Shift("the same things are arranged in another way")]
        return Account(
            title=f"{sitter.at}: does not say what it said before",
            baseline=str(self.desk.collection.path(file)),
            test=self.desk.test,
            says=[one.says for one in found],
            before=Lines(written(before).splitlines(), [line for one in found for line in one.before]),
            after=Lines(written(after).splitlines(), [line for one in found for line in one.after]),
            accept=self.desk.accept,
        )


@dataclass(frozen=True)
class ImageBaseline:
    """Checks how pages look. Rather one element than a whole page: what is beside it may change."""

    desk: Desk = field(repr=False)

    def check(
        self,
        page: Page,
        of: str = "",
        *,
        masks: Sequence[Apart] = (),
        levels: Mapping[Apart, Level] | None = None,
        tolerance: float = 0.0,
        name: str = "",
    ) -> None:
        """Compare how the page, or its element `of`, looks with the baseline.

        `masks` are covered: names of elements or rows of the page, or Playwright's locators. `levels` says how
        strictly each of such is compared, and the whole under "": `exact`, `seen` (as a person sees it, the default), `layout`
        (places, not words and colours) or `ignore`. `tolerance` is the share of pixels (0 to 1) that may differ. `name` is the
        baseline's name (default: the page and the element).

        Raises PictureDiffers with each change in words, BaselineMissing, WrongCall, and what finding an element raises.
        """
        __tracebackhide__ = True
        wanted: dict[Apart, Level] = {**_checked(levels or {}, tolerance), **dict.fromkeys(masks, "ignore")}
        sitter, desk = Sitter(page, of, tuple(one for one in wanted if one)), self.desk
        file = _name(desk.collection, sitter, name, Screen(*sitter.screen))
        before = desk.collection.picture(file)
        if before is None and not desk.collection.updates:
            raise desk.missing(sitter.at, file)
        look = _Look(before, wanted, tolerance)
        image, areas = sitter.portrait(look.taken, look.fits, look.is_same)
        if before is not None and not (places := changed(before, image, areas, tolerance)):
            return
        if before is None or desk.collection.updates:
            desk.collection.keep_picture(file, image, desk.owner)
            return
        raise PictureDiffers(desk.report(file, self._account(sitter, file, (before, image), places)))

    def _account(self, sitter: Sitter, file: str, pictures: tuple[Image, Image], places: Sequence[Any]) -> Account:
        before, after = pictures
        return Account(
            title=f"{sitter.at}: does not look as it did before",
            baseline=str(self.desk.collection.path(file)),
            test=self.desk.test,
            says=told(sitter, before, after, places),
            before=Shown(before, places),
            after=Shown(after, places),
            accept=self.desk.accept,
        )


@dataclass(frozen=True)
class _Look:
    """How one picture is compared with the baseline `before` (None: there is none)."""

    before: Image | None
    wanted: Mapping[Apart, Level]
    tolerance: float

    def taken(self, portrait: Portrait) -> Taken:
        """The part of the screen that is kept, with its covers, and the areas in it that have a level of their own."""
        scale, box = portrait.scale, portrait.box or (0.0, 0.0, *map(float, portrait.viewport))
        left, top = round(box[0] * scale), round(box[1] * scale)
        image = picture(portrait.screen).crop((left, top, left + round(box[2] * scale), top + round(box[3] * scale)))
        areas = [Area((0, 0, *image.size), self.wanted[""])] if "" in self.wanted else []
        for name, places in portrait.places.items():
            for x, y, width, height in places:
                inner = (x * scale - left, y * scale - top, width * scale, height * scale)
                areas.append(Area(inner, self.wanted[name]))
        return without(image, areas), areas

    def is_same(self, one: Taken, other: Taken) -> bool:
        """Whether two looks at the page are alike, as strictly as it is compared with the baseline."""
        return not changed(one[0], other[0], other[1], self.tolerance)

    def fits(self, taken: Taken) -> bool:
        """Whether it looks like the baseline."""
        image, areas = taken
        return self.before is not None and not changed(self.before, image, areas, self.tolerance)


def _checked(levels: Mapping[Apart, Level], tolerance: float) -> Mapping[Apart, Level]:
    """`levels`. Raises WrongCall for a level that does not exist, and for a tolerance that is not a share."""
    for name, level in levels.items():
        if level not in LEVELS:
            raise WrongCall(f"levels: {name or 'the whole picture'} cannot be compared as {level!r}; choose {', '.join(LEVELS)}")
    if not 0 <= tolerance <= 1:
        raise WrongCall(f"tolerance: {tolerance:g} is not a share of the pixels; give a number from 0 to 1")
    return levels


def _name(collection: Collection, sitter: Sitter, name: str, screen: Screen | None) -> str:
    firmware = sitter.window.firmware
    called = name or (f"{sitter.page.name}.{sitter.of}" if sitter.of else sitter.page.name)
    return collection.name(firmware.name, firmware.language or "und", called, screen)
