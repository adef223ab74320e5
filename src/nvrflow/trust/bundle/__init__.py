"""The bundle for other computers: a folder with a recorder's certificates and scripts that need only the operating system.

In reading order: `thumb_drive` (the folder), `contents` (the scripts and texts in it).
"""

from nvrflow.trust.bundle.thumb_drive import Bundle, make_bundle

__all__ = ["Bundle", "make_bundle"]
