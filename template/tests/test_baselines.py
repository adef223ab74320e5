"""What pages say, compared with what they said when somebody last agreed (baselines/)."""

import pytest

from nvrflow import Recorder
from nvrflow.baseline.checks import UiBaseline


@pytest.mark.recorder(vendor="Dahua", firmware=">=4.0, <4.3")
def test_the_page_of_services_says_what_it_said_before(signed_in: Recorder, ui_baseline: UiBaseline) -> None:
    ui_baseline.check(signed_in.go_to("system_service"))
