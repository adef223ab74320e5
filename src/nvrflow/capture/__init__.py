"""Keeping a firmware's pages without private data, and looking at them again without the recorder.

In reading order: `controls` (what a page shows) and `archive` (the folder and its reader). Taking a capture: `tour` (the visit),
`stop` (one page of it), `snapshot` (a page as static HTML), `resource` (what is inside of pages), `sightings` (what locators find),
`heard` (the network), `device_facts`, `vocabulary` (words that stay) and `writer`. Without private data: `patterns` (what it looks
like), `known_values` (what the run knows), `substitutes` (made-up values), `scrubber` (the replacement), `scanner` and `clearance`
(the last look). Looking at a capture: `shelf` (its pages in a browser), `question_book` (what only scripts could answer), `replay`
(as a recorder) and `exhibition` (over HTTP).
"""
