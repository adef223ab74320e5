"""What a selector file says of a control is done without a flow that knows of it, and a tick that nobody saved is not "on"."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_recorder import PlainRecorder

from nvrflow.errors import EndUserAgreement, NvrflowError, PasswordChange, UpgradeInProgress
from nvrflow.flows.enable_https import enable_https

PAGE = """<h1>Acme home</h1><select aria-label=Country><option>CA<option>US</select><label>Days <input></label>
<label><input type=checkbox> Agree</label><label>Again <input type=password></label>
<button onclick="document.querySelector('#said').textContent = [...document.querySelectorAll('select, input')]
  .map(one => one.type === 'checkbox' ? one.checked : one.value).join()">Create</button><p id=said></p>"""
SELECTORS = """
texts:
  country: {en: US}
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Acme home}]
    elements:
      country: {find: [{label: Country}], value: $country}
      days: {find: [{label: Days}], value: "365"}
      agree: {find: [{label: Agree}], value: "on"}
      again: {find: [{label: Again}], value: "{password}", secret: true}
      absent: {find: [{label: Absent}], value: "x"}
      create: {find: [{role: button, name: Create}], effect: write, use_first: [country, days, agree, again, absent]}
      said: [{css: "#said"}]
"""


def test_fields_that_a_flow_does_not_know_are_filled_in_before_the_main_button(tmp_path: Path) -> None:
    with PlainRecorder(tmp_path, {"/": PAGE}, SELECTORS).opened() as recorder:
        page = recorder.go_to("home")
        page.click("create")
        assert page.read("said") == "US,365,true,secret"
    titles = [step.title for step in recorder.report.steps[1:]]
    assert titles == ["Fill in Country: US", "Fill in Days: 365", "Fill in Agree: on", "Fill in Again", "Click Create"]
    assert [note for note in recorder.report.notes if "home.absent is not on the page" in note]
    assert all("secret" not in f"{step.title} {step.value}" for step in recorder.report.steps)


HTTPS = """<h1>Acme home</h1><label><input type=checkbox onchange="document.querySelector('#more').hidden = !this.checked">
  Enable</label>
<div id=more hidden><button onclick="document.querySelector('#made').hidden = false">Make certificate</button></div>
<p id=made hidden>Certificate: yes</p><button onclick="fetch('/save', {method: 'POST'})">OK</button>"""
UNSAVED = """
pages:
  sign_in: {path: /, shown_by: [{css: h1}], elements: {password: {find: [{css: nothing}], secret: true}}}
  https:
    shown_by: [{role: heading, name: Acme home}]
    elements:
      enable: [{label: Enable}]
      ok: {find: [{role: button, name: OK}], effect: write}
  new_certificate:
    on: https
    open: enable
    shown_by: [{role: button, name: Make certificate}]
    elements:
      existing: [{text: "Certificate: yes"}]
      create: {find: [{role: button, name: Make certificate}], effect: write}
"""


def test_a_tick_that_was_not_saved_is_not_taken_for_on(tmp_path: Path) -> None:
    """The certificate can only be made once Enable is ticked; that tick is the run's own."""
    plain = PlainRecorder(tmp_path, {"/": HTTPS}, UNSAVED, {"/save": (200, "")})
    with plain.opened() as recorder:
        recorder.session.signed_in = True
        recorder.restart_patience = 0.1
        with pytest.raises(NvrflowError, match="HTTPS was switched on, but does not answer"):
            enable_https(recorder)
        recorder.session.signed_in = False
    assert "POST /save" in plain.requests
    assert recorder.report.already == []


SLOW = """<h1>Acme home</h1><input aria-label=Port value=10><script>
const show = text => { document.querySelector('input').value = text }
setTimeout(() => fetch('/port').then(one => one.text()).then(show), 50)</script>"""
QUIET = """
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Acme home}]
    ready: {quiet: true}
    elements: {port: [{label: Port}]}
"""


def test_a_page_that_has_to_be_quiet_is_read_when_its_values_have_come(tmp_path: Path) -> None:
    plain = PlainRecorder(tmp_path, {"/": SLOW, "/port": "8443"}, QUIET)
    plain.slow = {"/port": 2.0}
    with plain.opened(timeout=10.0) as recorder:
        assert recorder.go_to("home").read_port("port") == 8443


@pytest.mark.parametrize(
    ("kind", "error", "advice"),
    [
        ("password-change", PasswordChange, "demands a new password"),
        ("end-user-agreement", EndUserAgreement, "accept its terms"),
        ("upgrade-in-progress", UpgradeInProgress, "installing a firmware"),
    ],
)
def test_a_screen_on_which_the_work_ends_has_its_own_kind_and_advice(
    tmp_path: Path, kind: str, error: type[NvrflowError], advice: str
) -> None:
    obstacle = f"obstacles:\n  stop: {{shown_by: [{{text: Please wait}}], means: {kind}}}\n"
    with (
        PlainRecorder(tmp_path, {"/": "<h2>Please wait</h2>"}, obstacle + QUIET).opened() as recorder,
        pytest.raises(error, match=advice) as raised,
    ):
        recorder.arrive("home")
    assert raised.value.kind == kind


FRAMED = """
scopes:
  ports: [{css: "#ports"}]
pages:
  home:
    path: /
    frame: "iframe"
    shown_by: [{role: heading, name: Inner}]
    elements:
      web: [{label: Web, within: $ports}]
      other: [{label: Web, within: $missing}]
"""


def test_a_scope_is_looked_for_in_the_frame_of_the_page(tmp_path: Path) -> None:
    inner = "<h1>Inner</h1><input aria-label=Web value=1><div id=ports><input aria-label=Web value=2></div>"
    selectors = FRAMED.replace("scopes:", 'scopes:\n  missing: [{css: "#missing"}]')
    with PlainRecorder(tmp_path, {"/": "<iframe src=/inner></iframe>", "/inner": inner}, selectors).opened(
        timeout=1.0
    ) as recorder:
        page = recorder.go_to("home")
        assert page.read("web") == "2"
        with pytest.raises(NvrflowError, match=r"0 found, because css #missing in frame iframe is not visible"):
            page.read("other")
