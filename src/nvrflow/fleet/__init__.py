"""A fleet: one piece of work on many recorders, each with an outcome of its own whatever happens to the others.

In reading order: `task` (the work for one recorder), `conclusion` (what became of it), `survey` (a look at a recorder from
outside), `station` (a process that does tasks, with a browser that stays open), `crew` (the stations of this computer, and how
many work at once), `logbook` (what became of each recorder, in SQLite), `results` (that as a document), `campaign` (one run over
the fleet: order, canaries, stop, resume), `census` (what the fleet is like, from one or more logbooks), `census_page` (that as
HTML, CSV and Markdown).

Beyond one computer: `shared_logbook` (the results in PostgreSQL), `task_queue` (Procrastinate's queue, as a run sees it),
`site_worker` (what a site's computer does), `fence` (whether a job is still its worker's own).
"""
