"""Turn HTTPS on."""

from nvrflow import Recorder
from nvrflow.flows.create_certificate import create_certificate
from nvrflow.flows.sign_in import sign_in


def enable_https(recorder: Recorder) -> None:
    """Turn HTTPS on and wait until the recorder answers with it; nothing is clicked if it is on already."""
    sign_in(recorder)
    with recorder.chapter("Enable HTTPS"):
        port = https_port(recorder)
        if recorder.has("new_certificate") and not recorder.go_to("https").is_checked("enable"):
            create_certificate(recorder)
        page = recorder.go_to("https")
        if page.offers("port"):
            port = page.read_port("port")
        if page.is_checked("enable"):
            recorder.already("HTTPS is on")
        else:
            page.check("enable")
            page.click("ok")
            if page.offers("confirm"):
                page.click("confirm")
        recorder.await_https(port)


def https_port(recorder: Recorder) -> int | None:
    """Read the port from its own page, on a firmware that has such a page; None on others."""
    if not recorder.has("https_port"):
        return None
    return recorder.go_to("https_port").read_port("port")
