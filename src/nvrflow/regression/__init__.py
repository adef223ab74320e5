"""What a regression test of a firmware looks at, and what its results look like.

In reading order: `visit` (every page in one language), `replayed_requests` (whether a session is over), `outside` (what answers
at the recorder's ports), `scoreboard` (the results of the tests) and `result_pages` (the results for people). The tests
themselves are in `nvrflow.suite`.
"""
