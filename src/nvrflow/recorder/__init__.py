"""A recorder's own web UI, driven as a person would."""

from nvrflow.recorder.manner import Manner
from nvrflow.recorder.opening import open_recorder
from nvrflow.recorder.recorder import Recorder
from nvrflow.recorder.screen import Screen

__all__ = ["Manner", "Recorder", "Screen", "open_recorder"]
