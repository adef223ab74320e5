"""The benchmark's flow as nvrflow writes it."""

from nvrflow import Recorder
from nvrflow.flows.download_certificates import download_certificates


def once(recorder: Recorder) -> None:
    """Sign in, download both, go to the HTTPS page by Details and Optimize, switch Enable on without saving."""
    download_certificates(recorder)
    recorder.go_to("https").check("enable")


flow = once
