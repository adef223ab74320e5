"""Sign-in attempts, remembered on this computer across runs and processes, so that no account is locked by repeated tries.

Read in this order: `standing` (what is known of one account), `mark` (a refused password, recognised without being kept),
`memory` (the file in which standings are kept), `tries` (what a run may try, and how the try ended).
"""
