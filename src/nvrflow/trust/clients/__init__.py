"""The clients that are asked whether they open the recorder: each in a fresh process, with the stores it really reads."""
