"""`python -m nvrflow` is the command `nvrflow`."""

from nvrflow.cli import main

main()
