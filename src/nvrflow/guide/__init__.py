"""The illustrated guide: a run's folder, written for a reader as Markdown, HTML and PDF.

Nothing here drives a recorder. In reading order: `source` (what a guide is written from), `manual` (the nouns of a guide),
`words`, `instructions`, `elsewhere` and `byhand` (its sentences), `composing` (a run becomes a guide), `placeholder`, `theme`,
`pictures`, `markdown`, `html`, `fonts`, `making` (one guide's folder), `matrix` (several guides and their index).
"""

from nvrflow.guide.making import FORMATS, Made, Wish, make_guide
from nvrflow.guide.matrix import Batch, Layout
from nvrflow.guide.source import Source
from nvrflow.guide.theme import Theme, read_theme
from nvrflow.guide.words import LANGUAGES

__all__ = ["FORMATS", "LANGUAGES", "Batch", "Layout", "Made", "Source", "Theme", "Wish", "make_guide", "read_theme"]
