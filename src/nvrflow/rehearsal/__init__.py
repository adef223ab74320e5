"""Flows run without a recorder, to learn what they need of a selector file.

A stand-in for the recorder answers from the selector file alone and notes each page and element that the flow uses. What only a
screen could answer is answered both ways, in a bounded number of runs. This happens in a process of its own that changes nothing
and is ended if a flow does not come to its end.

In reading order: `branches` (both answers), `values` (what a screen would give), `stand_in` (recorder and pages), `limits` (what
a rehearsed flow may not do), `child` (that process), `rehearsals` (who starts it).
"""
