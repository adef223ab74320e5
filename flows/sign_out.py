"""Sign out of the recorder."""

from nvrflow import Recorder


def sign_out(recorder: Recorder) -> None:
    """Sign out, so that no session stays open on the recorder."""
    if not recorder.signed_in:
        return
    if not recorder.has("account"):
        recorder.reopen()
        return
    with recorder.chapter("Sign out"):
        page = recorder.go_to("account")
        page.click("sign_out")
        if page.offers("confirm"):
            page.click("confirm")
        recorder.arrive("sign_in", ready=False)
        recorder.signed_out()
