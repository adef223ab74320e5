"""What changed between two firmwares, in words and pictures: worst first, each change once, with what it means for flows.

A side is a capture, the folder of a run, or a live recorder that is captured first (`side`). In reading order, from the page to
the whole: `in_common` (which pages both have), `alignment` and `pairs` (which control is which), `table_rows` (data in tables),
`cluster` (what came or went together), `arrangement` (the order in rows and columns), `field_rules` (what a field takes),
`entries` (what leads to pages), `tongue` (words and data), `clue` and `screen` (what differs on one page), `phrases` (the
dictionary), `regions` and `appearance` (pictures); then `recurrence` and `gist` (clues put together), `usage` and `toll` (flows
and elements), `sights` (what looks different and is not explained otherwise), `protection` (HTTPS), `pace` (time), `runs` (two
runs). `difference` is the noun, `comparison` the whole, `known` what was accepted or is ignored, `sentence` makes all
sentences. Documents: `summary_lines`, `markdown_note`, `junit_cases`, `release_page`.
"""
