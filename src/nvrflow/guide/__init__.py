"""The illustrated guide: a run of a flow in the studio, written down for a reader in Markdown, HTML and PDF."""

from nvrflow.guide.filming import Film, film
from nvrflow.guide.making import FORMATS, Made, Wish, make_guide
from nvrflow.guide.matrix import Batch, Shooting, make_guides
from nvrflow.guide.theme import Theme, read_theme
from nvrflow.guide.words import LANGUAGES

__all__ = [
    "FORMATS",
    "LANGUAGES",
    "Batch",
    "Film",
    "Made",
    "Shooting",
    "Theme",
    "Wish",
    "film",
    "make_guide",
    "make_guides",
    "read_theme",
]
