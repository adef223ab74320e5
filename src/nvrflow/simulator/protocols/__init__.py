"""How families of recorders talk to their own pages: one module each, named in `recorder.yaml`, with a function `routes`."""
