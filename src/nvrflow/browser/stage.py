"""The interface between a session and the part that takes pictures of its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from playwright.sync_api import Page


class Stage(Protocol):
    """How pictures are taken: the options that the browser and its context need, and a listener for new pages."""

    @property
    def flags(self) -> tuple[str, ...]: ...
    @property
    def context(self) -> dict[str, Any]: ...
    def meet(self, page: Page) -> None: ...
    def part(self) -> None: ...
