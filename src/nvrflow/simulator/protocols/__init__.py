"""The protocols between recorders and their pages: one module for each family, named in `recorder.yaml`, with `routes`."""
