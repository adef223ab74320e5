"""Sign-in attempts, remembered on this computer across runs and processes, so that repeated tries do not lock an account.

In reading order: `standing` (what is known about one account), `mark` (recognises a refused password without storing it),
`memory` (the file of standings), `tries` (whether a run may try, and how the try ended).
"""
