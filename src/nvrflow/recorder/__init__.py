"""A recorder's own web UI, driven as a person would."""

from nvrflow.recorder.manner import Manner
from nvrflow.recorder.opening import open_recorder
from nvrflow.recorder.page import Page
from nvrflow.recorder.recorder import Recorder

__all__ = ["Manner", "Page", "Recorder", "open_recorder"]
