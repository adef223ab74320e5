"""Download the recorder's certificates."""

from nvrflow import Certificate, Recorder, device_and_authority
from nvrflow.flows.create_certificate import create_certificate
from nvrflow.flows.sign_in import sign_in


def download_certificates(recorder: Recorder) -> tuple[Certificate, Certificate | None]:
    """Download the recorder's own certificate, and the CA certificate that signed it.

    If a download fails, the flow closes the browser, signs in again and tries once more. The second certificate is None on a
    recorder without a CA. Raises WrongCall on a recorder that offers no certificate for download.
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
    """Press Download on both tabs; the content of the files shows which is which."""
    files = recorder.go_to("device_certificate").download("download")
    if recorder.has("trusted_ca"):
        files += recorder.go_to("trusted_ca").download("download")
    return device_and_authority(files)
