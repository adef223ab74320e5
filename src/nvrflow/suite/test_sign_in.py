"""Who may sign in, and what happens to who may not."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from nvrflow.browser import use_driver
from nvrflow.errors import AccountLocked, SignInRefused
from nvrflow.flows.sign_in import sign_in
from nvrflow.flows.sign_out import sign_out
from nvrflow.recorder import Manner, Recorder, open_recorder
from nvrflow.suite.applicable import not_applicable


def test_the_administrator_can_sign_in_and_out(recorder: Recorder) -> None:
    """The administrator can sign in with the right password, and sign out again."""
    sign_in(recorder)
    assert recorder.signed_in
    sign_out(recorder)
    assert not recorder.signed_in


def test_a_wrong_password_is_refused(
    pytestconfig: pytest.Config, recorder_under_test: Any, manner: Manner, playwright: Any
) -> None:
    """A wrong password is refused, and afterwards the right password is accepted. (It spends one try.)"""
    if pytestconfig.getoption("--recorder") and not pytestconfig.getoption("--spend-one-try"):
        allowed = "`nvrflow regress --yes` allows it, in pytest --spend-one-try"
        not_applicable(f"it would spend one of the tries before the account is locked; {allowed}")
    use_driver(playwright)
    wrong = f"nvrflow-{secrets.token_hex(4)}"
    with open_recorder(recorder_under_test.url, recorder_under_test.user, wrong, manner=manner) as recorder:
        if not recorder.has("sign_in"):
            not_applicable("nobody has to sign in")
        try:
            sign_in(recorder)
        except AccountLocked as locked:
            pytest.fail(f"one wrong password has locked the account: {locked}")
        except SignInRefused:
            pass
        else:
            pytest.fail("the recorder let somebody in with a wrong password")
    with open_recorder(
        recorder_under_test.url, recorder_under_test.user, recorder_under_test.password, manner=manner
    ) as recorder:
        sign_in(recorder)
