"""A rack or fleet of recorders: the file that lists them, where their passwords are, and who uses one of them now.

In reading order: `roster` (the file in YAML), `spreadsheet` (the file in CSV), `list_file` (either of them),
`amendment` (recorders added and removed), `ansible` (hosts of an Ansible inventory), `subset` (which of
its recorders are meant), `password_reference` (where a password is), `lease` (a recorder for one process at a time).
"""
