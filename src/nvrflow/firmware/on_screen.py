"""Where a person can read a fingerprint on the recorder's own monitor, said as the selector file knows it."""

from __future__ import annotations

from nvrflow.firmware import Firmware

_WITHOUT_MONITOR = (
    "If you cannot read it there: --expect-sha256 HEX gives a fingerprint that you know from a safe source, and nvrflow compares"
    " it. --yes accepts the certificate without a comparison: if somebody in the network has exchanged it, nobody notices. The"
    " report then says that nobody compared it."
)


def where_to_compare(firmware: Firmware | None) -> str:
    """Where to find the SHA-256 on the recorder's own monitor, and what to do without it; None: no firmware is known.

    Only a way that somebody has followed to a SHA-256 is promised. Of a page that a manual names no more than that is said. For
    every other firmware it says that nothing is known.
    """
    place = firmware.file.fingerprint_on_screen if firmware is not None else None
    if firmware is None or place is None:
        which = f" of the firmware {firmware.name}" if firmware is not None else ""
        return f"It is not known where a recorder{which} shows the SHA-256 on its own monitor. {_WITHOUT_MONITOR}"
    menu = place.menu.get(firmware.language or "en") or place.menu.get("en") or next(iter(place.menu.values()))
    if place.seen:
        return f"The recorder's own monitor shows the SHA-256 under {menu}."
    return (
        f"On the recorder's own monitor look under {menu}. A manual names this page; that it shows the SHA-256 is not confirmed."
        f" {_WITHOUT_MONITOR}"
    )
