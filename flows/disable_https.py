"""Turn HTTPS off."""

from nvrflow import Recorder
from nvrflow.flows.sign_in import sign_in


def disable_https(recorder: Recorder) -> None:
    """Turn HTTPS off and wait until the recorder answers without it; nothing is clicked if it is off already."""
    sign_in(recorder)
    with recorder.chapter("Disable HTTPS"):
        page = recorder.go_to("https")
        if not page.is_checked("enable"):
            recorder.already("HTTPS is off")
        else:
            page.uncheck("enable")
            page.click("ok")
            if page.offers("confirm"):
                page.click("confirm")
            recorder.await_http()
