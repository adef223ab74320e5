"""Every element of a selector file looked for on the recorder: a verdict for each, and the change that would correct the file.

`examination` is the whole command: it opens the recorder with a dry run, walks, and writes the run folder. In reading order:
`verdict` (the nouns), `itinerary` (which page comes next, and what leads there), `barrier` (why a page is not reached),
`glimpse` (what one page shows of its elements), `assessment` (the verdicts on a page), `afterwards` (what is shown after a
click), `walk` (from page to page), `captured` (through a capture), `hearsay` (verdicts from the steps of the run), `coverage`
(what was not seen). Then what can be done: `candidates` (what may be a missing element), `label_words` (what two labels have in
common), `doubt` (why a label is not taken), `foreign_word` (words of other languages), `repair` (changes that were tried on a
live page), `agreement` (all changes of a page together), `yaml_text` (a change in the text of a file), `patch` (changes as a
unified diff). Last the documents: `cases` (JUnit), `boxed` (HTML). `device_evidence` is what `--record` keeps. `lookup` is the
command `try`, with `typed` for the locators that a person types.
"""
