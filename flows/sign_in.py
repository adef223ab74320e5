"""Sign in to the recorder."""

from nvrflow import Recorder
from nvrflow.flows.sign_out import sign_out


def sign_in(recorder: Recorder) -> None:
    """Sign in, once. A refusal ends the work; the flow never tries again, because the recorder counts refusals."""
    if recorder.signed_in:
        return
    with recorder.chapter("Sign in"):
        recorder.may_sign_in(then="home")
        page = recorder.go_to("sign_in")
        if page.asked_by_browser:
            page.authenticate()
        else:
            if page.has("user"):
                page.fill("user", recorder.user)
            if page.offers("next"):
                page.click("next")
            page.fill("password", recorder.password())
            page.click("submit")
        recorder.signed_in_until(sign_out)
        recorder.arrive("home")
