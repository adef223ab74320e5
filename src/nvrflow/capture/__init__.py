"""Keeping a firmware's pages, to look at and to select on without the device.

`controls` reads what a page shows: every control and every word, in one question to the browser for each frame.
"""
