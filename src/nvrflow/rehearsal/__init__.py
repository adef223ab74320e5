"""Flows run without a recorder, to learn what they need of a selector file.

A stand-in for the recorder answers from the selector file alone and notes each page and element that the flow uses. A question
that only a screen could answer is answered both ways, in a limited number of runs. This happens in a separate process, which
changes nothing and is ended if a flow does not end.

In reading order: `branches` (both answers), `values` (of a screen), `stand_in` (recorder and pages), `limits` (what
a rehearsed flow may not do), `child` (the process), `rehearsals` (starts the process).
"""
