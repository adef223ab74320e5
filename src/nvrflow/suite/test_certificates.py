"""The certificates that the recorder offers for download."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nvrflow.address import place_of
from nvrflow.certificate import Certificate, judge
from nvrflow.recorder import Recorder
from nvrflow.suite.applicable import not_applicable


def test_the_certificates_can_be_downloaded_and_fit(certificates: tuple[Certificate, Certificate | None]) -> None:
    """Both certificates can be downloaded, and the CA has signed the recorder's own one."""
    device, authority = certificates
    if authority is None:
        assert device.self_signed, f"the certificate was signed by {device.issuer}, whose certificate is not offered"
    else:
        assert authority.issued(device), "the offered CA certificate has not signed the recorder's certificate"


def test_browsers_would_accept_the_certificate(certificates: tuple[Certificate, Certificate | None], recorder: Recorder) -> None:
    """A browser that trusts the CA would accept the certificate: names, key, signature, dates and purposes are right."""
    found = judge(*certificates, place_of(recorder.url).host, datetime.now(UTC))
    fatal = [str(problem) for problem in found if problem.fatal]
    assert not fatal, "\n".join(fatal)


@pytest.mark.recorder(writes=True)
def test_the_offered_certificate_is_the_one_that_is_served(
    secured: Recorder, certificates: tuple[Certificate, Certificate | None]
) -> None:
    """The certificate that is offered for download is the one with which the recorder answers."""
    from nvrflow.regression.outside import outside_of

    served = outside_of(secured).served.leaf
    if served is None:
        not_applicable("no certificate is served")
    assert served.sha256 == certificates[0].sha256, "another certificate is served than the one that is offered"
