"""Whether a person could see the middle of an element, what lies above it where not, and whether it looks usable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nvrflow.browser.playwright_errors import PlaywrightError

if TYPE_CHECKING:
    from playwright.sync_api import Locator

GLANCE = 2000  # milliseconds in which an element that is on the page answers
# Playwright knows disabled form controls, and `aria-disabled` on what has a fitting role. A person sees more: a mouse pointer
# that says no, or a control that its page calls disabled and shows grey, pale, or with the pointer of what cannot be clicked.
_LOOKS_GREY = """element => {
  if (element.closest('[aria-disabled]')?.getAttribute('aria-disabled') === 'true') return true;
  if (['not-allowed', 'no-drop'].includes(getComputedStyle(element).cursor)) return true;
  const own = element.textContent.trim(), chain = [element];
  const same = up => own ? up.textContent.trim() === own : up.childElementCount === 1;
  for (let up = element.parentElement; up && up !== document.body && chain.length < 4 && same(up); up = up.parentElement)
    chain.push(up);
  if (!chain.some(one => [...one.classList].some(name => /(^|[-_])disabled?$/i.test(name)))) return false;
  const isGrey = color => {
    const [red, green, blue, alpha = 1] = (color.match(/[\\d.]+/g) ?? []).map(Number), most = Math.max(red, green, blue);
    return alpha > 0 && most - Math.min(red, green, blue) < 24 && most >= 90 && most <= 215;
  };
  const isForm = element.matches('button, input, select, textarea');  // the browser itself gives these the plain pointer
  const parts = [...chain, ...[...element.querySelectorAll('*')].slice(0, 10)].map(one => getComputedStyle(one));
  return parts.some(style => style.opacity < 0.9) || isGrey(parts[0].color) || isGrey(parts[0].backgroundColor)
    || (!isForm && parts[0].cursor === 'default');
}"""
# What is scrolled away, or lies below a fixed bar, comes into view as far as the page can be scrolled.
BRINGS_INTO_VIEW = """async element => {
  const large = 0.3;  // of the screen: what lies above a field and is larger than that keeps a person from it
  const inner = window !== window.top;
  const top = () => {
    const box = element.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
    if (!box.width || !box.height) return element;
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return null;
    return element.getRootNode().elementFromPoint(x, y);
  };
  const isIt = above => above && (above === element || element.contains(above) || above.closest('label')?.control === element
    || (element.shadowRoot && element.shadowRoot.contains(above))
    || (above.contains(element) && getComputedStyle(element).opacity === '0'));
  const seen = () => new Promise(done => {
    const watch = new IntersectionObserver(all => { watch.disconnect(); done(all[0].isIntersecting) });
    watch.observe(element);
  });
  let above = top();
  const outside = inner && !(await seen());
  if (!isIt(above) || outside) {
    element.scrollIntoView({behavior: 'instant', block: 'center', inline: 'center'});
    above = top();
  }
  const role = element.getAttribute('role');
  const on = ['checkbox', 'radio'].includes(element.type) ? element.checked
    : ['checkbox', 'radio', 'switch'].includes(role) ? element.getAttribute('aria-checked') === 'true' : null;
  const control = element.tagName === 'SELECT' ? 'list' : ['checkbox', 'radio'].includes(element.type) ? 'tick' : 'other';
  const greyed = (LOOKS_GREY)(element);
  if (isIt(above) || !above) return ['', false, on, control, greyed];
  const name = one => one.tagName.toLowerCase() + (one.id ? '#' + one.id : '')
    + [...one.classList].slice(0, 2).map(part => '.' + part).join('');
  const box = above.getBoundingClientRect();
  const dialog = above.closest('dialog, [role=dialog], [role=alertdialog], [aria-modal=true]');
  const modal = (dialog && !dialog.contains(element))
    || (!above.contains(element) && box.width * box.height >= large * innerWidth * innerHeight);
  return [name(above), Boolean(modal), on, control, greyed];
}""".replace("LOOKS_GREY", _LOOKS_GREY)


@dataclass(frozen=True)
class Cover:
    """What lies above the middle of an element: its tag, id and classes (empty: nothing), and whether it keeps a person out.

    `checked` is the state of the element itself where it is a checkbox, a radio or a switch; `control` is `list` for a drop-down
    list of the browser's own, `tick` for its checkboxes and radios, `other` for anything else, and empty for what was not there.
    `greyed`: a person sees that it is disabled.
    """

    name: str = ""
    modal: bool = False
    checked: bool | None = None
    control: str = ""
    greyed: bool = False

    @property
    def keeps_from_typing(self) -> str:
        """Why nothing can be typed; empty if it can."""
        if self.modal:
            return f"it is covered by {self.name}"
        return "" if self.control else "it is not on the page any more"

    @property
    def keeps_from_clicking(self) -> str:
        """Why a person would not click although nothing lies above; empty if they would."""
        return "it is not enabled" if self.greyed else ""


def bring_into_view(target: Locator) -> Cover:
    """Scroll `target` into view if its middle cannot be seen; what then still lies above it.

    Of an element that has gone meanwhile nothing is known: whoever uses it finds out.
    """
    try:
        return cover_of(asked(target, BRINGS_INTO_VIEW))
    except PlaywrightError:
        return Cover()


def asked(target: Locator, question: str, given: object = None) -> Any:
    """The answer of the one element that was found as `target` to a question, a function in JavaScript.

    That is one message to the browser; where the element is being drawn again, it is waited for. Raises PlaywrightError once it
    has gone.
    """
    of_all = f"async (all, given) => all.length === 1 ? [await ({question})(all[0], given)] : []"
    answers: list[Any] = target.evaluate_all(of_all, given)
    return answers[0] if answers else target.evaluate(question, given, timeout=GLANCE)


def cover_of(answer: Any) -> Cover:
    """What `BRINGS_INTO_VIEW` answered."""
    name, modal, checked, control, greyed = answer
    return Cover(name, modal, checked, control, greyed)
