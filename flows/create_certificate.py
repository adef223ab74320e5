"""Have the recorder make a certificate of its own."""

from nvrflow import Recorder
from nvrflow.flows.sign_in import sign_in


def create_certificate(recorder: Recorder) -> None:
    """Let the recorder make its own certificate, on a firmware that comes without one; an existing one is left alone."""
    sign_in(recorder)
    if not recorder.has("new_certificate"):
        recorder.already("the firmware brings its own certificate")
        return
    with recorder.chapter("Create the certificate"):
        page = recorder.go_to("new_certificate")
        if page.offers("existing"):
            if not page.has_used("create"):
                recorder.already("a certificate is there")
            return
        if page.offers("host"):
            page.fill("host", recorder.host)
        page.click("create")
        if page.offers("confirm"):
            page.click("confirm")
