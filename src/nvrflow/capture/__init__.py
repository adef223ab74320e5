"""Keeping a firmware's pages without private data, and looking at them again without the recorder.

In reading order: `controls` (what a page shows) and `archive` (the folder and its reader, with `captured_file`, `inventory`
and `device_shape`). Taking a capture: `tour` (the visit), `route` (its order), `stop` (one page), `snapshot` (a page as static
HTML), `resource` (what lies in pages), `sightings` (what locators find), `heard` (the network), `device_facts`, `marks` (one
device, one key), `vocabulary` (words that stay) and `writer`. Without private data: `meanings` (what names say), `announced`
(values behind names), `patterns` (looks), `known_values` (what the run knows), `substitutes` (made-up values), `scrubber` (the
replacement), `scanner` and `clearance` (the last look), `donation` (what others would learn). Looking at a capture: `shelf`
(its pages in a browser), `question_book` (what only scripts could answer), `replay` (as a recorder), `exhibition` (over HTTP),
`trust_level` (what it proves) and `draft` (a first selector file from it).
"""
