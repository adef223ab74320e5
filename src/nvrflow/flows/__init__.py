"""What to do: one flow per file, the function named like the file; the files lie in `flows/` at the top of a checkout."""

from nvrflow.content import folder

__path__ = [*__path__, str(folder("flows"))]
