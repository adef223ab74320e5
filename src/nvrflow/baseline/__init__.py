"""What pages said and looked like when somebody last agreed: kept as files, compared, and told in words before pictures.

In reading order: `outline` (a page in words, without what changes by itself), `shift` (what changed between two outlines),
`levels` (two pictures compared, each region as strictly as wanted), `looks` (what looks different, in words), `collection` (the
files, and which of them a run used), `failure_page` (before and after, as one HTML file), `checks` (what a test calls).
"""
