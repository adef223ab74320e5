"""Every setting that a recorder's pages show, as values: read from the page without a list of what is on it.

In reading order: `setting` (one setting, and how the controls of a page become settings), and `round_trip` (the visit to every
page, which changes nothing). The stable names of settings are in `nvrflow.firmware.catalogue`.
"""
