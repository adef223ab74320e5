"""Signing in and out."""

from nvrflow import Recorder
from nvrflow.flows.sign_in import sign_in
from nvrflow.flows.sign_out import sign_out


def test_the_administrator_signs_in_and_out(recorder: Recorder) -> None:
    sign_in(recorder)
    sign_out(recorder)
    assert recorder.shows("sign_in")
