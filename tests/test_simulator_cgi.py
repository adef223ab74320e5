"""Simulated recorders below /cgi-bin/ as other programs meet them: challenges, HTTP Digest, text answers, the shared lock."""

from __future__ import annotations

import base64
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from simulated_page import Page, code

from nvrflow.flows.sign_in import sign_in

Started = Callable[..., Any]
LINES = ["dahua/nvr_v4", "dahua/nvr_v4_3", "dahua/nvr_v5", "dahua/ipc_web3", "dahua/classic", "cpplus/nvr_v4"]
INFO = "magicBox.cgi?action=getSystemInfo"


class OneAnswer(urllib.request.HTTPDigestAuthHandler):
    """A Digest client that answers once and believes the refusal."""

    def retry_http_digest_auth(self, req: urllib.request.Request, auth: str) -> Any:
        return None if self.retried > 1 else super().retry_http_digest_auth(req, auth)  # type: ignore[attr-defined]


def read(recorder: Any, asked: str, password: str | None = None) -> tuple[int, dict[str, str]]:
    """Status and key=value lines of the answer to Python's own Digest client."""
    known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    known.add_password(None, recorder.url, recorder.user, recorder.password if password is None else password)
    try:
        answer: Any = urllib.request.build_opener(OneAnswer(known)).open(f"{recorder.url}/cgi-bin/{asked}", timeout=10)
    except urllib.error.HTTPError as refusal:
        answer = refusal
    with answer:
        lines = answer.read().decode().splitlines()
        return answer.status, {line.partition("=")[0]: line.partition("=")[2] for line in lines}


def events(recorder: Any) -> list[str]:
    return [entry.event for entry in recorder.log]


@pytest.mark.parametrize("name", LINES)
def test_every_line_challenges_in_the_name_of_its_serial_number_and_it_costs_no_try(simulated: Started, name: str) -> None:
    recorder = simulated(name, lockout_tries=1)
    for asked in (INFO, "configManager.cgi?action=setConfig&Https.Enable=true", "no.such.cgi", ""):
        answer, _ = Page(recorder).send("GET", f"/cgi-bin/{asked}")
        assert answer.status == 401 and f'realm="Login to {recorder.serial}"' in answer.headers["WWW-Authenticate"]
    assert recorder.log == () and recorder.lock_remaining() == 0


def test_digest_reads_what_the_recorder_is(simulated: Started) -> None:
    recorder = simulated(clock_offset=-86400 * 400)
    assert read(recorder, "magicBox.cgi?action=getDeviceType") == (200, {"type": "NVR4216-16P-4KS2"})
    assert read(recorder, "magicBox.cgi?action=getSoftwareVersion")[1] == {"version": "4.001.0000000.3,build:2021-08-10"}
    assert read(recorder, "magicBox.cgi?action=getSerialNo")[1] == {"sn": recorder.serial}
    assert read(recorder, "magicBox.cgi?action=getMachineName")[1] == {"name": "NVR"}
    assert read(recorder, INFO)[1]["serialNumber"] == recorder.serial
    page = Page(recorder)
    page.sign_in()
    shown = page.call("global.getCurrentTime")["params"]["time"]
    assert read(recorder, "global.cgi?action=getCurrentTime")[1]["result"][:15] == shown[:15]
    assert page.call("magicBox.getSystemInfo")["params"]["deviceType"] == "NVR4216-16P-4KS2"


def test_tables_are_read_as_lines(simulated: Started) -> None:
    recorder = simulated()
    assert read(recorder, "configManager.cgi?action=getConfig&name=Https")[1]["table.Https.Enable"] == "false"
    names = read(recorder, "configManager.cgi?action=getConfig&name=ChannelTitle")[1]
    assert names["table.ChannelTitle[0].Name"] == "Front door" and len(names) == 8
    assert read(recorder, "configManager.cgi?action=getConfig&name=General")[1]["table.General.MachineName"] == "NVR"


@pytest.mark.parametrize(
    "asked",
    [
        "configManager.cgi?action=getConfig&name=Nothing",
        "configManager.cgi?action=setConfig&Https.Enable=true",
        "magicBox.cgi?action=reboot",
        "magicBox.cgi",
        "",
    ],
)
def test_what_it_does_not_have_is_a_bad_request_and_changes_nothing(simulated: Started, asked: str) -> None:
    recorder = simulated()
    before = recorder.state()
    assert read(recorder, asked) == (400, {"Error": "", "Bad Request!": ""})
    assert recorder.state() == before and events(recorder) == ["login"]


def test_wrong_answers_and_wrong_sign_ins_count_together(simulated: Started) -> None:
    recorder = simulated(lockout_tries=3, lockout_minutes=10)
    assert read(recorder, INFO, "wrong")[0] == 401
    assert Page(recorder).sign_in(password="wrong")["params"]["remainLoginTimes"] == 1
    assert read(recorder, INFO, "wrong")[0] == 403
    assert read(recorder, INFO)[0] == 403 and code(Page(recorder).sign_in()) == 268632081
    assert events(recorder) == ["login-refused"] * 3 + ["locked"]
    recorder.advance(601)
    assert read(recorder, INFO)[0] == 200


def test_a_recorder_without_a_first_password_answers_no_program(simulated: Started) -> None:
    assert read(simulated(initialised=False), INFO)[0] == 403


@pytest.mark.parametrize(("basic", "status"), [(True, 200), (False, 401)])
def test_basic_is_taken_only_where_the_setting_says_so(simulated: Started, basic: bool, status: int) -> None:
    recorder = simulated(basic_auth=basic)
    who = base64.b64encode(f"{recorder.user}:{recorder.password}".encode()).decode()
    request = urllib.request.Request(f"{recorder.url}/cgi-bin/{INFO}", headers={"Authorization": f"Basic {who}"})
    try:
        assert urllib.request.urlopen(request, timeout=10).status == status
    except urllib.error.HTTPError as refused:
        assert refused.code == status
    assert events(recorder) == (["login"] if basic else [])


@pytest.mark.parametrize("number", [287637504, 287637505])
def test_the_code_of_an_invalid_session_differs_by_firmware(simulated: Started, number: int) -> None:
    recorder = simulated(invalid_session=number)
    assert code(Page(recorder, session="0" * 32).call("magicBox.getDeviceType")) == number


@pytest.mark.parametrize(
    ("name", "call", "shown"),
    [
        pytest.param("dahua/nvr_v4", "Nvr.rpc.config('Https')", "[t='com_msg.ConnectionOvertime']", marks=pytest.mark.slow),
        pytest.param("dahua/nvr_v5", "Nvr.wire.config('Https')", "input[type=password]", marks=pytest.mark.slow),
        ("dahua/ipc_web3", "Cam.rpc.config('Https')", "[t='fail.SessionOver']"),
    ],
)
def test_the_pages_know_both_codes_of_an_invalid_session(
    simulated: Started, opened: Any, name: str, call: str, shown: str
) -> None:
    recorder = simulated(name, invalid_session="287637505")
    with opened(recorder) as driven:
        sign_in(driven)
        recorder.advance(301)
        driven.page.evaluate(f"() => {{ {call}; }}")
        driven.page.locator(shown).first.wait_for()
