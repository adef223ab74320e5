"""Say whether HTTPS is on."""

from nvrflow import Recorder
from nvrflow.flows.sign_in import sign_in


def https_is_on(recorder: Recorder) -> bool:
    """Read on the recorder's own page whether HTTPS is on; nothing is changed."""
    sign_in(recorder)
    with recorder.chapter("Read whether HTTPS is on"):
        return recorder.go_to("https").is_checked("enable")
