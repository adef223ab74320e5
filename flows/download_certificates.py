"""Download the recorder's certificates."""

from nvrflow import Certificate, Recorder, device_and_authority
from nvrflow.flows.create_certificate import create_certificate
from nvrflow.flows.sign_in import sign_in


def download_certificates(recorder: Recorder) -> tuple[Certificate, Certificate | None]:
    """Download the recorder's own certificate, and the CA certificate that signed it.

    If a download fails, the browser is closed, the person signs in again and tries again, once. The second is None on a
    recorder that has no CA. Raises WrongCall on one that offers none for download.
    """
    if not recorder.has("device_certificate"):
        raise recorder.cannot("offers no certificate for download, the flow secure takes the one that it serves")
    sign_in(recorder)
    if recorder.has("new_certificate"):
        create_certificate(recorder)
    with recorder.chapter("Download the certificates"):
        device, trusted = recorder.once_more(download_both, again=sign_in)
    recorder.keep(device, trusted)
    return device, trusted


def download_both(recorder: Recorder) -> tuple[Certificate, Certificate | None]:
    """Press Download on both tabs; which file is which is told from what is in it."""
    files = recorder.go_to("device_certificate").download("download")
    if recorder.has("trusted_ca"):
        files += recorder.go_to("trusted_ca").download("download")
    return device_and_authority(files)
