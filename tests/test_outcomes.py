"""What follows a click decides what came of it: the network's status and fields, fresh words on the screen, a lost connection."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_recorder import Answer, PlainRecorder

from nvrflow.errors import AccountLocked, NvrflowError, ProductDefect, SignInRefused
from nvrflow.flows.sign_in import sign_in

FORM = """<h1>Acme</h1><label>User <input></label><label>Password <input type=password></label>
<button onclick="fetch('/session', {method: 'POST', body: '{}'}).then(answer => {
  if (answer.ok) document.body.innerHTML = '<h1>Welcome</h1>'; else document.querySelector('#said').textContent = 'Sorry: wrong';
}).catch(() => { document.querySelector('#said').textContent = 'Network error' })">Log in</button><p id=said></p>"""
SIGN_IN = """
answers:
  session:
    url: /session$
    {answer}
pages:
  sign_in:
    path: /
    shown_by: [{label: User}]
    elements:
      user: [{label: User}]
      password: {find: [{label: Password}], secret: true}
      submit: {find: [{role: button, name: Log in}], answered_by: session, refused_by: [{text: "Sorry: wrong"}]}
  home:
    shown_by: [{role: heading, name: Welcome}]
"""


def signing_in(tmp_path: Path, answer: str, post: Answer) -> PlainRecorder:
    return PlainRecorder(tmp_path, {"/": FORM}, SIGN_IN.replace("{answer}", answer), {"/session": post})


@pytest.mark.parametrize(
    ("answer", "post"),
    [
        ("status: {accepted: [200, 204], refused: 401}", (204, "")),
        ("status: {accepted: 200}\n    accepted: {token: '*'}", (200, '{"token": "abc"}')),
        ("accepted: {token: '*'}", (200, "token=abc\nuser=admin")),
        ("accepted: {state.ok: 'true'}", (200, '{"state": {"ok": true}}')),
    ],
)
def test_a_sign_in_is_accepted_by_status_or_field(tmp_path: Path, answer: str, post: Answer) -> None:
    with signing_in(tmp_path, answer, post).opened() as recorder:
        sign_in(recorder)
        recorder.signed_out()
    assert [step.outcome for step in recorder.report.steps if step.element == "sign_in.submit"] == ["done"]


@pytest.mark.parametrize(
    ("answer", "post", "error", "says"),
    [
        ("status: {accepted: 204, refused: 401}", (401, ""), SignInRefused, "refused user or password"),
        ("status: {accepted: 204, locked: 423}", (423, ""), AccountLocked, "locked"),
        ("accepted: {token: '*'}", (200, '{"error": "x"}'), SignInRefused, "gives no reason"),
        ("accepted: {ok: '1'}\n    code: error", (403, '{"error": null}'), SignInRefused, "'Sorry: wrong'"),
        ("accepted: {ok: '1'}\n    code: error", (403, '{"error": 17}'), SignInRefused, "with code 17"),
        ("accepted: {ok: '1'}", (500, '{"error": "x"}'), ProductDefect, "with HTTP status 500, an error of its own"),
        ("accepted: {ok: '1'}", (502, "<h1>Bad gateway</h1>"), ProductDefect, "with HTTP status 502, an error of its own"),
    ],
)
def test_a_refusal_is_told_by_status_code_or_words_and_never_as_code_none(
    tmp_path: Path, answer: str, post: Answer, error: type[NvrflowError], says: str
) -> None:
    with signing_in(tmp_path, answer, post).opened() as recorder, pytest.raises(error, match=says) as raised:
        sign_in(recorder)
    assert "none" not in str(raised.value)


HOME = """<h1>Acme home</h1><button onclick="{save}">Save</button><p id=toast>{old}</p>"""
SAVES = """
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Acme home}]
    elements:
      save: {find: [{role: button, name: Save}], effect: write, announced_by: [{text: Saved}], refused_by: [{text: Failed}]}
"""


def test_an_announcement_that_was_there_before_the_click_does_not_count(tmp_path: Path) -> None:
    """The recorder refuses what it is asked, while the toast of an earlier save is still shown."""
    fails = "setTimeout(() => { document.querySelector('#toast').textContent = 'Failed' }, 1200)"
    plain = PlainRecorder(tmp_path, {"/": HOME.format(save=fails, old="Saved")}, SAVES)
    with plain.opened() as recorder, pytest.raises(ProductDefect, match="the recorder says 'Failed'"):
        recorder.go_to("home").click("save")


def test_an_announcement_that_comes_again_counts(tmp_path: Path) -> None:
    again = "const one = document.querySelector('#toast'); one.hidden = true;setTimeout(() => { one.hidden = false }, 1500)"
    plain = PlainRecorder(tmp_path, {"/": HOME.format(save=again, old="Saved")}, SAVES)
    with plain.opened() as recorder:
        recorder.go_to("home").click("save")
    assert recorder.report.steps[-1].seconds > 1.2


def test_a_refusal_that_comes_after_the_click_ends_the_run_before_the_next_step(tmp_path: Path) -> None:
    """The page counts as shown all the time, so nothing but the refusal tells that the write did not work."""
    late = "document.querySelector('#toast').textContent = 'Failed'"
    selectors = SAVES.replace("announced_by: [{text: Saved}], ", "") + "      other: [{css: h1}]\n"
    with PlainRecorder(tmp_path, {"/": HOME.format(save=late, old="")}, selectors).opened() as recorder:
        page = recorder.go_to("home")
        page.click("save")
        with pytest.raises(ProductDefect, match=r"home\.save: the recorder says 'Failed'"):
            page.click("other")
    assert [step.element for step in recorder.report.steps] == ["", "home.save"]


def test_a_write_whose_connection_ends_is_known_to_be_a_restart(tmp_path: Path) -> None:
    posts = "fetch('/save', {method: 'POST'}).catch(() => 0)"
    selectors = SAVES.replace("announced_by: [{text: Saved}]", "answered_by: save") + (
        "answers:\n  save: {url: /save$, accepted: {ok: '1'}}\n"
    )
    with PlainRecorder(tmp_path, {"/": HOME.format(save=posts, old="")}, selectors, {"/save": None}).opened() as recorder:
        recorder.go_to("home").click("save")
    assert recorder.report.steps[-1].note == "the recorder ended the connection before it answered; it may be restarting"
    assert recorder.report.steps[-1].seconds < 5


LEAVES = """<h1>Acme home</h1><button onclick="location = '/next'">Save</button>"""
NEXT = "<h1>Acme home</h1><p>Saved</p>"


def test_an_announcement_on_the_page_to_which_the_click_leads_counts(tmp_path: Path) -> None:
    """Whoever looks for it may ask a page that is just being left; several tries, because that is a matter of moments."""
    with PlainRecorder(tmp_path, {"/": LEAVES, "/next": NEXT}, SAVES).opened() as recorder:
        for _ in range(8):
            recorder.page.goto(recorder.url)
            recorder.go_to("home").click("save")
    assert {step.outcome for step in recorder.report.steps} == {"done"}
