"""Simulated recorders below /ISAPI/ as other programs meet them: challenges, Digest, sessionLogin, XML."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from simulated_page import Page as Line

from nvrflow.errors import SignInRefused
from nvrflow.flows.sign_in import sign_in

Started = Callable[..., Any]
FIRMWARE = "hikvision/nvr_v4"
INFO, STATUS = "/ISAPI/System/deviceInfo", "/ISAPI/System/status"
LOGIN = "/ISAPI/Security/sessionLogin"
ACCESSES = "/ISAPI/Security/adminAccesses"
SWITCH = "<a><AdminAccessProtocol><protocol>HTTPS</protocol><enabled>{}</enabled></AdminAccessProtocol></a>"


def texts(content: bytes) -> dict[str, str]:
    """The texts of an XML document by their elements' names."""
    return {element.tag.rpartition("}")[2]: element.text or "" for element in ElementTree.fromstring(content).iter()}


def events(recorder: Any) -> list[str]:
    return [entry.event for entry in recorder.log]


class OneAnswer(urllib.request.HTTPDigestAuthHandler):
    """A Digest client that answers once and believes the refusal."""

    def retry_http_digest_auth(self, req: urllib.request.Request, auth: str) -> Any:
        return None if self.retried > 1 else super().retry_http_digest_auth(req, auth)  # type: ignore[attr-defined]


def asked_by_digest(recorder: Any, path: str, user: str = "admin", password: str | None = None) -> tuple[int, dict[str, str]]:
    """Status and texts of the answer to Python's own Digest client."""
    known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    known.add_password(None, recorder.url, user, recorder.password if password is None else password)
    return answer_to(recorder.url + path, urllib.request.build_opener(OneAnswer(known)))[1:]


def answer_to(request: str | urllib.request.Request, opener: Any = None) -> tuple[Any, int, dict[str, str]]:
    """The answer, a refusal as well, with its status and texts."""
    try:
        answer = (opener or urllib.request.build_opener()).open(request, timeout=10)
    except urllib.error.HTTPError as refusal:
        answer = refusal
    with answer:
        return answer, answer.status, texts(answer.read())


def session_body(user: str, password: str, session: str) -> bytes:
    fields = {"userName": user, "password": password, "sessionID": session}
    return f"<SessionLogin>{''.join(f'<{name}>{text}</{name}>' for name, text in fields.items())}</SessionLogin>".encode()


def session_login(recorder: Any, password: str, user: str = "admin") -> tuple[Any, dict[str, str]]:
    """Both calls of a sessionLogin, with a hash that is written out here once more."""
    line = Line(recorder)
    given = texts(line.send("GET", f"{LOGIN}/capabilities?username={quote(user)}")[1])
    digits = user + given["salt"] + password
    for step in range(int(given["iterations"])):
        digits = hashlib.sha256((digits + (given["challenge"] if step == 1 else "")).encode()).hexdigest()
    body = session_body(user, digits, given["sessionID"])
    request = urllib.request.Request(f"{recorder.url}{LOGIN}?timeStamp=1", body, method="POST")
    answer, _, told = answer_to(request)
    return answer, told


@pytest.mark.parametrize("path", [INFO, STATUS, "/ISAPI/Security/userCheck", "/ISAPI/nothing/of/the/kind"])
def test_a_request_without_credentials_is_challenged_and_costs_no_try(simulated: Started, path: str) -> None:
    recorder = simulated(FIRMWARE, lockout_tries=2)
    for _ in range(3):
        answer, _ = Line(recorder).send("GET", path)
        assert answer.status == 401 and answer.headers["WWW-Authenticate"].startswith('Digest qop="auth", realm=')
    assert recorder.log == () and recorder.lock_remaining() == 0


def test_digest_reads_model_version_clock_and_channels(simulated: Started) -> None:
    recorder = simulated(FIRMWARE)
    status, about = asked_by_digest(recorder, INFO)
    assert (status, about["model"], about["firmwareVersion"]) == (200, "DS-7608NI-K2/8P", "V4.30.085")
    assert recorder.serial in about["serialNumber"]
    assert asked_by_digest(recorder, STATUS)[1]["deviceUpTime"].isdigit()
    assert asked_by_digest(recorder, "/ISAPI/System/time?a=b%20c")[0] == 200
    assert asked_by_digest(recorder, "/ISAPI/ContentMgmt/InputProxy/channels")[1]["name"] == "Roof"
    assert events(recorder) == ["login"] * 4 and recorder.sessions == 0


def test_a_wrong_digest_answer_costs_a_try_and_the_last_one_locks_every_door(simulated: Started) -> None:
    recorder = simulated(FIRMWARE, lockout_tries=2, lockout_minutes=10)
    status, told = asked_by_digest(recorder, INFO, password="wrong")
    assert (status, told["retryLoginTime"]) == (401, "1") and events(recorder) == ["login-refused"]
    answer, told = session_login(recorder, "wrong")
    assert (answer.status, told["lockStatus"], told["unlockTime"]) == (401, "lock", "600")
    assert asked_by_digest(recorder, INFO)[1]["lockStatus"] == "lock"
    assert session_login(recorder, recorder.password)[1]["lockStatus"] == "lock"
    recorder.advance(601)
    assert asked_by_digest(recorder, INFO)[0] == 200


@pytest.mark.parametrize(
    "authorization",
    ["Digest", "Digest username", 'Digest username="admin", nonce="0", uri="/", response="0"', "Basic YWRtaW46", "Bearer x"],
)
def test_what_answers_no_challenge_is_challenged_and_costs_no_try(simulated: Started, authorization: str) -> None:
    recorder = simulated(FIRMWARE)
    request = urllib.request.Request(recorder.url + INFO, headers={"Authorization": authorization})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code == 401 and refused.value.headers["WWW-Authenticate"]
    assert recorder.log == ()


def test_a_challenge_is_good_for_its_time_only(simulated: Started) -> None:
    recorder = simulated(FIRMWARE)
    challenge = Line(recorder).send("GET", INFO)[0].headers["WWW-Authenticate"]
    nonce, realm = (challenge.split(f'{name}="')[1].split('"')[0] for name in ("nonce", "realm"))

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    response = md5(f"{md5(f'admin:{realm}:{recorder.password}')}:{nonce}:{md5(f'GET:{INFO}')}")
    header = f'Digest username="admin", realm="{realm}", nonce="{nonce}", uri="{INFO}", response="{response}"'
    request = urllib.request.Request(recorder.url + INFO, headers={"Authorization": header})
    for _ in range(2):
        assert urllib.request.urlopen(request, timeout=10).status == 200
    assert events(recorder) == ["login"]  # one for the challenge, not one for each request
    elsewhere = urllib.request.Request(recorder.url + STATUS, headers={"Authorization": header})
    recorder.advance(301)
    for late in (request, elsewhere):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(late, timeout=10)
        assert 'stale="TRUE"' in refused.value.headers["WWW-Authenticate"]
    assert events(recorder) == ["login"]


def test_an_answer_for_one_address_is_no_answer_for_another(simulated: Started) -> None:
    recorder = simulated(FIRMWARE)
    known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    known.add_password(None, recorder.url, "admin", recorder.password)
    sent: list[str] = []

    class Listening(OneAnswer):
        def get_authorization(self, req: urllib.request.Request, chal: Any) -> str:
            sent.append(f"Digest {super().get_authorization(req, chal)}")
            return sent[0].removeprefix("Digest ")

    urllib.request.build_opener(Listening(known)).open(recorder.url + INFO, timeout=10)
    request = urllib.request.Request(recorder.url + STATUS, headers={"Authorization": sent[0]})
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(request, timeout=10)


def test_session_login_opens_a_session_and_signs_out(simulated: Started) -> None:
    recorder = simulated(FIRMWARE)
    answer, told = session_login(recorder, recorder.password)
    cookie = answer.headers["Set-Cookie"].split(";")[0]
    assert (told["statusValue"], cookie) == ("200", f"WebSession={told['sessionID']}")
    line = Line(recorder, cookie=cookie)
    assert texts(line.send("GET", INFO)[1])["model"] == "DS-7608NI-K2/8P" and recorder.sessions == 1
    assert texts(line.send("PUT", "/ISAPI/Security/sessionLogout")[1])["subStatusCode"] == "ok"
    assert recorder.sessions == 0 and events(recorder) == ["login", "logout"]


def test_a_session_login_challenge_is_good_for_one_try_and_asking_for_one_costs_none(simulated: Started) -> None:
    recorder = simulated(FIRMWARE, lockout_tries=3)
    line = Line(recorder)
    given = [texts(line.send("GET", f"{LOGIN}/capabilities?username=admin")[1]) for _ in range(4)]
    assert len({one["challenge"] for one in given}) == 4 and len({one["salt"] for one in given}) == 1
    assert recorder.log == ()
    assert session_login(recorder, "wrong")[1]["retryLoginTime"] == "2"
    body = session_body("admin", "0", given[0]["sessionID"])
    for expected in (401, 403):
        request = urllib.request.Request(recorder.url + LOGIN, body, method="POST")
        with pytest.raises(urllib.error.HTTPError, match=str(expected)):
            urllib.request.urlopen(request, timeout=10)
    assert events(recorder) == ["login-refused"] * 2


def test_what_is_not_xml_is_no_sign_in(simulated: Started) -> None:
    recorder = simulated(FIRMWARE)
    request = urllib.request.Request(recorder.url + LOGIN, b"<SessionLogin>", method="POST")
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(request, timeout=10)
    assert recorder.log == ()


def test_an_older_recorder_has_no_session_login_and_takes_basic(simulated: Started) -> None:
    recorder = simulated("hikvision/ds_v3")
    assert Line(recorder).send("GET", f"{LOGIN}/capabilities?username=admin")[0].status == 403
    known = urllib.request.HTTPPasswordMgrWithPriorAuth()
    known.add_password(None, recorder.url, "admin", recorder.password, is_authenticated=True)
    opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(known))
    assert texts(opener.open(recorder.url + INFO, timeout=10).read())["model"] == "DS-7216HVI-ST"


def test_a_path_that_the_recorder_lacks_is_not_supported(simulated: Started) -> None:
    assert asked_by_digest(simulated(FIRMWARE), "/ISAPI/Smart/nothing")[1]["subStatusCode"] == "notSupport"


@pytest.mark.parametrize("initialised", [True, False])
def test_everybody_may_ask_whether_the_recorder_is_activated(simulated: Started, initialised: bool) -> None:
    content = Line(simulated(FIRMWARE, initialised=initialised)).send("GET", "/SDK/activateStatus")[1]
    assert texts(content)["Activated"] == str(initialised).lower()


def test_its_page_signs_in_with_user_check_where_there_is_no_session_login(simulated: Started, opened: Any) -> None:
    recorder = simulated(FIRMWARE, session_login=False)
    with opened(recorder) as driven:
        sign_in(driven)
        assert events(recorder) == ["login"]
    with opened(recorder, "wrong-password") as driven, pytest.raises(SignInRefused, match="6 tries left"):
        sign_in(driven)


@pytest.mark.parametrize("name", ["hikvision/nvr_v4", "hikvision/ds_v3"])
def test_the_browser_asks_for_a_password_by_itself_at_an_address_but_never_on_a_page(
    simulated: Started, opened: Any, name: str
) -> None:
    recorder = simulated(name)
    with opened(recorder, "wrong-password") as driven:
        questions = questions_of(driven.page)
        with pytest.raises(SignInRefused):
            sign_in(driven)
        driven.page.goto(f"{recorder.url}/doc/page/{'preview' if name == FIRMWARE else 'live'}.asp")  # nobody is signed in
        driven.page.wait_for_load_state("networkidle")
        assert questions == []
        driven.page.goto(recorder.url + INFO)
        assert questions == [recorder.url + INFO]


def questions_of(page: Any) -> list[str]:
    """The addresses for which Chromium would ask the person for user and password; filled as it wants to."""
    asked: list[str] = []
    devtools = page.context.new_cdp_session(page)

    def refuse(told: dict[str, Any]) -> None:
        asked.append(told["request"]["url"])
        devtools.send(
            "Fetch.continueWithAuth", {"requestId": told["requestId"], "authChallengeResponse": {"response": "CancelAuth"}}
        )

    devtools.on("Fetch.requestPaused", lambda told: devtools.send("Fetch.continueRequest", {"requestId": told["requestId"]}))
    devtools.on("Fetch.authRequired", refuse)
    devtools.send("Fetch.enable", {"handleAuthRequests": True})
    return asked


@pytest.mark.parametrize(
    ("sent", "status", "why"),
    [
        ("<AdminAccessProtocolList", 400, "badXmlContent"),
        ("<AdminAccessProtocolList/>", 400, "badXmlContent"),
        (SWITCH.format("yes"), 400, "badXmlContent"),
        (SWITCH.format("true"), 403, "noCertificate"),
    ],
)
def test_protocols_are_listed_as_xml_and_what_cannot_work_changes_nothing(
    simulated: Started, sent: str, status: int, why: str
) -> None:
    recorder = simulated(FIRMWARE)
    before = recorder.state()
    answer, _ = session_login(recorder, recorder.password)
    headers = {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}
    shown = answer_to(urllib.request.Request(recorder.url + ACCESSES, headers=headers))[2]
    assert (shown["protocol"], shown["enabled"], shown["portNo"]) == ("HTTPS", "false", recorder.https_url.rpartition(":")[2])
    request = urllib.request.Request(recorder.url + ACCESSES, sent.encode(), headers, method="PUT")
    _, code, told = answer_to(request)
    assert (code, told["subStatusCode"]) == (status, why)
    assert recorder.state() == before and events(recorder) == ["login"]
