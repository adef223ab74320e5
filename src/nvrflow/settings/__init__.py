"""Every setting that a recorder's pages show, as values: read from the page without a list of what is on it.

In reading order: `setting` (one setting, and how the controls of a page become settings), `catalogue` (stable names for the same
setting on all makers' recorders), `round_trip` (the visit to every page, which changes nothing).
"""
