"""A rack or fleet of recorders: the file that lists them, where their passwords are, and who uses one of them now.

In reading order: `roster` (the file), `password_reference` (where a password is), `lease` (a recorder for one process at a time).
"""
