"""Firefox itself, a new process each time, with a profile it made itself."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from nvrflow import trust
from nvrflow.trust import Computer
from nvrflow.trust.clients.firefox import visited
from trust.conftest import Serving
from trust.making import Made, applied, make_ca, make_device, planned
from trust.marionette import FIREFOX, new_profile, started, verdict

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(FIREFOX is None, reason="no Firefox on this computer"),
    pytest.mark.skipif(shutil.which("certutil") is None, reason="NSS's certutil (libnss3-tools) is not installed"),
]


@dataclass(frozen=True)
class Person:
    """Somebody with a Firefox profile."""

    computer: Computer
    profile: Path

    def sees(self, url: str) -> str:
        return verdict(url, self.computer.home, self.profile)

    def trusts(self, device: Made, authority: Made | None, kind: trust.Kind = "limited") -> trust.Plan:
        ca = authority.certificate if authority else None
        plan = planned(device.certificate, ca, device.certificate, "127.0.0.1", kind, ["firefox"], computer=self.computer)
        applied(plan)
        return plan


@pytest.fixture
def person(computer: Computer) -> Person:
    return Person(computer, new_profile(computer.home))


def test_firefox_refuses_then_trusts_then_refuses_again(serve: Serving, person: Person) -> None:
    authority = make_ca()
    device = make_device(authority)
    url = serve(device)
    before = person.sees(url)
    plan = person.trusts(device, authority)
    during = person.sees(url)
    trust.remove("127.0.0.1", plan.ledger, person.computer)
    assert (before, during, person.sees(url)) == ("SEC_ERROR_UNKNOWN_ISSUER", "ok", "SEC_ERROR_UNKNOWN_ISSUER")


def test_limited_trust_refuses_another_name_signed_with_the_recorders_ca_key(serve: Serving, person: Person) -> None:
    authority = make_ca()
    person.trusts(make_device(authority), authority)
    evil = make_device(authority, "127.0.0.2")
    assert person.sees(serve(evil, host="127.0.0.2")) == "SEC_ERROR_CERT_NOT_IN_NAME_SPACE"


def test_a_self_signed_certificate_that_is_no_ca_opens_in_firefox(serve: Serving, person: Person) -> None:
    device = make_device(None)
    person.trusts(device, None)
    assert person.sees(serve(device)) == "ok"


def test_a_pinned_device_certificate_opens_in_firefox(serve: Serving, person: Person) -> None:
    authority = make_ca()
    device = make_device(authority)
    person.trusts(device, authority, "pin")
    assert person.sees(serve(device)) == "ok"


def test_a_self_signed_ca_is_not_put_into_firefox_and_the_plan_says_why(person: Person) -> None:
    device = make_device(None, ca=True)
    plan = planned(device.certificate, None, device.certificate, "127.0.0.1", stores=["firefox"], computer=person.computer)
    assert plan.items == ()
    assert "CA_CERT_USED_AS_END_ENTITY" in plan.skipped[0].sentence


def test_a_running_firefox_takes_an_addition_at_once(serve: Serving, person: Person) -> None:
    authority = make_ca()
    device = make_device(authority)
    url = serve(device)
    with started(person.computer.home, person.profile) as session:
        assert visited(session, url) == "SEC_ERROR_UNKNOWN_ISSUER"
        person.trusts(device, authority)
        assert visited(session, url) == ""
