"""The manual procedure from start to end: HTTPS that this computer's browsers trust."""

from nvrflow import Recorder, Trusting
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.enable_https import enable_https


def secure(recorder: Recorder, trusting: Trusting | None = None) -> None:
    """End with HTTPS that this computer's browsers trust; `trusting` says how much is trusted, where, and who approves.

    The order is safe: download, judge the certificates, turn HTTPS on, compare with what is really served, try the certificates
    in a temporary browser, only then import, and ask this computer's own browsers. A recorder that offers no certificate for
    download serves its certificate once HTTPS is on; it is then judged and confirmed.
    """
    trusting = trusting or Trusting()
    trusting.prepare(recorder)
    if recorder.has("device_certificate"):
        device, trusted = download_certificates(recorder)
        trusting.judge(recorder, device, trusted)
        enable_https(recorder)
        trusting.compare(recorder, device, trusted)
    else:
        enable_https(recorder)
        trusting.take(recorder)
    trusting.rehearse(recorder)
    trusting.import_here(recorder)
    trusting.verify(recorder)
