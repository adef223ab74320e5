"""HTTPS, which is put back as it was after the test."""

import pytest
from flows.https_is_on import https_is_on

from nvrflow import Recorder
from nvrflow.flows.disable_https import disable_https
from nvrflow.flows.enable_https import enable_https


@pytest.mark.recorder(writes=True, restore=disable_https)
def test_https_can_be_turned_on(recorder: Recorder) -> None:
    enable_https(recorder)
    assert https_is_on(recorder)
