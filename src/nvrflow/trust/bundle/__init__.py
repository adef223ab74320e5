"""The bundle for other computers: a folder with a recorder's certificates and scripts that need only the operating system."""

from nvrflow.trust.bundle.making import Bundle, make_bundle

__all__ = ["Bundle", "make_bundle"]
