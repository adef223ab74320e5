"""What has to be asked of the page that a recorder shows; a browser answers it, and nothing here knows which one."""

from __future__ import annotations

import json
from typing import Any, Protocol

from nvrflow.firmware.traffic import Fetched

# The recorder's own charset counts, of the answer's header or of the XML declaration: old firmwares write GBK and Latin-1.
_FETCH = """async ({path, method, body, type}) => {
  const answer = await fetch(path, {method, ...(body === null ? {} : {body, headers: {'Content-Type': type}})}).catch(() => null);
  if (!answer || !answer.ok) return '';
  const bytes = await answer.arrayBuffer().catch(() => new ArrayBuffer(0));
  const start = new TextDecoder('latin1').decode(bytes.slice(0, 200));
  const named = /charset=["']?([\\w-]+)/i.exec(answer.headers.get('Content-Type') || '')
    || /^[^<]*<\\?xml[^>]*encoding=["']([\\w-]+)/i.exec(start);
  try { return new TextDecoder(named ? named[1] : 'utf-8').decode(bytes); } catch (e) { return new TextDecoder().decode(bytes); }
}"""


class NoJavaScript(Exception):
    """The text that was given is not JavaScript; the message is the browser's own."""


class ShownPage(Protocol):
    """The page that is shown now, as identification and language need it; its methods raise NvrflowError and NoJavaScript."""

    def evaluate(self, function: str, argument: Any = None) -> Any:
        """What the JavaScript function `function` gives for `argument` (both plain data), awaited if it is a promise."""

    def becomes_true(self, function: str, seconds: float) -> bool:
        """Wait until the JavaScript function gives something true; False when the time is over first."""


def fetched(page: ShownPage, asked: Fetched, fill: dict[str, str] | None = None) -> str:
    """The text that the recorder gives to `asked` in the session of `page`; empty when it gives none.

    `fill` is what stands for words in braces: in the path as it is, which therefore has to be quoted already, and in the body.
    """
    path, body = asked.fetch, asked.body
    for name, value in (fill or {}).items():
        path = path.replace(f"{{{name}}}", value)
        body = body.replace(f"{{{name}}}", value) if body is not None else None
    wanted = {"path": path, "method": asked.method, "body": body, "type": _content_type(body or "")}
    return str(page.evaluate(_FETCH, wanted) or "")


def quietly(expression: str) -> str:
    """A JavaScript expression as one that is false where it would throw, also if it has lines and comments."""
    return f"(() => {{ try {{ return (\n{expression}\n) }} catch (e) {{ return false }} }})()"


def quoted(text: str) -> str:
    """`text` as a JavaScript string."""
    return json.dumps(text)


def _content_type(body: str) -> str:
    kinds = {"{": "application/json", "[": "application/json", "<": "application/xml"}
    return kinds.get(body.lstrip()[:1], "application/x-www-form-urlencoded")
