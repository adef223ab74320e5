"""Switch HTTPS on."""

from nvrflow import Recorder
from nvrflow.flows.sign_in import sign_in


def enable_https(recorder: Recorder) -> None:
    """Switch HTTPS on and wait until the recorder answers with it; nothing is clicked if it is on already."""
    sign_in(recorder)
    with recorder.chapter("Enable HTTPS"):
        page = recorder.go_to("https")
        port = page.read("port") if page.offers("port") else ""
        if page.is_checked("enable"):
            recorder.already("HTTPS is on")
        else:
            page.check("enable")
            page.click("ok")
            if page.offers("confirm"):
                page.click("confirm")
        recorder.await_https(port)
