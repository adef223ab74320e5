"""One page of the recorder's UI, with Playwright's verbs: using an element is one step, reading leaves none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from nvrflow.browser.playwright_errors import translated
from nvrflow.certificate import Certificate
from nvrflow.errors import SignInRefused
from nvrflow.recorder import control, downloads, rows, verbs
from nvrflow.recorder.element import Element
from nvrflow.recorder.illustrator import Subject, illustrate
from nvrflow.recorder.rows import Row
from nvrflow.recorder.window import Window


class Page:
    """The page `name` of a recorder; its verbs wait for the element, answer pop-ups, and stop at the recorder's time limit.

    Elements, rows and cells are named as in the selector file. Every verb raises WrongCall for a name that is not in that file,
    SelectorDrift for an element that is not on the page, TimedOut for one that cannot be used.
    """

    def __init__(self, window: Window, name: str) -> None:
        self.window = window
        self.name = name

    @property
    def asked_by_browser(self) -> bool:
        """Whether the browser itself asks for user and password (HTTP Basic or Digest) instead of a page."""
        return self.window.file.pages[self.name].asked_by_browser

    def authenticate(self) -> None:
        """Answer the browser's own question for user and password with the recorder's account, once. Raises SignInRefused."""
        window = self.window
        session, path = window.session, window.file.pages[self.name].path or "/"
        title = f"Sign in as {session.user} in the browser's own window"
        with window.steps.step("authenticate", title, verb="authenticate", value=session.user), translated(session.url):
            window.tries.typed(session.password())
            with window.tries.counted():
                if not session.authenticate(path):
                    raise SignInRefused(f"{session.who}: the recorder refused user or password; nvrflow does not try again")
            window.tries.accepted_by_answer()
            window.read_as(window.firmware)
            window.unheard = True

    def click(self, element: str) -> None:
        """Click, and wait for what the selector file says must follow: an answer on the network, or words on the screen."""
        verbs.click(self._element(element))

    def fill(self, element: str, value: str) -> None:
        """Type `value` into a field; the value of a field marked `secret` appears in no output, file or picture."""
        verbs.fill(self._element(element), value)

    def select(self, element: str, option: str) -> None:
        """Choose `option` by its words in a drop-down list of HTML (`<select>`)."""
        verbs.select(self._element(element), option)

    def choose(self, element: str, option: str) -> None:
        """Choose `option` by its words in a drop-down list that the page draws itself and opens at a click."""
        control.choose(self._element(element), option)

    def hover(self, element: str) -> None:
        """Move the mouse over the element, for menus that open when the mouse is over them."""
        verbs.hover(self._element(element))

    def press(self, element: str, key: str) -> None:
        """Press a key while the element has the focus; keys are named as in Playwright, for example `Enter` or `Control+A`."""
        verbs.press(self._element(element), key)

    def upload(self, element: str, file: str | Path) -> None:
        """Give the page a file; the element opens a file chooser, or is a field for files."""
        downloads.upload(self._element(element), file)

    def check(self, element: str) -> None:
        """Switch a checkbox, switch or radio on; nothing is clicked if it is on already."""
        control.turn(self._element(element), True)

    def uncheck(self, element: str) -> None:
        """Switch a checkbox or switch off; nothing is clicked if it is off already."""
        control.turn(self._element(element), False)

    def is_checked(self, element: str) -> bool:
        """Whether a checkbox, switch or radio is on, once the page has its values.

        A switch that this run has turned and not saved yet counts as it was before.
        """
        return control.is_checked(self._element(element))

    def read(self, element: str) -> str:
        """The value of a field, or the text of anything else."""
        return control.read(self._element(element))

    def text(self, element: str) -> str:
        """The value of a field, or the text of any other element; another name for `read`."""
        return self.read(element)

    def read_port(self, element: str) -> int:
        """The port that a field shows, alone or behind an address (`192.0.2.10:8443`). Raises SelectorDrift if there is none."""
        return control.port_in(self.read(element), self._element(element).at)

    def rows(self, name: str) -> list[dict[str, str]]:
        """Every row of a table or list: a mapping of its `cells`, each by the title of its column as the page shows it."""
        return rows.table_of(self.window, self.name, name).read()

    def row(self, name: str, key: str) -> Row:
        """The row of a table or list that is named `key`, for example `page.row("channels", "Front door").click("edit")`."""
        return rows.table_of(self.window, self.name, name).row(key)

    def has(self, element: str) -> bool:
        """Whether the selector file has such an element on this page."""
        return element in self.window.file.pages[self.name].elements

    def offers(self, element: str) -> bool:
        """Whether the element can be used now; waits until the page has loaded, and not longer."""
        if not self.has(element):
            return False
        target = self._element(element)
        verbs.look_at_last_click(self.window)
        if self.window.steps.held and target.spec.effect == "write":
            return True
        if not self.window.turn_to(self.name):
            return False
        return target.is_there() or (self.window.settle() and target.is_there())

    def has_used(self, element: str) -> bool:
        """Whether this run has used the element already."""
        full = f"{self.name}.{element}"
        return any(step.element == full and step.outcome == "done" for step in self.window.steps.report.steps)

    def download(self, element: str) -> list[Certificate]:
        """Click, receive the file, and read the certificates in it; raises DownloadFailed, CertificateRefused."""
        return downloads.download(self._element(element))

    def download_file(self, element: str) -> Path:
        """Click, receive whatever file comes, for example a backup, and keep it; raises DownloadFailed."""
        return downloads.download_file(self._element(element))

    def picture(
        self,
        name: str,
        of: str = "",
        *,
        mark: Sequence[str] = (),
        arrow: Mapping[str, str] | Sequence[str] = (),
        padding: float = 16,
    ) -> None:
        """Take a picture for documentation, of this page or `of` one element; it becomes `pictures/NAME.png` of the run folder.

        `mark` are elements that get a box and a number, `arrow` those that an arrow points at: names, or names with a short text
        for each. `padding` are the CSS pixels around the element. The picture is taken once nothing moves, without secrets and
        without what the selector file calls `volatile`. Raises WrongCall for what does not fit on one screen.
        """
        arrows = arrow if isinstance(arrow, Mapping) else dict.fromkeys(arrow, "")
        illustrate(self.window, name, Subject(self.name, of, mark, arrows, padding))

    def _element(self, name: str) -> Element:
        return verbs.element_of(self.window, self.name, name)
