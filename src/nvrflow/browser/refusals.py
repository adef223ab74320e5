"""What the gate has stopped so far, in words for a person."""

from __future__ import annotations

from dataclasses import dataclass, field

from nvrflow.browser.bounds import Bounds, for_a_plug_in
from nvrflow.browser.conversation import Refused


@dataclass
class Refusals:
    """Hears what the gate stopped, from the gate's threads; requests to other hosts are told to `bounds`.

    `held` are requests and WebSockets to the recorder, each its method and address, and below that the start of its body.
    `trouble` is why the recorder could not be reached, empty if it could. `own` are the recorder's addresses.
    """

    bounds: Bounds
    own: tuple[str, ...] = ()
    held: list[str] = field(default_factory=list)
    trouble: str = ""

    def hear(self, refused: Refused) -> None:
        """Record something that the gate stopped."""
        if refused.kind == "trouble":
            self.trouble = refused.told
        elif refused.kind == "host":
            self.bounds.refused(refused.told)
        elif refused.kind == "request":
            self.held.append(f"{refused.told}\n{refused.body.decode('utf-8', 'replace')}")
        elif not for_a_plug_in(refused.told, *self.own):
            self.held.append(f"WebSocket {refused.told}")
