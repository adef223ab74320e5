"""Let the recorder create its own certificate."""

from nvrflow import Recorder
from nvrflow.flows.sign_in import sign_in


def create_certificate(recorder: Recorder) -> None:
    """Let the recorder create its own certificate, on a firmware that has none at first; an existing certificate is kept."""
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
