"""The captures and runs of a device line over time: what `nvrflow history` shows.

In reading order: `milestone` (one capture or one run in a few facts), `chronicle` (all of them in a folder, by device line),
`chart` (seconds over time as SVG), `chronicle_page` (the HTML page).
"""
